import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { available } from './availability.ts';
import { condition, counted, isTrue, notObserved } from './conditions.ts';
import { podsOf } from './pods.ts';
import { failed, ready, stalled, waitingFor, type RolloutStatus } from './status.ts';

interface DeploymentSpec {
  replicas?: number;
  paused?: boolean;
  minReadySeconds?: number;
}

interface DeploymentStatus {
  replicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
}

/**
 * Kubernetes documentation, "Deployment status"; `kubectl rollout status` (polymorphichelpers/rollout_status.go) for the
 * order of the questions. Ready also wants `NewReplicaSetAvailable`, which is there once the controller says so itself.
 */
export function deployment(object: KubernetesObject, snapshot: Snapshot, now: number): RolloutStatus {
  const spec = object['spec'] as DeploymentSpec;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = (object['status'] ?? {}) as DeploymentStatus;
  const wanted = spec.replicas ?? 1;
  const count = (status: RolloutStatus): RolloutStatus => {
    const seen = podsOf(object, snapshot).filter((pod) => available(pod, spec.minReadySeconds ?? 0, now)).length;
    return counted(status, Math.min(seen, wanted), wanted);
  };

  const behind = notObserved(object, now, { always: true });
  if (behind !== undefined) return behind;
  if (spec.paused === true) {
    return count(stalled('paused', `somebody to go on: kubectl rollout resume deployment/${object.metadata.name}`));
  }
  const progressing = condition(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return count(failed('deadline-exceeded', 'its pods did not become available in time'));
  }
  if (isTrue(condition(object, 'ReplicaFailure'))) return count(stalled('pods-refused', 'its pods to be admitted'));
  if (updatedReplicas < wanted) return count(waitingFor('new pods to be created'));
  if (replicas > updatedReplicas) return count(waitingFor(`${replicas - updatedReplicas} old pods to end`));
  if (availableReplicas < updatedReplicas) return count(waitingFor('pods to become available'));
  if (progressing !== undefined && progressing.reason !== 'NewReplicaSetAvailable') {
    return count(waitingFor('its controller to finish the rollout'));
  }
  return ready();
}
