import { ToolError } from '../../src/errors/errors.ts';
import type { CommandOptions, CommandResult, RunCommand } from '../../src/tools/shell/run.ts';

/** How a program that is not there answers one command. */
export interface Reply {
  status?: number;
  stdout?: string;
  stderr?: string;
  /** It is not installed. */
  missing?: boolean;
  /** It does not end before it is ended: by `signal`, or by `timeout` at once. */
  hangs?: boolean;
}

type Answer = Reply | ((argv: readonly string[], options: CommandOptions) => Reply | Promise<Reply>);

export interface FakeRun {
  run: RunCommand;
  /** Every command that was started, with its stdin. */
  calls: { argv: readonly string[]; stdin: string | undefined; env: Record<string, string> | undefined }[];
}

/**
 * A RunCommand that answers from a table: the first key that the command line starts with, or contains when the key
 * begins with `*`. A command that is in no row fails the test. It keeps the promises of `createRun`: stderr and stdout
 * reach `onLine` by lines, stdout is kept back from `onLine` and result when there is `onData`.
 */
export function fakeRun(table: Record<string, Answer>): FakeRun {
  const calls: FakeRun['calls'] = [];
  const run: RunCommand = async (argv, options = {}) => {
    options.signal?.throwIfAborted();
    const line = argv.join(' ');
    const key = Object.keys(table).find((start) =>
      start.startsWith('*') ? line.includes(start.slice(1)) : line.startsWith(start),
    );
    if (key === undefined) throw new Error(`unexpected command: ${line}`);
    calls.push({ argv, stdin: options.stdin, env: options.env });
    const answer = table[key];
    return finish(argv, options, typeof answer === 'function' ? await answer(argv, options) : (answer ?? {}));
  };
  return { run, calls };
}

async function finish(argv: readonly string[], options: CommandOptions, reply: Reply): Promise<CommandResult> {
  const { status = 0, stdout = '', stderr = '' } = reply;
  if (reply.missing) throw failure(argv, null, 'tool-missing', [`spawn ${argv[0]} ENOENT`]);
  const lastLines = linesOf(stderr);
  for (const line of lastLines) options.onLine?.(line, 'stderr');
  if (options.onData !== undefined) {
    if (stdout !== '') options.onData(Buffer.from(stdout));
  } else {
    for (const line of linesOf(stdout)) options.onLine?.(line, 'stdout');
    lastLines.push(...linesOf(stdout));
  }
  if (reply.hangs) await untilEnded(argv, options);
  if (status !== 0 && !options.accept?.includes(status)) {
    throw failure(argv, status, 'tool-failed', lastLines.slice(-20));
  }
  return { argv, status, stdout: options.onData === undefined ? stdout : '', stderr };
}

function untilEnded(argv: readonly string[], { signal, timeout }: CommandOptions): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    if (timeout !== undefined) reject(failure(argv, null, 'tool-timeout', []));
  });
}

function failure(argv: readonly string[], status: number | null, code: string, lastLines: string[]): ToolError {
  return new ToolError(`${argv[0]} failed`, { argv, status, lastLines, code });
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
