import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Invocation } from './cli/invocation.ts';
import type { Program } from './commands/program.ts';
import { stateHome } from './engine/journal/state-directory.ts';
import { exitCodes } from './errors/exit-codes.ts';
import { UserError } from './errors/errors.ts';
import { createProviders } from './providers/index.ts';
import { Vault } from './secrets/vault.ts';
import { createCommandLog } from './tools/shell/command-log.ts';
import { liveGroups } from './tools/shell/groups.ts';
import { createRun } from './tools/shell/run.ts';
import { createFrontend } from './ui/create-frontend.ts';

/** Between the stages of Ctrl-C: a key that is held down must not run through all of them. */
const stageMilliseconds = 1000;

/** Puts the program together: the only place that knows every part. */
export async function compose(
  invocation: Invocation,
  root: string,
  version: string,
): Promise<Program & { end(): Promise<void> }> {
  if (process.platform === 'win32') {
    throw new UserError('Windows is supported through WSL2', {
      next: ['wsl --install, then run this inside it'],
      exitCode: exitCodes.usage,
    });
  }
  const environment = process.env;
  const vault = new Vault();
  const log = createCommandLog(() => new Date());
  const run = createRun({ environment, vault, log });
  const frontend = await createFrontend({
    invocation,
    environment,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    version,
  });
  // A socket's path holds some hundred bytes: the private directory is short, and only its owner can enter it.
  const runtime = await mkdtemp(join(tmpdir(), 'dw-'));
  const stop = new AbortController();
  const kill = new AbortController();
  const release = handleSignals({
    stop,
    kill,
    say: (text) => frontend.say({ level: 'warning', text }),
    onInterrupt: (listener) => frontend.onInterrupt(listener),
    restore: () => frontend.restore(),
    withdraw: (reason) => frontend.withdraw(reason),
  });
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
    frontend,
    stop: stop.signal,
    kill: kill.signal,
    logs: log,
    async end() {
      kill.abort('end');
      await frontend.close();
      release();
      await rm(runtime, { recursive: true, force: true });
      liveGroups.signalAll('SIGTERM');
    },
  };
}

interface Signals {
  stop: AbortController;
  kill: AbortController;
  say(text: string): void;
  onInterrupt(listener: () => void): void;
  /** Takes an open question away: nobody will answer it any more. */
  withdraw(reason: unknown): void;
  /** Gives the terminal back; synchronous. */
  restore(): void;
}

/**
 * Ctrl-C has three stages: no new step starts and those that can end do; every program is asked to end; every program
 * is ended. SIGTERM and SIGHUP begin with the second.
 */
function handleSignals({ stop, kill, say, onInterrupt, withdraw, restore }: Signals): () => void {
  let stage = 0;
  let last = 0;
  const interrupt = () => {
    if (Date.now() - last < stageMilliseconds && stage > 0) return;
    last = Date.now();
    stage += 1;
    if (stage === 1) {
      stop.abort(new Error('interrupted'));
      say('Stopping after the current step; Ctrl-C again ends it at once');
    } else if (stage === 2) {
      kill.abort(new Error('interrupted'));
      say('Ending the programs that run; Ctrl-C again kills them');
    } else {
      liveGroups.signalAll('SIGKILL');
      restore();
      process.exit(exitCodes.interrupted);
    }
  };
  const terminate = () => {
    stop.abort('SIGTERM');
    kill.abort('SIGTERM');
    withdraw('SIGTERM');
    stage = 2;
  };
  onInterrupt(interrupt);
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', terminate);
  const lastAct = () => liveGroups.signalAll('SIGTERM');
  process.on('exit', lastAct);
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', terminate);
    process.off('SIGHUP', terminate);
    process.off('exit', lastAct);
  };
}
