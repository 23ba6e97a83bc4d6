import type { Plan, StepKind } from '../plan.ts';
import type { Problem } from './report.ts';

/** Steps of a kind that cannot be run yet: refused, never ignored. */
export function unsupported(plan: Plan, runnable: ReadonlyMap<StepKind, unknown>): Problem[] {
  return plan.steps
    .filter(({ kind }) => !runnable.has(kind))
    .map(({ id, kind, title, origins }) => ({
      code: 'not-supported-yet',
      message: `${id} (${title}): steps of the kind ${kind} are not supported yet`,
      remedy: ['Answer so that it is left out, or wait for a version that has it.'],
      answers: [...new Set(Object.values(origins).flat())],
      isFatal: true,
    }));
}
