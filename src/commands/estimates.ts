import type { Plan } from '../plan/plan.ts';

const connectSeconds = 1;

/** Seconds by step: as measured by earlier runs, else as the recipe's author expects. */
export function estimatesOf(
  plan: Plan,
  expected: Record<string, number>,
  measured: Record<string, number> | undefined,
): { steps: Record<string, number>; source: 'measured' | 'author' } {
  const hasMeasured = measured !== undefined && Object.keys(measured).length > 0;
  const steps = Object.fromEntries(
    plan.steps.flatMap(({ id, kind, verb }) => {
      // A start was measured only when there was one, and no author knows how long it takes on this machine.
      if (kind === 'cluster' && verb !== 'start') return [[id, connectSeconds]];
      const seconds = measured?.[id] ?? (kind === 'cluster' ? undefined : expected[id]);
      return seconds === undefined ? [] : [[id, seconds]];
    }),
  );
  return { steps, source: hasMeasured ? 'measured' : 'author' };
}
