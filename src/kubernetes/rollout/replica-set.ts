import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { condition, counted, isTrue, notObserved } from './conditions.ts';
import { ready, stalled, waitingFor, type RolloutStatus } from './status.ts';

interface ReplicaSetStatus {
  fullyLabeledReplicas?: number;
  availableReplicas?: number;
}

/** kstatus, pkg/kstatus/status/core.go, replicasetConditions. */
export function replicaSet(object: KubernetesObject, _snapshot: Snapshot, now: number): RolloutStatus {
  const wanted = (object['spec']?.replicas as number | undefined) ?? 1;
  const { fullyLabeledReplicas = 0, availableReplicas = 0 } = (object['status'] ?? {}) as ReplicaSetStatus;
  const behind = notObserved(object, now, { always: true });
  if (behind !== undefined) return behind;
  if (isTrue(condition(object, 'ReplicaFailure'))) {
    return counted(stalled('pods-refused', 'its pods to be admitted'), availableReplicas, wanted);
  }
  if (fullyLabeledReplicas < wanted) return counted(waitingFor('pods to be created'), availableReplicas, wanted);
  if (availableReplicas < wanted) return counted(waitingFor('pods to become available'), availableReplicas, wanted);
  return ready();
}
