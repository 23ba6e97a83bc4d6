import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import type { Channels } from './channels.ts';
import { folderEntries, Input, resolvePath, type ContainerView, type Process } from './process.ts';
import { findProgram } from './shell.ts';
import { openTerminal } from './terminal.ts';

interface ExecRequest {
  command: readonly string[];
  tty: boolean;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  container: ContainerView;
  clock: Clock;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
  /** 64 hexadecimal digits that the runtime would give this exec. */
  id: string;
}

/** How it ended, or why it never began. */
export type ExecOutcome = { exitCode: number } | { failure: string };

/** Runs one command in a rehearsed container. Resolves when its output has been handed on. */
export async function serveExec(request: ExecRequest): Promise<ExecOutcome> {
  const { command, container, signal, clock, id } = request;
  const [name, ...args] = command;
  const program = name === undefined ? undefined : findProgram(name);
  if (program === undefined) return { failure: startFailure(name, container, id) };
  const terminal = request.tty ? openTerminal(request.stdin, request.stdout) : undefined;
  const out = terminal?.out ?? writeTo(request.stdout);
  const process = {
    container,
    clock,
    out,
    err: terminal?.out ?? writeTo(request.stderr),
    stdin: new Input(terminal?.stdin ?? (request.stdin as AsyncIterable<Buffer>)),
    cwd: container.workingDir,
    signal: terminal === undefined ? signal : AbortSignal.any([signal, terminal.interrupted]),
    isTerminal: request.tty,
  };
  const run: Process['run'] = (of, rest, env) => {
    const found = findProgram(of);
    return found === undefined ? undefined : Promise.resolve(found({ ...process, args: rest, env, run }));
  };
  const exitCode = await program({ ...process, args, env: new Map(Object.entries(container.env)), run });
  return { exitCode: terminal?.interrupted.aborted === true ? 130 : exitCode };
}

/** Resolves when the data has been taken, so that a slow client slows the program down. */
function writeTo(stream: Writable): (data: string | Buffer) => Promise<void> {
  return (data) =>
    new Promise((resolve) => {
      // A stream whose client has gone takes nothing any more; the program is ended by its signal.
      stream.write(data, () => resolve());
    });
}

/** The words of containerd and runc for a program that cannot be started. */
function startFailure(name: string | undefined, container: ContainerView, id: string): string {
  const prefix =
    'error executing command in container: failed to exec in container: ' +
    `failed to start exec "${id}": OCI runtime exec failed: exec failed: `;
  if (name === undefined) return `${prefix}args must not be empty`;
  return `${prefix}unable to start container process: exec: "${name}": ${whyNot(name, container)}`;
}

function whyNot(name: string, container: ContainerView): string {
  if (!name.includes('/')) return 'executable file not found in $PATH';
  const path = resolvePath(container.workingDir, name);
  const exists = container.files.has(path) || folderEntries(container, path) !== undefined;
  return exists ? 'permission denied' : `stat ${name}: no such file or directory`;
}

/**
 * The status that ends an exec (k8s.io/apimachinery, `StatusReasonInternalError`; k8s.io/kubelet, remotecommand). Clients of
 * version 5 talk to a part of the API server that wraps the kubelet's answer once more.
 */
export function execStatus(
  outcome: ExecOutcome,
  { protocol }: Pick<Channels, 'protocol'>,
  command: readonly string[],
): object {
  const isWrapped = protocol === 'v5.channel.k8s.io';
  if ('failure' in outcome)
    return internalError(isWrapped ? `Internal error occurred: ${outcome.failure}` : outcome.failure);
  const { exitCode } = outcome;
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  const why = isWrapped
    ? `command terminated with exit code ${exitCode}`
    : `error executing command [${command.join(' ')}], exit code ${exitCode}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${why}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** What a client of version 5 reads, after a successful upgrade, when the kubelet refused: there is no such container running. */
export const containerNotFound = (container: string) =>
  internalError(`unable to upgrade connection: container not found ("${container}")`);

function internalError(message: string): object {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
