/** The part of a status condition that all kinds share. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string | null;
  lastUpdateTime?: string | null;
  lastProbeTime?: string | null;
  observedGeneration?: number;
}

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);

export const hasCondition = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditionOf(conditions, type)?.status === 'True';

export const withoutCondition = (conditions: readonly Condition[], type: string): readonly Condition[] =>
  conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions;

/**
 * Keeps the place of a condition that is there already, and its time of transition while its status stays
 * (apimachinery/pkg/api/meta, SetStatusCondition). The same list when nothing changes.
 */
export function withCondition(
  conditions: readonly Condition[] = [],
  condition: Condition,
  time: string,
): readonly Condition[] {
  const known = conditionOf(conditions, condition.type);
  const next: Condition = {
    ...condition,
    lastTransitionTime: known?.status === condition.status ? (known.lastTransitionTime ?? time) : time,
  };
  if (known === undefined) return [...conditions, next];
  if (
    known.status === next.status &&
    known.reason === next.reason &&
    known.message === next.message &&
    known.observedGeneration === next.observedGeneration
  )
    return conditions;
  return conditions.map((other) => (other === known ? { ...other, ...next } : other));
}
