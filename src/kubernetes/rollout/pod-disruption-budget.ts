import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { notObserved } from './conditions.ts';
import { ready, type RolloutStatus } from './status.ts';

/** Ready when its controller has seen it: it only limits what others may evict. */
export function podDisruptionBudget(object: KubernetesObject, _snapshot: Snapshot, now: number): RolloutStatus {
  return notObserved(object, now, { always: true }) ?? ready();
}
