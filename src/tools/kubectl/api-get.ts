import { ToolError } from '../../errors/errors.ts';
import { capture, jsonOf } from '../capture.ts';
import { explained } from '../problem.ts';
import type { RunCommand } from '../shell/run.ts';
import { kubectlArgv, type KubectlTarget } from './argv.ts';
import { kubectlProblems } from './problems.ts';

export interface ApiGetOptions {
  /** Seconds; 5 unless told. */
  timeout?: number;
  signal?: AbortSignal | undefined;
}

/**
 * One GET of the API, without discovery: kubectl asks an unreachable server for its API groups five times, and each
 * time waits for the whole limit (kubectl 1.35: 15 s with `--request-timeout=3s get pods`).
 */
export async function apiGet(
  run: RunCommand,
  target: KubectlTarget,
  path: string,
  { timeout = 5, signal }: ApiGetOptions = {},
): Promise<unknown> {
  const argv = kubectlArgv(target, ['get', '--raw', path, `--request-timeout=${timeout}s`]);
  try {
    const options = signal === undefined ? { timeout } : { timeout, signal };
    return jsonOf(await explained(capture(run, argv, options), kubectlProblems));
  } catch (error) {
    // The limit for a request does not cover the login before it.
    if (error instanceof ToolError && error.code === 'tool-timeout') {
      throw new ToolError(`The Kubernetes API server does not answer within ${timeout} s`, {
        argv,
        status: error.status,
        lastLines: error.lastLines,
        next: ['Start the cluster, or check VPN, proxy, login and the server of the context.'],
        isTransient: true,
        code: 'cluster-unreachable',
      });
    }
    throw error;
  }
}
