import type { Plan } from '../plan.ts';
import type { Problem } from './report.ts';

/** A problem before it is known which line of which template needs it. */
export type Finding = Omit<Problem, 'neededBy'>;

/** A finding, with the answers that any parameter holding this very name was made from. */
export function finding(code: string, message: string, remedy: string[], plan: Plan, name: string): Finding {
  return { code, message, remedy, answers: name === '' ? [] : answersBehind(plan, name), isFatal: true };
}

/** The answers that parameters with this value were made from. */
export function answersBehind(plan: Plan, value: unknown): string[] {
  const answers = plan.steps.flatMap(({ params, origins }) =>
    Object.entries(origins).flatMap(([at, from]) => (valueAt(params, at) === value ? from : [])),
  );
  return [...new Set(answers)];
}

/** `set.storage.class` may be a chart key with dots of its own: the longest key that leads anywhere is taken. */
function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  const item = /^\[(\d+)\]\.?(.*)$/.exec(path);
  if (item !== null) return Array.isArray(value) ? valueAt(value[Number(item[1])], item[2] ?? '') : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value).filter(
    (key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`),
  );
  for (const key of keys.sort((a, b) => b.length - a.length)) {
    const found = valueAt((value as Record<string, unknown>)[key], path.slice(key.length).replace(/^\./, ''));
    if (found !== undefined) return found;
  }
  return undefined;
}
