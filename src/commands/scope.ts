import type { JsonObject, PlanTarget } from '../plan/plan.ts';

/** What conditions and defaults of questions may read of the cluster. */
export function targetScope({ provider, name, context, isLocal, architecture }: PlanTarget): JsonObject {
  return { target: { provider, name, context, isLocal, architecture } };
}
