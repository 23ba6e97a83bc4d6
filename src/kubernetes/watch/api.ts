import { ToolError } from '../../errors/errors.ts';
import { pause, type Clock } from '../../clock.ts';
import { failureOf, type Request } from './failures.ts';
import type { ApiAnswer, Transport } from './transport.ts';

/** Requests for whole answers, with the errors of `ClusterReader`. */
export interface Api {
  /** Parsed JSON; undefined when the server says 404. */
  json(path: string, request: Omit<Request, 'argv'>): Promise<unknown>;
  /** The answer as it is, once login and load have had their second chance; for who reads statuses himself. */
  answer(path: string): Promise<ApiAnswer>;
  failure(answer: ApiAnswer, path: string, request: Omit<Request, 'argv'>): Error;
}

export interface ApiSettings {
  transport: Transport;
  clock: Clock;
  argv: (path: string) => string[];
  signal: AbortSignal;
}

/** Milliseconds; a server that asks for more is reported instead, and its caller decides. */
const longestRetryAfter = 5_000;
/** Milliseconds before a server is asked again that does not say when: times the number of tries. */
const troublePause = 500;
const busyTries = 3;

export function createApi({ transport, clock, argv, signal }: ApiSettings): Api {
  const answer = async (path: string): Promise<ApiAnswer> => {
    let result = await transport.get(path, signal);
    // A login helper's token may just have run out: client-go fetches another after the first 401.
    if (result.status === 401) result = await transport.get(path, signal);
    for (let tries = 1; tries < busyTries; tries += 1) {
      const wait = pauseBefore(result, tries);
      if (wait === undefined) break;
      await pause(clock, wait, signal);
      signal.throwIfAborted();
      result = await transport.get(path, signal);
    }
    return result;
  };
  const failure: Api['failure'] = (result, path, request) => failureOf(result, { ...request, argv: argv(path) });
  return {
    answer,
    failure,
    async json(path, request) {
      const result = await answer(path);
      if (result.status === 404) return undefined;
      if (result.status !== 200) throw failure(result, path, request);
      try {
        return JSON.parse(result.body) as unknown;
      } catch {
        throw notKubernetes(argv(path), result.body);
      }
    },
  };
}

/** Milliseconds; undefined: asking again will do no better. Reading twice harms nothing. */
function pauseBefore({ status, retryAfter, body }: ApiAnswer, tries: number): number | undefined {
  if (status !== 429 && status < 500) return undefined;
  if (retryAfter !== undefined) return retryAfter <= longestRetryAfter ? retryAfter : undefined;
  // A `Status` of the API server itself (etcd timed out, a leader changed): what `kubectl proxy` says of a server that it does
  // not reach is plain text, and is told at once.
  return status >= 500 && body.startsWith('{') ? troublePause * tries : undefined;
}

/** What answers is no API server: a login page of a company proxy answers 200 too. */
export function notKubernetes(argv: readonly string[], body: string): ToolError {
  const isPage = /^\s*</.test(body);
  return new ToolError('The address of the cluster answers, but not as a Kubernetes API server', {
    argv,
    status: null,
    lastLines: [isPage ? 'an HTML page came back' : 'the answer is no JSON'],
    why: isPage ? 'An HTML page came back: a proxy or a login page stands in between.' : 'The answer is no JSON.',
    next: ['Check HTTPS_PROXY and NO_PROXY, and the server address in the kubeconfig.'],
    code: 'not-kubernetes',
  });
}
