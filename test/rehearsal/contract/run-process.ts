import { spawn } from 'node:child_process';

export interface Ended {
  /** Exit code; -1 when a signal ended it. */
  exit: number;
  stdout: string;
  stderr: string;
}

export interface Running {
  ended: Promise<Ended>;
  /** Goes on when stdout so far matches; fails when the process ends or the time is over before. */
  shows(pattern: RegExp): Promise<string>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

export interface ProcessPlace {
  directory: string;
  environment: NodeJS.ProcessEnv;
  /** Milliseconds after which it is killed. */
  limit: number;
}

/** Starts a program without a shell. One that does not end within the limit is killed, and that is an error. */
export function start(argv: readonly string[], place: ProcessPlace, stdin = ''): Running {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd: place.directory, env: place.environment, stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const told = () => [...listeners].forEach((listener) => listener());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    told();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  // A program that does not read its standard input closes it: what it then says is what counts.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);

  let isOver = false;
  let isEnded = false;
  const timer = setTimeout(() => {
    isOver = true;
    child.kill('SIGKILL');
  }, place.limit);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => {
      clearTimeout(timer);
      isEnded = true;
      told();
      if (isOver)
        reject(new Error(`${argv.join(' ')}: not over after ${place.limit} ms\n${output.stdout}${output.stderr}`));
      else resolve({ exit: exit ?? -1, ...output });
    });
  });
  // Reported by whoever awaits it; without this a process that fails before anybody does would end the whole run.
  ended.catch(() => undefined);

  return {
    ended,
    interrupt: () => void child.kill('SIGINT'),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output.stdout)) {
            if (isEnded)
              reject(
                new Error(
                  `${argv.join(' ')} ended and never showed ${String(pattern)}:\n${output.stdout}${output.stderr}`,
                ),
              );
            return;
          }
          listeners.delete(look);
          resolve(output.stdout);
        };
        listeners.add(look);
        look();
      }),
  };
}
