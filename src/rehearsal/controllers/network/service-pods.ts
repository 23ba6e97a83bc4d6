import type { StoredObject } from '../../objects.ts';
import { conditionOf } from '../conditions.ts';
import type { Change, Client } from '../client.ts';
import { isPodReady, isPodTerminal, isTerminating, podSpec, podStatus, type ContainerPort } from '../pods.ts';
import type { Reconciler } from '../reconciler.ts';
import { isEqual } from '../../store/equal.ts';

export interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
  targetPort?: number | string;
  appProtocol?: string;
}

export interface ServiceSpec {
  type?: string;
  selector?: Record<string, string>;
  ports?: ServicePort[];
  clusterIP?: string;
  clusterIPs?: string[];
  ipFamilies?: string[];
  publishNotReadyAddresses?: boolean;
}

export interface NumberedPort {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

export const serviceSpec = (service: StoredObject) => (service['spec'] ?? {}) as ServiceSpec;
export const isHeadless = (service: StoredObject) => {
  const { clusterIP } = serviceSpec(service);
  return clusterIP === undefined || clusterIP === 'None' || clusterIP === '';
};

/** Services whose pods these controllers list: those with a selector that are not a mere name. */
export const hasEndpoints = (service: StoredObject) => {
  const { type, selector } = serviceSpec(service);
  return type !== 'ExternalName' && selector !== undefined;
};

const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
export const headlessLabel = 'service.kubernetes.io/headless';

const addressesOf = (pod: StoredObject) => (podStatus(pod).podIPs ?? []).map(({ ip }) => ip);

export const addressOf = (pod: StoredObject, family: 'IPv4' | 'IPv6') =>
  addressesOf(pod).filter((ip) => ip.includes(':') === (family === 'IPv6'));

/** Pods that a Service shows in some way (endpointslice/util, ShouldPodBeInEndpoints). */
export function belongsInEndpoints(pod: StoredObject, includesTerminating: boolean): boolean {
  if (isPodTerminal(pod) || addressesOf(pod).length === 0) return false;
  return includesTerminating || !isTerminating(pod);
}

/** The name that a pod has within its Service. */
export function hostnameOf(pod: StoredObject, service: StoredObject): string | undefined {
  const { hostname, subdomain } = podSpec(pod);
  return hostname !== undefined &&
    subdomain === service.metadata.name &&
    service.metadata.namespace === pod.metadata.namespace
    ? hostname
    : undefined;
}

/** The ports of a Service as one pod serves them: a name is looked up among its containers' ports, others are left out. */
export function portsFor(service: StoredObject, pod: StoredObject): NumberedPort[] {
  return (serviceSpec(service).ports ?? []).flatMap(
    ({ name = '', port, protocol = 'TCP', targetPort = port, appProtocol }) => {
      const number = typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort, protocol);
      return number === undefined
        ? []
        : [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
    },
  );
}

function namedPort(pod: StoredObject, name: string, protocol: string): number | undefined {
  const { containers, initContainers = [] } = podSpec(pod);
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const isIt = (port: ContainerPort) => port.name === name && (port.protocol ?? 'TCP') === protocol;
  return [...containers, ...sidecars].flatMap(({ ports = [] }) => ports).find(isIt)?.containerPort;
}

export const selectedPods = (client: Client, service: StoredObject): readonly StoredObject[] =>
  client.list('v1 Pod', {
    ...(service.metadata.namespace === undefined ? {} : { namespace: service.metadata.namespace }),
    labels: serviceSpec(service).selector ?? {},
  });

/** Namespaces with more pods than this are looked at in intervals. */
const many = 100;

/** Wakes each Service that a change concerns: its own, and those of pods that its selector matches or matched. */
export function watchServicePods(client: Client, queue: Reconciler): void {
  const counts = new Map<string, number>();
  client.watch('v1 Service', ({ object }) => queue.add(`${object.metadata.namespace}/${object.metadata.name}`));
  client.watch('v1 Pod', (change) => {
    const { namespace = '' } = change.object.metadata;
    const count = (counts.get(namespace) ?? 0) + (change.type === 'ADDED' ? 1 : change.type === 'DELETED' ? -1 : 0);
    counts.set(namespace, count);
    if (!concernsServices(change)) return;
    const labels = [change.object.metadata.labels ?? {}, change.before?.metadata.labels ?? {}];
    for (const service of client.list('v1 Service', { namespace })) {
      const { selector } = serviceSpec(service);
      if (selector === undefined) continue;
      const wanted = Object.entries(selector);
      if (labels.some((present) => wanted.every(([name, value]) => present[name] === value)))
        queue.addSoon(`${namespace}/${service.metadata.name}`, count < many ? 0 : Math.min(1000, count / 3));
    }
  });
}

function concernsServices({ type, object, before }: Change): boolean {
  if (type !== 'MODIFIED' || before === undefined) return addressesOf(object).length > 0;
  return (
    isPodReady(object) !== isPodReady(before) ||
    isTerminating(object) !== isTerminating(before) ||
    isPodTerminal(object) !== isPodTerminal(before) ||
    !isEqual(object.metadata.labels, before.metadata.labels) ||
    !isEqual(addressesOf(object), addressesOf(before))
  );
}

/**
 * When the change happened that made endpoints change: the earliest of what is new since the last look
 * (k8s.io/endpointslice, TriggerTimeTracker).
 */
export class TriggerTimes {
  readonly #services = new Map<string, { service: string; pods: Map<string, string> }>();

  forget(key: string): void {
    this.#services.delete(key);
  }

  /** RFC 3339; undefined when no time is known for what changed. */
  latest(key: string, service: StoredObject, pods: readonly StoredObject[]): string | undefined {
    const known = this.#services.get(key);
    const changed: string[] = [];
    const times = new Map<string, string>();
    for (const pod of pods) {
      const time = conditionOf(podStatus(pod).conditions, 'Ready')?.lastTransitionTime;
      if (time === undefined || time === null) continue;
      times.set(pod.metadata.name, time);
      if (time > (known?.pods.get(pod.metadata.name) ?? '')) changed.push(time);
    }
    const created = service.metadata.creationTimestamp;
    if (created > (known?.service ?? '')) changed.push(created);
    this.#services.set(key, { service: created, pods: times });
    return changed.sort()[0];
  }
}

export function withTriggerTime(annotations: Record<string, string> | undefined, time: string | undefined) {
  const { [triggerAnnotation]: _, ...others } = annotations ?? {};
  const next = time === undefined ? others : { ...others, [triggerAnnotation]: time };
  return Object.keys(next).length === 0 ? {} : { annotations: next };
}
