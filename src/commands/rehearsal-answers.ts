import type { Plan } from '../plan/plan.ts';
import type { ExpectedAnswer } from '../rehearsal/network/expected-answers.ts';

interface Asked {
  method: string;
  url: string;
  json?: unknown;
  expect: number;
  contains?: string;
  /** Name to JSON pointer. */
  capture?: Record<string, string>;
}

/**
 * What the rehearsed application answers: to each request of the checks what the recipe expects. It proves that the request
 * reaches a pod that is ready; what the application would say it does not prove.
 */
export function expectedAnswers({ steps }: Plan): ExpectedAnswer[] {
  return steps
    .filter(({ kind }) => kind === 'http-check')
    .flatMap(({ params }) => (params['requests'] as unknown as Asked[]).map(answerTo));
}

function answerTo({ method, url, json, expect, contains, capture }: Asked): ExpectedAnswer {
  const isRead = method === 'GET' && capture === undefined;
  return {
    method,
    path: pathOf(url),
    status: expect,
    says: contains === undefined ? [] : [contains],
    ...(isRead ? {} : { json: { ...(json as object | undefined), ...capturedIn(capture ?? {}) } }),
  };
}

/** Segments of the path; what an expression fills in later can be anything. */
function pathOf(url: string): (string | null)[] {
  const path = url.replace(/^(?:\$\{[^}]*\}|https?:\/\/[^/]*)/, '').split('?')[0] ?? '';
  const segments = path.split('/').slice(1);
  return (segments.length === 0 ? [''] : segments).map((segment) => (segment.includes('${') ? null : segment));
}

/** A value at each JSON pointer (RFC 6901) that the next request reads. */
function capturedIn(capture: Record<string, string>): object {
  return Object.entries(capture).reduce(
    (value, [name, pointer]) => withValue(value, pointer.split('/').slice(1), `rehearsed-${name}`),
    {},
  );
}

function withValue(object: Record<string, unknown>, [key, ...rest]: string[], value: unknown): Record<string, unknown> {
  if (key === undefined) return object;
  const inner = (object[key] ?? {}) as Record<string, unknown>;
  return { ...object, [key]: rest.length === 0 ? value : withValue(inner, rest, value) };
}
