import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { namesOf, type Controller } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { isPodReady, isTerminating, podSpec } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import {
  addressOf,
  belongsInEndpoints,
  hasEndpoints,
  headlessLabel,
  hostnameOf,
  isHeadless,
  portsFor,
  selectedPods,
  serviceSpec,
  TriggerTimes,
  watchServicePods,
  withTriggerTime,
  type NumberedPort,
} from './service-pods.ts';

type Family = 'IPv4' | 'IPv6';

interface Endpoint {
  addresses: string[];
  conditions: { ready: boolean; serving: boolean; terminating: boolean };
  hostname?: string;
  targetRef: { kind: 'Pod'; namespace: string; name: string; uid: string };
  nodeName?: string;
  zone?: string;
}

/** Endpoints of one slice at most (kube-controller-manager --max-endpoints-per-slice). */
const sliceSize = 100;
const serviceLabel = 'kubernetes.io/service-name';
const managedLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';

/** EndpointSlices of each Service with a selector: pkg/controller/endpointslice, k8s.io/endpointslice. */
export function endpointSliceController(): Controller {
  return {
    name: 'endpoint-slice-controller',
    start({ client, clock }) {
      const triggers = new TriggerTimes();
      const queue = new Reconciler(clock, (key) => {
        const [namespace, name] = namesOf(key);
        const service = client.get('v1 Service', namespace, name);
        // Those of a Service that is gone go with their owner.
        if (service === undefined) return triggers.forget(key);
        if (!hasEndpoints(service)) return;
        const pods = selectedPods(client, service);
        const time = triggers.latest(key, service, pods);
        const families = new Set<Family>(
          (serviceSpec(service).ipFamilies ?? ['IPv4']).map((family) => (family === 'IPv6' ? 'IPv6' : 'IPv4')),
        );
        const slices = client
          .owned(service.metadata.uid)
          .filter(({ kind, metadata }) => kind === 'EndpointSlice' && metadata.labels?.[managedLabel] === manager);
        for (const family of families)
          writeFamily(
            { client, service, family, time },
            pods,
            slices.filter((slice) => slice['addressType'] === family),
          );
        for (const slice of slices) if (!families.has(slice['addressType'] as Family)) client.delete(slice);
      });
      watchServicePods(client, queue);
      client.watch('discovery.k8s.io/v1 EndpointSlice', ({ type, object }) => {
        const owner = object.metadata.labels?.[serviceLabel];
        if (type === 'DELETED' && owner !== undefined && object.metadata.labels?.[managedLabel] === manager)
          queue.add(`${object.metadata.namespace}/${owner}`);
      });
    },
  };
}

interface Task {
  client: Client;
  service: StoredObject;
  family: Family;
  time: string | undefined;
}

/** Slices of one kind of address, one group for each set of ports. */
function writeFamily(task: Task, pods: readonly StoredObject[], slices: readonly StoredObject[]): void {
  const { client, service, family } = task;
  const groups = new Map<string, { ports: NumberedPort[]; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const addresses = addressOf(pod, family);
    if (!belongsInEndpoints(pod, true) || addresses.length === 0) continue;
    const ports = portsFor(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointFor(client, service, pod, addresses));
  }
  // A Service without pods has one empty slice, so that everybody sees that it was looked at.
  if (groups.size === 0) groups.set('[]', { ports: [], endpoints: [] });
  const unused = new Set(slices);
  for (const [key, { ports, endpoints }] of groups) {
    // A slice without endpoints takes any ports; without pods one slice is left, whatever its ports were.
    const own = [...unused].filter(
      (slice) => endpoints.length === 0 || slice['ports'] === null || JSON.stringify(slice['ports']) === key,
    );
    for (const slice of writeGroup(task, ports, endpoints, own)) unused.delete(slice);
  }
  for (const slice of unused) client.delete(slice);
}

/** Each endpoint stays in its slice; new ones fill what is there. Returns the slices that go on. */
function writeGroup(
  task: Task,
  ports: NumberedPort[],
  endpoints: Endpoint[],
  slices: readonly StoredObject[],
): StoredObject[] {
  const wanted = new Map(endpoints.map((endpoint) => [endpoint.targetRef.uid, endpoint]));
  const filled = slices.map((slice) => {
    const kept = ((slice['endpoints'] as Endpoint[] | null) ?? []).flatMap(
      ({ targetRef }) => wanted.get(targetRef.uid) ?? [],
    );
    for (const { targetRef } of kept) wanted.delete(targetRef.uid);
    return { slice, kept };
  });
  const left = [...wanted.values()];
  for (const { kept } of filled) kept.push(...left.splice(0, Math.max(0, sliceSize - kept.length)));
  const used = filled.filter(({ kept }, index) => kept.length > 0 || (endpoints.length === 0 && index === 0));
  for (const { slice, kept } of used) update(task, slice, ports, kept);
  while (left.length > 0 || (used.length === 0 && endpoints.length === 0)) {
    create(task, ports, left.splice(0, sliceSize));
    if (endpoints.length === 0) break;
  }
  return used.map(({ slice }) => slice);
}

function labelsFor({ metadata, ...service }: StoredObject): Record<string, string> {
  const { [serviceLabel]: _, [managedLabel]: __, [headlessLabel]: ___, ...labels } = metadata.labels ?? {};
  return {
    ...labels,
    ...(isHeadless({ metadata, ...service } as StoredObject) ? { [headlessLabel]: '' } : {}),
    [managedLabel]: manager,
    [serviceLabel]: metadata.name,
  };
}

/** An empty list comes back from the store as null. */
const listed = <T>(list: T[]) => (list.length === 0 ? null : list);

function update(
  { client, service, time }: Task,
  slice: StoredObject,
  ports: NumberedPort[],
  endpoints: Endpoint[],
): void {
  const labels = labelsFor(service);
  if (
    isEqual(slice['endpoints'] ?? [], endpoints) &&
    isEqual(slice['ports'] ?? [], ports) &&
    isEqual(slice.metadata.labels, labels)
  )
    return;
  const { annotations: known, ...metadata } = slice.metadata;
  client.update({
    ...slice,
    metadata: { ...metadata, labels, ...withTriggerTime(known, time) },
    endpoints: listed(endpoints),
    ports: listed(ports),
  } as StoredObject);
}

function create({ client, service, family, time }: Task, ports: NumberedPort[], endpoints: Endpoint[]): void {
  const { name, namespace } = service.metadata;
  try {
    client.create({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${name}-`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: labelsFor(service),
        ...withTriggerTime(undefined, time),
        ownerReferences: [controllerReference(service)],
      },
      addressType: family,
      endpoints: listed(endpoints),
      ports: listed(ports),
    });
  } catch (error) {
    if (!isNamespaceEnding(error)) throw error;
  }
}

function endpointFor(client: Client, service: StoredObject, pod: StoredObject, addresses: string[]): Endpoint {
  const { name, namespace = '', uid } = pod.metadata;
  const { nodeName } = podSpec(pod);
  const serving = isPodReady(pod);
  const terminating = isTerminating(pod);
  const hostname = hostnameOf(pod, service);
  const zone =
    nodeName === undefined
      ? undefined
      : client.get('v1 Node', undefined, nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses,
    conditions: {
      ready: serviceSpec(service).publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined || zone === '' ? {} : { zone }),
  };
}
