import type { Scenario } from '../scenario.ts';
import { applying } from './applying.ts';
import { creating } from './creating.ts';
import { custom } from './custom.ts';
import { deleting } from './deleting.ts';
import { helmScenarios } from './helm.ts';
import { jobs } from './jobs.ts';
import { network } from './network.ts';
import { nodes } from './nodes.ts';
import { pods } from './pods.ts';
import { policies } from './policies.ts';
import { reading } from './reading.ts';
import { refusals } from './refusals.ts';
import { rolling } from './rolling.ts';

/** All of them; those that take longest first, so that none is left to run alone at the end. */
export const scenarios: readonly Scenario[] = [
  ...nodes,
  ...jobs.toReversed(),
  ...helmScenarios,
  ...rolling,
  ...pods.toReversed(),
  ...deleting,
  ...creating,
  ...policies,
  ...custom,
  ...applying,
  ...network,
  ...reading,
  ...refusals,
];
