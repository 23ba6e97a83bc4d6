import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { defineStep, done, StepFailure, todo } from '../../engine/step.ts';
import type { JsonObject, JsonValue } from '../../plan/plan.ts';
import { evaluateTemplate } from '../../recipe/expression.ts';
import { sanitiseLine } from '../../secrets/sanitise.ts';
import { httpCheckPlan, type HttpRequestParams } from './plan.ts';

type Request = z.output<typeof HttpRequestParams>;

const requestMilliseconds = 10_000;
const pauseMilliseconds = 500;

export const httpCheckStep = defineStep(httpCheckPlan, {
  async check({ writes }, { isAfterChange }) {
    return writes && !isAfterChange ? done() : todo('it is asked');
  },
  async run({ requests }, { signal, progress, waiting, output }) {
    const captured: JsonObject = {};
    for (const request of requests as unknown as Request[]) {
      const filled = fill(request, captured);
      progress(`${filled.method} ${filled.url}`);
      const answer = await untilAnswered(filled, signal, waiting);
      output([`${filled.method} ${filled.url}: ${answer.status}`]);
      compare(filled, answer);
      for (const [name, pointer] of Object.entries(request.capture ?? {}))
        captured[name] = atPointer(answer.text, pointer);
    }
    return {};
  },
});

interface Answer {
  status: number;
  text: string;
}

function fill(request: Request, captured: JsonObject): Request {
  const text = (value: string) => String(evaluateTemplate(value, { captured }));
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(deep);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]))
      : value;
  };
  return {
    ...request,
    url: text(request.url),
    ...(request.json === undefined ? {} : { json: deep(request.json) as JsonValue }),
  };
}

/** Asks until somebody answers; an answer of the wrong kind from a proxy in front of nothing (502, 503, 504) is no answer yet. */
async function untilAnswered(
  request: Request,
  signal: AbortSignal,
  waiting: (blocker: string) => void,
): Promise<Answer> {
  let said = '';
  for (;;) {
    const answer = await ask(request, signal);
    if (typeof answer !== 'string') {
      if (![502, 503, 504].includes(answer.status) || request.expect === answer.status) return answer;
    }
    const blocker =
      typeof answer === 'string' ? `${request.url}: ${answer}` : `${request.url} answers ${answer.status}`;
    if (blocker !== said) waiting(blocker);
    said = blocker;
    await delay(pauseMilliseconds, undefined, { signal });
  }
}

/** The answer, or why there was none. */
async function ask(
  { method, url, headers, json, redirects, host }: Request,
  signal: AbortSignal,
): Promise<Answer | string> {
  try {
    const answer = await fetch(url, {
      method,
      redirect: redirects === 'show' ? 'manual' : 'follow',
      headers: {
        ...headers,
        ...(host === undefined ? {} : { host }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMilliseconds)]),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    signal.throwIfAborted();
    const cause = (error as Error).cause;
    return cause instanceof Error ? cause.message : (error as Error).message;
  }
}

function compare({ method, url, expect, contains }: Request, { status, text }: Answer): void {
  const seen = sanitiseLine(text).slice(0, 200);
  if (status !== expect) {
    throw new StepFailure({
      code: 'http-status',
      cause: `${method} ${url} answers ${status}, not ${expect}`,
      evidence: seen === '' ? [] : [seen],
      remedy: ['Look at the log of the pods behind it; the command is on the last screen.'],
    });
  }
  if (contains !== undefined && !text.toLowerCase().includes(contains.toLowerCase())) {
    throw new StepFailure({
      code: 'http-content',
      cause: `${method} ${url} answers ${status}, but not with "${contains}"`,
      evidence: [seen],
      remedy: ['Something else may answer at this address.'],
    });
  }
}

/** RFC 6901. */
function atPointer(text: string, pointer: string): JsonValue {
  let at: unknown;
  try {
    at = JSON.parse(text);
  } catch {
    throw new StepFailure({
      code: 'http-content',
      cause: `The answer is not JSON, ${pointer} cannot be read from it`,
      evidence: [sanitiseLine(text).slice(0, 200)],
      remedy: [],
    });
  }
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  }
  if (at === undefined)
    throw new StepFailure({
      code: 'http-content',
      cause: `The answer has no ${pointer}`,
      evidence: [sanitiseLine(text).slice(0, 200)],
      remedy: [],
    });
  return at as JsonValue;
}
