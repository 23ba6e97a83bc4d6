import type { Invocation } from './cli/invocation.ts';
import { exitCodes } from './errors/exit-codes.ts';
import { UserError } from './errors/errors.ts';
import { liveGroups } from './tools/shell/groups.ts';
import { createFrontend } from './ui/create-frontend.ts';
import type { Frontend } from './ui/frontend.ts';
import type { Terminal } from './ui/ink/terminal.ts';

/** Between the stages of Ctrl-C: a key that is held down must not run through all of them. */
const stageMilliseconds = 1000;

/** What is there before anything heavy is loaded: a front end, and what Ctrl-C does. */
export interface Stage {
  frontend: Frontend;
  /** No new step starts. */
  stop: AbortSignal;
  /** Everything ends. */
  kill: AbortSignal;
  close(): Promise<void>;
}

/** With a terminal on which the first screen stands already, that one is drawn on. */
export async function openStage(invocation: Invocation, version: string, terminal?: Terminal): Promise<Stage> {
  if (process.platform === 'win32') {
    throw new UserError('Windows is supported through WSL2', {
      next: ['wsl --install, then run this inside it'],
      exitCode: exitCodes.usage,
    });
  }
  const { stdin, stdout, stderr, env: environment } = process;
  const frontend = await createFrontend({ invocation, environment, stdin, stdout, stderr, version, terminal });
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
    frontend,
    stop: stop.signal,
    kill: kill.signal,
    async close() {
      kill.abort('end');
      await frontend.close();
      release();
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
