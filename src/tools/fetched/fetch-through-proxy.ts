import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { isAtLeast, parseVersion } from '../version.ts';

export interface ProxyFetch {
  fetch: typeof fetch;
  /** What the person can do when the way out is the proxy and this Node cannot take it. */
  remedy?: string;
}

/** As many as a browser follows at most (Fetch standard, HTTP-redirect fetch). */
const mostRedirects = 20;

/**
 * A `fetch` of GET requests that goes through the proxy of HTTPS_PROXY and HTTP_PROXY, less what NO_PROXY names: the `fetch`
 * of Node itself asks no proxy unless the whole process is told to, loopback included. Agents know proxies since Node 22.21
 * and 24.5 (nodejs.org/api/http, `proxyEnv`); before, and without a proxy, it is the `fetch` that is given.
 */
export function fetchThroughProxy(
  environment: NodeJS.ProcessEnv,
  nodeVersion: string,
  direct: typeof fetch = fetch,
): ProxyFetch {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
  const named = names.find((name) => (environment[name] ?? '') !== '');
  if (named === undefined) return { fetch: direct };
  if (!knowsProxies(nodeVersion)) {
    const remedy = `${named} names a proxy, which Node ${nodeVersion} cannot use: take Node 24.5 or newer.`;
    return { fetch: direct, remedy };
  }
  const proxyEnv = Object.fromEntries(
    [...names, 'NO_PROXY', 'no_proxy'].flatMap((name) =>
      environment[name] === undefined ? [] : [[name, environment[name]]],
    ),
  );
  // Closed after each answer, so that no idle connection keeps the process alive.
  const agents = { http: new HttpAgent({ proxyEnv }), https: new HttpsAgent({ proxyEnv }) };

  const throughProxy: typeof fetch = async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input);
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const answer = await get(url, agents, init);
      const target = answer.headers.location;
      if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) || target === undefined)
        return responseOf(answer, url);
      answer.resume();
      url = new URL(target, url);
    }
    throw new TypeError('fetch failed', { cause: new Error('redirect count exceeded') });
  };
  return { fetch: throughProxy };
}

function knowsProxies(nodeVersion: string): boolean {
  const version = parseVersion(nodeVersion);
  if (version === undefined) return false;
  return version.major === 22
    ? isAtLeast(version, { major: 22, minor: 21 })
    : isAtLeast(version, { major: 24, minor: 5 });
}

async function get(
  url: URL,
  agents: { http: HttpAgent; https: HttpsAgent },
  init: RequestInit | undefined,
): Promise<IncomingMessage> {
  const options = {
    headers: Object.fromEntries(new Headers(init?.headers)),
    ...(init?.signal == null ? {} : { signal: init.signal }),
  };
  const request =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: agents.https })
      : httpRequest(url, { ...options, agent: agents.http });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}

function responseOf(answer: IncomingMessage, url: URL): Response {
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  const status = answer.statusCode ?? 0;
  const hasBody = ![101, 204, 205, 304].includes(status);
  const response = new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream<Uint8Array>) : null, {
    status,
    statusText: answer.statusMessage ?? '',
    headers,
  });
  // A Response that is made has no address; where redirects led is what errors name.
  return Object.defineProperty(response, 'url', { value: url.href });
}
