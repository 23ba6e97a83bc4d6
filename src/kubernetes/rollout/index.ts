import type { KubernetesObject } from '../objects.ts';
import type { KindRef } from '../watch/cluster-reader.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { anyKind } from './any-kind.ts';
import { cronJob } from './cron-job.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { ingress } from './ingress.ts';
import { job } from './job.ts';
import { namespace } from './namespace.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import { pod } from './pod.ts';
import { replicaSet } from './replica-set.ts';
import { service } from './service.ts';
import { statefulSet } from './stateful-set.ts';
import { waitingFor, type RolloutStatus } from './status.ts';
import { elapsed, instant } from './times.ts';

export { podsOf } from './pods.ts';
export { podSummary } from './pod-phase.ts';
export { waitingDetail } from './waiting-detail.ts';

/** The parent object's own status decides; `now` is in milliseconds since 1970. Pure. */
type Rule = (object: KubernetesObject, snapshot: Snapshot, now: number) => RolloutStatus;

/** By group and kind, so that another group's `Service` is not taken for Kubernetes' own. */
const rules: Record<string, Rule> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  'batch/CronJob': cronJob,
  '/Pod': pod,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  '/Service': service,
  '/Namespace': namespace,
  'networking.k8s.io/Ingress': ingress,
  'autoscaling/HorizontalPodAutoscaler': horizontalPodAutoscaler,
  'policy/PodDisruptionBudget': podDisruptionBudget,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinition,
};

/** What rules and diagnosis read beside the object itself: a view for them watches all of these. */
export const readKinds: KindRef[] = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Event' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
];

/** Milliseconds without a connection after which what we hold is no longer called the state of the cluster. */
const blindAfter = 3_000;
const finalizersTold = 30_000;

/**
 * Whether an object is as it was wished, and if not what is waited for. While there is no connection the clocks of all
 * rules stand still, so that nothing turns red because we did not look.
 */
export function rolloutStatus(object: KubernetesObject, snapshot: Snapshot, now: number): RolloutStatus {
  const { staleSince } = snapshot;
  if (staleSince !== undefined && now - staleSince > blindAfter) {
    return { state: 'unknown', waitingFor: 'the connection to the cluster' };
  }
  const at = staleSince ?? now;
  if (object.metadata.deletionTimestamp !== undefined) return deletion(object, at);
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  const rule = rules[`${group}/${object.kind}`] ?? anyKind;
  return rule(object, snapshot, at);
}

function deletion({ metadata }: KubernetesObject, now: number): RolloutStatus {
  const holders = metadata.finalizers ?? [];
  const isLong = elapsed(instant(metadata.deletionTimestamp), now) > finalizersTold;
  return waitingFor(isLong && holders.length > 0 ? `its deletion, held up by ${holders.join(', ')}` : 'its deletion');
}

/** `1 of 2 pods: waiting for readiness (GET /health)`: a status for a person, with the detail of its pods when there is one. */
export function statusText(status: RolloutStatus, detail?: string): string {
  if (status.state === 'ready') return 'ready';
  const what = detail ?? (status.state === 'failed' ? status.waitingFor : `waiting for ${status.waitingFor}`);
  if (status.state === 'unknown' || status.wanted === undefined) return what;
  return `${status.ready ?? 0} of ${status.wanted} ${status.wanted === 1 ? 'pod' : 'pods'}: ${what}`;
}
