import type { Plan } from '../plan/plan.ts';

/** Seconds by step: as measured by earlier runs, else as the recipe's author expects. */
export function estimatesOf(
  plan: Plan,
  expected: Record<string, number>,
  measured: Record<string, number> | undefined,
): { steps: Record<string, number>; source: 'measured' | 'author' } {
  const hasMeasured = measured !== undefined && Object.keys(measured).length > 0;
  const steps = Object.fromEntries(
    plan.steps.flatMap(({ id }) =>
      (hasMeasured ? (measured[id] ?? expected[id]) : expected[id]) === undefined
        ? []
        : [[id, (hasMeasured ? measured[id] : undefined) ?? expected[id] ?? 0]],
    ),
  );
  return { steps, source: hasMeasured ? 'measured' : 'author' };
}
