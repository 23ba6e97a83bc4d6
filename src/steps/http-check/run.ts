import { pause, type ProgramTime } from '../../clock.ts';
import { defineStep, done, StepFailure, todo } from '../../engine/step.ts';
import type { JsonObject, JsonValue } from '../../plan/plan.ts';
import { evaluateTemplate, textOf } from '../../recipe/expression.ts';
import { sanitiseLine } from '../../secrets/sanitise.ts';
import { httpCheckPlan } from './plan.ts';
import { ask, type Answer, type Request } from './request.ts';

const pauseMilliseconds = 500;
/** How long after a change a 404 may come from a proxy that does not know the way yet: controllers follow an Ingress in seconds. */
const settleMilliseconds = 15_000;

export const httpCheckStep = defineStep(httpCheckPlan, {
  async check({ writes }, { isAfterChange }) {
    return writes && !isAfterChange ? done() : todo('it is asked');
  },
  async run({ requests }, { signal, time, isAfterChange, progress, waiting, output }) {
    const settledAt = time.elapsed() + (isAfterChange ? settleMilliseconds : 0);
    const captured: JsonObject = {};
    for (const request of requests as unknown as Request[]) {
      const filled = fill(request, captured);
      progress(`${filled.method} ${filled.url}`);
      const answer = await untilAnswered(filled, { signal, time, waiting, settledAt });
      output([`${filled.method} ${filled.url}: ${answer.status}`]);
      compare(filled, answer);
      for (const [name, pointer] of Object.entries(request.capture ?? {}))
        captured[name] = atPointer(answer.text, pointer);
    }
    return {};
  },
});

/** The request with what earlier answers gave. A text that is one capture keeps its type: an id stays a number in JSON. */
function fill({ capture: _capture, ...request }: Request, captured: JsonObject): Request {
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return readsCaptures(value) ? evaluateTemplate(value, { captured }) : value;
    if (Array.isArray(value)) return value.map(deep);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]))
      : value;
  };
  const filled = deep(request) as Request;
  return { ...filled, url: textOf(filled.url) };
}

/** Whatever else looks like an expression by now is text. */
function readsCaptures(text: string): boolean {
  return /\$\{[^}]*\bcaptured\b/.test(text);
}

/**
 * Asks until somebody answers; an answer of the wrong kind from a proxy in front of nothing (502, 503, 504) is no answer yet,
 * nor is a page that is not found while what was changed settles.
 */
async function untilAnswered(
  request: Request,
  {
    signal,
    time,
    waiting,
    settledAt,
  }: { signal: AbortSignal; time: ProgramTime; waiting: (blocker: string) => void; settledAt: number },
): Promise<Answer> {
  let said = '';
  for (;;) {
    const answer = await time.during(() => ask(request, signal));
    if (typeof answer !== 'string') {
      const isMissed = answer.status === 404 && request.method === 'GET' && time.elapsed() < settledAt;
      const isNone = isMissed || [502, 503, 504].includes(answer.status);
      if (!isNone || request.expect === answer.status) return answer;
    }
    const blocker =
      typeof answer === 'string' ? `${request.url}: ${answer}` : `${request.url} answers ${answer.status}`;
    if (blocker !== said) waiting(blocker);
    said = blocker;
    await pause(time, pauseMilliseconds, signal);
    signal.throwIfAborted();
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
