import type { PlanStep, StepId } from './plan.ts';

/** What a step takes when its author says nothing: enough to order them, never shown as a time. Seconds. */
const usual: Record<string, number> = {
  cluster: 1,
  image: 60,
  release: 2,
  rollout: 20,
  database: 15,
  addon: 60,
  keycloak: 60,
};

/** The chain of steps whose times add up to the most. */
export function criticalPath(steps: readonly PlanStep[], expected: Record<string, number>): StepId[] {
  const longest = new Map<StepId, { seconds: number; before: StepId | undefined }>();
  for (const { id, kind, needs } of steps) {
    const own = expected[id] ?? usual[kind] ?? 1;
    let best: { seconds: number; before: StepId | undefined } = { seconds: own, before: undefined };
    for (const need of needs) {
      const seconds = (longest.get(need)?.seconds ?? 0) + own;
      if (seconds > best.seconds) best = { seconds, before: need };
    }
    longest.set(id, best);
  }
  let at: StepId | undefined = [...longest].sort(([, a], [, b]) => b.seconds - a.seconds)[0]?.[0];
  const path: StepId[] = [];
  while (at !== undefined) {
    path.unshift(at);
    at = longest.get(at)?.before;
  }
  return path;
}

/** Seconds of the whole plan when nothing waits for a free place: the longest chain. */
export function pathSeconds(steps: readonly PlanStep[], seconds: Record<string, number>): number {
  const end = new Map<StepId, number>();
  for (const { id, needs } of steps)
    end.set(id, (seconds[id] ?? 0) + Math.max(0, ...needs.map((need) => end.get(need) ?? 0)));
  return Math.max(0, ...end.values());
}
