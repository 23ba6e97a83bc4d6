/**
 * Hands every request under `/api` to the backend, path and query unchanged (an Ingress passes `/api` on unstripped too).
 * A rewrite in next.config would be frozen at `next build`, and a `NEXT_PUBLIC_` variable is compiled into the browser's
 * code; here the address is read when a request comes, so one image serves every environment.
 */
const backendUrl = () => (process.env.API_URL || 'http://backend-service:8000').replace(/\/+$/, '');

const timeoutMilliseconds = 10_000;
const requestHeaders = ['accept', 'authorization', 'content-type', 'cookie', 'if-none-match'];
const responseHeaders = ['cache-control', 'content-type', 'etag', 'location', 'retry-after', 'www-authenticate'];

export const dynamic = 'force-dynamic';

async function forward(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  try {
    const answer = await fetch(backendUrl() + pathname + search, {
      method: request.method,
      headers: pick(request.headers, requestHeaders),
      body: hasBody ? await request.arrayBuffer() : undefined,
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const headers = pick(answer.headers, responseHeaders);
    for (const cookie of answer.headers.getSetCookie()) headers.append('set-cookie', cookie);
    return new Response(answer.body, { status: answer.status, headers });
  } catch (error) {
    const detail = `No answer from ${withoutLogin(backendUrl())}: ${reasonOf(error)}.`;
    console.error(`${request.method} ${pathname}: ${detail}`);
    return Response.json({ detail }, { status: 502 });
  }
}

function pick(from: Headers, names: string[]): Headers {
  const picked = new Headers();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}

/** `fetch` says no more than "fetch failed"; the cause has the code: ECONNREFUSED, ENOTFOUND ... */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing came within ${timeoutMilliseconds / 1000} seconds`;
  const { cause } = error;
  return cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : error.message;
}

function withoutLogin(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}

export {
  forward as GET,
  forward as HEAD,
  forward as POST,
  forward as PUT,
  forward as PATCH,
  forward as DELETE,
  forward as OPTIONS,
};
