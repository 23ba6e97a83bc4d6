import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { allowedDifferences } from './allowed-differences.ts';
import type { Client } from './clients.ts';
import { checkContract, type ContractResult } from './contract.ts';
import { startRecordedLike } from './recorded-like.ts';
import type { ScenarioRun } from './run-suite.ts';
import type { Scenario } from './scenario.ts';

interface Options {
  /** For kubeconfigs and the like. */
  directory: string;
  scenarios: readonly Scenario[];
  clients: readonly Client[];
  onEnd?(run: ScenarioRun): void;
}

/** What is said of mistakes of a cluster by itself. */
export type Checked = ContractResult & { said: readonly string[] };

/**
 * Compares rehearsal clusters with the recorded node: one whose time runs ten times as fast as life, and for what lasts only for
 * a while one whose time is held while commands read.
 */
export async function checkRehearsal({ directory, scenarios, clients, onEnd }: Options): Promise<Checked> {
  const terms = { clients, allowed: allowedDifferences, ...(onEnd === undefined ? {} : { onEnd }) };
  const running = await checkOne(join(directory, 'running'), {
    ...terms,
    speed: 10,
    scenarios: scenarios.filter(({ isBrief }) => isBrief !== true),
    atOnce: availableParallelism() * 4,
  });
  const held = await checkOne(join(directory, 'held'), {
    ...terms,
    speed: 'turns',
    scenarios: scenarios.filter(({ isBrief }) => isBrief === true),
    // Time is of all.
    atOnce: 1,
  });
  return {
    ...running,
    compared: running.compared + held.compared,
    equal: running.equal + held.equal,
    commands: running.commands + held.commands,
    differences: [...running.differences, ...held.differences],
    allowed: running.allowed + held.allowed,
    failures: [...running.failures, ...held.failures],
    skipped: [...running.skipped, ...held.skipped],
    unneeded: running.unneeded.filter((entry) => held.unneeded.includes(entry)),
    said: [...running.said, ...held.said],
  };
}

type Terms = Pick<Parameters<typeof checkContract>[0], 'scenarios' | 'clients' | 'atOnce' | 'allowed' | 'onEnd'>;

async function checkOne(directory: string, { speed, ...terms }: Terms & { speed: number | 'turns' }): Promise<Checked> {
  const { rehearsal, said, pace } = await startRecordedLike(directory, speed);
  const { kubeconfig, environment } = rehearsal;
  try {
    return { ...(await checkContract({ ...terms, kubeconfig, environment, pace })), said };
  } finally {
    await rehearsal.stop();
  }
}
