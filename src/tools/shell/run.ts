import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { $ } from 'zx/core';
import { ToolError } from '../../errors/errors.ts';
import { sanitise } from '../../secrets/sanitise.ts';
import type { Vault } from '../../secrets/vault.ts';
import { liveGroups } from './groups.ts';

export interface CommandOptions {
  /** Text for the standard input; without it the input is closed. The way for secrets and manifests. */
  stdin?: string;
  cwd?: string;
  /** Added to the inherited environment. */
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Seconds; then the whole process group is ended. */
  timeout?: number;
  /** Called with each complete line, redacted and sanitised. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /**
   * Takes stdout raw, as it comes. It is data then, not talk: neither kept in the result, nor cut into lines, nor logged
   * (what a cluster holds, Secrets included, must not reach a log file).
   */
  onData?: (chunk: Buffer) => void;
  /** Exit codes besides 0 that are an answer, not a failure. */
  accept?: readonly number[];
  /** Keep at most this many bytes of stdout; 64 MiB unless told. */
  maxBytes?: number;
}

export interface CommandResult {
  argv: readonly string[];
  status: number;
  /** Raw: may hold what the cluster holds. Never print it without redaction. */
  stdout: string;
  stderr: string;
}

/** Runs one external program. The seam of every tool: tests pass another. */
export type RunCommand = (argv: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

/** Where the output of commands goes besides their caller: log files. */
export interface CommandLog {
  started(argv: readonly string[]): { line(text: string): void; ended(status: number | null): void };
}

/** Where each program of ours says how it is installed. */
const installPages: Record<string, string> = {
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  helm: 'https://helm.sh/docs/intro/install/',
  docker: 'https://docs.docker.com/get-docker/',
  minikube: 'https://minikube.sigs.k8s.io/docs/start/',
  kind: 'https://kind.sigs.k8s.io/docs/user/quick-start/',
  k3d: 'https://k3d.io/stable/#installation',
};

/** Between SIGTERM and SIGKILL for a group that does not end. Helm needs some seconds to record a failed release. */
const graceMilliseconds = 10_000;
const keptLines = 20;

// zx keeps all output of a command for its whole life unless its store drops it.
class Drop extends Array<string | Buffer> {
  override push(): number {
    return 0;
  }
}

/**
 * The one way in which this program starts another: an argument vector, never a shell line. zx runs it with every
 * option explicit (a user's `ZX_*` variables would otherwise prefix our commands) and a `spawn` that starts the vector
 * itself. The child leads its own process group, so that it has no terminal to prompt on and can be ended as a whole.
 */
export function createRun(settings: { environment: NodeJS.ProcessEnv; vault: Vault; log?: CommandLog }): RunCommand {
  const environment = Object.fromEntries(
    Object.entries(settings.environment).filter(([name]) => !name.startsWith('ZX_')),
  );

  return async (argv, options = {}) => {
    options.signal?.throwIfAborted();
    const log = settings.log?.started(argv);
    const stdout = collector(options.maxBytes ?? 64 * 1024 * 1024);
    const stderr = collector(1024 * 1024);
    const lastLines: string[] = [];
    let child: ChildProcess | undefined;

    const start = (_file: string, _args: readonly string[], spawnOptions: SpawnOptions): ChildProcess => {
      child = spawn(argv[0] ?? '', argv.slice(1), {
        ...spawnOptions,
        shell: false,
        detached: true,
        stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      });
      if (child.pid !== undefined) liveGroups.add(child.pid);
      child.stdin?.on('error', () => undefined); // EPIPE of a program that ended without reading; its exit code tells.
      child.stdin?.end(options.stdin);
      const heard = (stream: 'stdout' | 'stderr', keep: (chunk: Buffer) => void) => {
        const lines = lineSplitter((raw) => {
          const line = settings.vault.redact(sanitise(settings.vault.redact(raw)));
          lastLines.push(line);
          if (lastLines.length > keptLines) lastLines.shift();
          log?.line(line);
          options.onLine?.(line, stream);
        });
        child?.[stream]?.on('data', (chunk: Buffer) => {
          keep(chunk);
          lines.push(chunk);
        });
        child?.[stream]?.on('end', () => lines.end());
      };
      if (options.onData === undefined) heard('stdout', (chunk) => stdout.push(chunk));
      else child.stdout?.on('data', options.onData);
      heard('stderr', (chunk) => stderr.push(chunk));
      return child;
    };

    const ended = $({
      quiet: true,
      verbose: false,
      nothrow: true,
      detached: true,
      preferLocal: false,
      shell: '/bin/sh',
      prefix: '',
      postfix: '',
      quote: (text: string) => text,
      env: { ...environment, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      store: { stdout: new Drop(), stderr: new Drop(), stdall: new Drop() },
      spawn: start as typeof spawn,
    })`${[...argv]}`;

    const limit = endGroupWhen(() => child?.pid, options.signal, options.timeout);
    const output = await ended;
    limit.release();
    if (child?.pid !== undefined) liveGroups.delete(child.pid);
    const status = child?.exitCode ?? null;
    log?.ended(status);

    if (options.signal?.aborted) throw options.signal.reason;
    if (limit.timedOut()) {
      throw new ToolError(`${argv[0]} did not end within ${options.timeout} s`, {
        argv,
        status,
        lastLines,
        code: 'tool-timeout',
        isTransient: true,
      });
    }
    if (child?.pid === undefined) {
      throw new ToolError(`${argv[0]} is not installed, or not in PATH`, {
        argv,
        status,
        lastLines: [String(output.cause ?? 'not found')],
        next: [`Install it: ${installPages[argv[0] ?? ''] ?? 'see its documentation'}`],
        code: 'tool-missing',
      });
    }
    if (status !== 0 && !(status !== null && options.accept?.includes(status))) {
      throw new ToolError(`${argv.slice(0, 3).join(' ')} failed`, { argv, status, lastLines });
    }
    return { argv, status: status ?? 0, stdout: stdout.text(), stderr: stderr.text() };
  };
}

function collector(limit: number): { push(chunk: Buffer): void; text(): string } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    push(chunk) {
      if (size < limit) chunks.push(chunk);
      size += chunk.length;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

/** Cuts a stream of bytes into lines; CR as used by progress bars ends a line too. A line of over 16 KiB is cut. */
export function lineSplitter(onLine: (line: string) => void): { push(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const cut = () => {
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    while (rest.length > 16_384) {
      onLine(rest.slice(0, 16_384));
      rest = rest.slice(16_384);
    }
  };
  return {
    push(chunk) {
      rest += decoder.write(chunk);
      cut();
    },
    end() {
      rest += decoder.end();
      if (rest !== '') onLine(rest.replace(/\r$/, ''));
      rest = '';
    },
  };
}

function endGroupWhen(pid: () => number | undefined, signal: AbortSignal | undefined, timeout: number | undefined) {
  let isTimedOut = false;
  let hardStop: NodeJS.Timeout | undefined;
  const end = () => {
    const group = pid();
    if (group === undefined) return;
    liveGroups.signal(group, 'SIGTERM');
    hardStop ??= setTimeout(() => liveGroups.signal(group, 'SIGKILL'), graceMilliseconds);
  };
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => {
          isTimedOut = true;
          end();
        }, timeout * 1000);
  signal?.addEventListener('abort', end, { once: true });
  return {
    timedOut: () => isTimedOut,
    release() {
      clearTimeout(timer);
      clearTimeout(hardStop);
      signal?.removeEventListener('abort', end);
    },
  };
}
