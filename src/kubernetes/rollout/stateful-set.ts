import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { available } from './availability.ts';
import { counted, notObserved } from './conditions.ts';
import { lastMovement, stillFor } from './movement.ts';
import { podsOf } from './pods.ts';
import { ready, stalled, waitingFor, type RolloutStatus } from './status.ts';

interface StatefulSetSpec {
  replicas?: number;
  minReadySeconds?: number;
  updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
}

interface StatefulSetStatus {
  replicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  updatedReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
}

/**
 * Kubernetes documentation, "StatefulSets", update strategies; Helm pkg/kube/ready.go for partitions. `currentReplicas` is
 * of no use as progress: it is missing in the middle of an update.
 */
export function statefulSet(object: KubernetesObject, snapshot: Snapshot, now: number): RolloutStatus {
  const spec = object['spec'] as StatefulSetSpec;
  const status = (object['status'] ?? {}) as StatefulSetStatus;
  const wanted = spec.replicas ?? 1;
  const minReady = spec.minReadySeconds ?? 0;
  const behind = notObserved(object, now, { always: true });
  if (behind !== undefined) return behind;
  const what = missing(spec, status, wanted, minReady);
  if (what === undefined) return ready();

  const pods = podsOf(object, snapshot);
  const done = pods.filter((pod) => available(pod, minReady, now)).length;
  const isStill = now - lastMovement(object, pods) > stillFor;
  return counted(isStill ? stalled('no-progress', what) : waitingFor(what), Math.min(done, wanted), wanted);
}

function missing(
  { updateStrategy }: StatefulSetSpec,
  status: StatefulSetStatus,
  wanted: number,
  minReady: number,
): string | undefined {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, updatedReplicas = 0 } = status;
  if (replicas < wanted) return 'pods to be created, one after the other';
  if (replicas > wanted) return `${replicas - wanted} pods to end`;
  const partition = Math.min(updateStrategy?.rollingUpdate?.partition ?? 0, wanted);
  const isUpdated =
    partition === 0 ? status.currentRevision === status.updateRevision : updatedReplicas >= wanted - partition;
  if (!isUpdated && updateStrategy?.type === 'OnDelete') return `you to delete ${wanted - updatedReplicas} old pods`;
  if (readyReplicas < wanted) return 'pods to become ready, one after the other';
  if (!isUpdated) return 'old pods to be replaced, one after the other';
  if (minReady > 0 && availableReplicas < wanted) return 'pods to prove themselves';
  return undefined;
}
