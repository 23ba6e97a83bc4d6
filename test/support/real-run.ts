import { createRun, type RunCommand } from '../../src/tools/shell/run.ts';
import { Vault } from '../../src/secrets/vault.ts';

/** Runs real programs, with this environment added to the one of the tests. */
export function realRun(environment: Record<string, string> = {}): RunCommand {
  return createRun({ environment: { ...process.env, ...environment }, vault: new Vault() });
}
