import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { z } from 'zod';
import type { HttpRequestParams } from './plan.ts';

export type Request = z.output<typeof HttpRequestParams>;

export interface Answer {
  status: number;
  text: string;
}

const requestMilliseconds = 10_000;

/** The answer, or in words why there was none. Rejects only when the signal ends it. */
export async function ask(request: Request, signal: AbortSignal): Promise<Answer | string> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(requestMilliseconds)]);
  try {
    return await (request.host === undefined ? byFetch(request, limited) : byHost(request, request.host, limited));
  } catch (error) {
    signal.throwIfAborted();
    return whyNot(error as Error);
  }
}

function headersOf({ headers, json }: Request): Record<string, string> {
  return { ...headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) };
}

async function byFetch(request: Request, signal: AbortSignal): Promise<Answer> {
  const { method, url, json, redirects } = request;
  const answer = await fetch(url, {
    method,
    redirect: redirects === 'show' ? 'manual' : 'follow',
    headers: headersOf(request),
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    signal,
  });
  return { status: answer.status, text: await answer.text() };
}

/**
 * `fetch` sends the host of the URL and no other. A name that only the cluster's Ingress knows leads nowhere from here,
 * so that a redirect is shown and not followed.
 */
async function byHost(request: Request, host: string, signal: AbortSignal): Promise<Answer> {
  const { method, url, json } = request;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const options = { method, headers: { ...headersOf(request), host }, servername: host.replace(/:\d+$/, ''), signal };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send(url, options, resolve)
      .on('error', reject)
      .end(json === undefined ? undefined : JSON.stringify(json));
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}

/** A name with two addresses fails with one error for each, and no words of its own. */
function whyNot(error: Error): string {
  const cause = error.cause ?? error;
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner instanceof Error && inner.message !== '' ? inner.message : error.message;
}
