import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { counted, notObserved } from './conditions.ts';
import { ready, waitingFor, type RolloutStatus } from './status.ts';

interface DaemonSetStatus {
  desiredNumberScheduled?: number;
  updatedNumberScheduled?: number;
  numberAvailable?: number;
  numberUnavailable?: number;
}

/** `kubectl rollout status`. Where no node matches there is nothing to wait for. */
export function daemonSet(object: KubernetesObject, _snapshot: Snapshot, now: number): RolloutStatus {
  const status = (object['status'] ?? {}) as DaemonSetStatus;
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0, numberAvailable = 0 } = status;
  const behind = notObserved(object, now, { always: true });
  if (behind !== undefined) return behind;
  const old = wanted - updated;
  if (old > 0 && object['spec']?.updateStrategy?.type === 'OnDelete') {
    return counted(waitingFor(`you to delete ${old} old pods`), updated, wanted);
  }
  if (old > 0)
    return counted(waitingFor('new pods to be created on each node'), Math.min(updated, numberAvailable), wanted);
  if (numberAvailable < wanted || (status.numberUnavailable ?? 0) > 0) {
    return counted(waitingFor('pods to become available on each node'), numberAvailable, wanted);
  }
  return ready();
}
