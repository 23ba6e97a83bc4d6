import { request } from 'node:http';
import { ToolError } from '../../../src/errors/errors.ts';
import type { CommandOptions, CommandResult, RunCommand } from '../../../src/tools/shell/run.ts';
import type { FakeApiServer } from './fake-api-server.ts';

/** Stands for `kubectl proxy`: the fake API server listens on the socket that the command names, until it is ended. */
export function kubectlProxyOf(
  server: FakeApiServer,
  started: (argv: readonly string[]) => void = () => undefined,
): RunCommand {
  return async (argv, options = {}) => {
    const path = argv.find((argument) => argument.startsWith('--unix-socket='))?.slice('--unix-socket='.length);
    if (path === undefined) throw new Error(`unexpected command: ${argv.join(' ')}`);
    started(argv);
    await server.listen(path);
    options.onLine?.(`Starting to serve on ${path}`, 'stdout');
    await new Promise((resolve) => options.signal?.addEventListener('abort', resolve));
    await server.close();
    throw options.signal?.reason;
  };
}

/**
 * Stands for a kubectl whose proxy cannot listen: `get --raw` asks the fake API server. Words on stderr are those of
 * kubectl 1.34.10 (`kubectl get --raw` against answers of each status and a connection that was cut, 2026-11-24).
 */
export function kubectlGetRaw(socketPath: string): RunCommand {
  return async (argv, options = {}) => {
    if (argv.includes('proxy')) throw failed(argv, 'error: listen unix: operation not permitted');
    const path = argv[argv.indexOf('--raw') + 1] ?? '';
    const { status, body } = await ask(socketPath, path, options).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw error instanceof Error ? failed(argv, 'error: unexpected EOF') : error;
    });
    if (status === 200) return { argv, status: 0, stdout: '', stderr: '' } satisfies CommandResult;
    const { reason, message } = JSON.parse(body) as { reason: string; message: string };
    throw failed(
      argv,
      status === 401
        ? `error: You must be logged in to the server (${message})`
        : `Error from server (${reason}): ${message}`,
    );
  };
}

function failed(argv: readonly string[], line: string): ToolError {
  return new ToolError('kubectl failed', { argv, status: 1, lastLines: [line] });
}

function ask(
  socketPath: string,
  path: string,
  { signal, onData }: CommandOptions,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, ...(signal === undefined ? {} : { signal }) }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        if (response.statusCode === 200) onData?.(chunk);
        else body += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
