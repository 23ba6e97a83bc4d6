import type { Affinity, Toleration } from '../node/pod.ts';
import type { StoredObject } from '../objects.ts';
import { conditionOf, hasCondition, type Condition } from './conditions.ts';

export interface ContainerPort {
  name?: string;
  containerPort: number;
  protocol?: string;
}

export interface Container {
  name: string;
  image?: string;
  restartPolicy?: string;
  ports?: ContainerPort[];
  env?: object[];
  volumeMounts?: { name: string; mountPath: string }[];
}

export interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string };
  ephemeral?: object;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  nodeName?: string;
  hostname?: string;
  subdomain?: string;
  restartPolicy?: string;
  volumes?: Volume[];
  tolerations?: Toleration[];
  affinity?: Affinity;
  nodeSelector?: Record<string, string>;
  hostNetwork?: boolean;
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; finalizers?: string[] };
  spec: PodSpec;
}

interface Terminated {
  exitCode: number;
  finishedAt?: string;
  reason?: string;
}

export interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: { terminated?: Terminated; running?: object; waiting?: object };
}

export interface PodStatus {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: Condition[];
  podIP?: string;
  podIPs?: { ip: string }[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
}

const none: PodStatus = {};

export const podSpec = (pod: StoredObject) => pod['spec'] as PodSpec;
export const podStatus = (pod: StoredObject) => (pod['status'] as PodStatus | undefined) ?? none;
export const phaseOf = (pod: StoredObject) => podStatus(pod).phase ?? '';
export const isPodReady = (pod: StoredObject) => hasCondition(podStatus(pod).conditions, 'Ready');
export const isTerminating = (object: StoredObject) => object.metadata.deletionTimestamp !== undefined;

/** Succeeded or Failed: no container will run again. */
export function isPodTerminal(pod: StoredObject): boolean {
  const phase = phaseOf(pod);
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Counts as a replica (pkg/controller, IsPodActive). */
export const isPodActive = (pod: StoredObject) => !isTerminating(pod) && !isPodTerminal(pod);

/** Milliseconds since 1970 at which it became ready; undefined while it is not. */
export function readySince(pod: StoredObject): number | undefined {
  const condition = conditionOf(podStatus(pod).conditions, 'Ready');
  return condition?.status === 'True' ? Date.parse(condition.lastTransitionTime ?? '') : undefined;
}

/** Ready for `minReadySeconds` (pkg/api/v1/pod, IsPodAvailable). */
export function isPodAvailable(pod: StoredObject, minReadySeconds: number, now: number): boolean {
  if (!isPodReady(pod)) return false;
  return minReadySeconds === 0 || (readySince(pod) ?? now) + minReadySeconds * 1000 <= now;
}

/** Milliseconds until the next ready pod becomes available; undefined when none is on its way. */
export function untilAvailable(
  pods: readonly StoredObject[],
  minReadySeconds: number,
  now: number,
): number | undefined {
  if (minReadySeconds === 0) return undefined;
  const waits = pods.flatMap((pod) => {
    const since = readySince(pod);
    const wait = since === undefined ? 0 : since + minReadySeconds * 1000 - now;
    return wait > 0 ? [wait] : [];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}
