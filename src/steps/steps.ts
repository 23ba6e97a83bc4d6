import type { AnyStep } from '../engine/step.ts';
import type { StepKind } from '../plan/plan.ts';
import { clusterStep } from './cluster/run.ts';
import { databaseStep } from './database/run.ts';
import { helmTestStep } from './helm-test/run.ts';
import { httpCheckStep } from './http-check/run.ts';
import { imageStep } from './image/run.ts';
import { namespaceStep } from './namespace/run.ts';
import { pullSecretStep } from './pull-secret/run.ts';
import { releaseStep } from './release/run.ts';
import { rolloutStep } from './rollout/run.ts';
import { secretStep } from './secret/run.ts';

const all: readonly AnyStep[] = [
  clusterStep,
  namespaceStep,
  imageStep,
  secretStep,
  pullSecretStep,
  databaseStep,
  releaseStep,
  rolloutStep,
  helmTestStep,
  httpCheckStep,
];

/** The step kinds that can be run. A kind that stands only in `plans.ts` is refused as not supported yet. */
export const steps: ReadonlyMap<StepKind, AnyStep> = new Map(all.map((step) => [step.plan.kind, step]));
