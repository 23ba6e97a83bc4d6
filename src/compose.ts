import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Invocation } from './cli/invocation.ts';
import { systemTime } from './clock.ts';
import type { Program } from './commands/program.ts';
import { stateHome } from './engine/journal/state-directory.ts';
import { createProviders } from './providers/index.ts';
import { Vault } from './secrets/vault.ts';
import type { Stage } from './stage.ts';
import { createCommandLog } from './tools/shell/command-log.ts';
import { createRun } from './tools/shell/run.ts';

/** Puts the program together: the only place that knows every part. */
export async function compose(
  { frontend, stop, kill }: Stage,
  invocation: Invocation,
  root: string,
  version: string,
): Promise<Program & { end(): Promise<void> }> {
  const environment = process.env;
  const vault = new Vault();
  const logs = createCommandLog(() => new Date());
  const run = createRun({ environment, vault, log: logs });
  // A socket's path holds some hundred bytes: the private directory is short, and only its owner can enter it.
  const runtime = await mkdtemp(join(tmpdir(), 'dw-'));
  return {
    invocation,
    environment,
    directory: process.cwd(),
    version,
    recipes: join(root, 'recipes'),
    state: stateHome(environment, process.platform),
    runtime,
    run,
    vault,
    providers: createProviders({ run }),
    time: systemTime,
    rehearsalProgram: join(root, 'dist', 'rehearsal.js'),
    frontend,
    stop,
    kill,
    logs,
    end: () => rm(runtime, { recursive: true, force: true }),
  };
}
