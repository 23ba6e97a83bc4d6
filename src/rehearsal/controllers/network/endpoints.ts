import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { namesOf, type Controller } from '../controller.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { isPodReady, podSpec } from '../pods.ts';
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

interface Address {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef: object;
}

interface Subset {
  addresses?: Address[];
  notReadyAddresses?: Address[];
  ports?: object[];
}

/** Addresses that one Endpoints object holds at most. */
const capacity = 1000;
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

/** Endpoints of each Service with a selector: pkg/controller/endpoint. */
export function endpointsController(): Controller {
  return {
    name: 'endpoint-controller',
    start({ client, clock }) {
      const triggers = new TriggerTimes();
      const queue = new Reconciler(clock, (key) => {
        const [namespace, name] = namesOf(key);
        const service = client.get('v1 Service', namespace, name);
        const current = client.get('v1 Endpoints', namespace, name);
        if (service === undefined) {
          triggers.forget(key);
          if (current !== undefined) client.delete(current);
        } else if (hasEndpoints(service)) {
          const pods = selectedPods(client, service);
          write(client, service, current, pods, triggers.latest(key, service, pods));
        }
      });
      watchServicePods(client, queue);
    },
  };
}

function write(
  client: Client,
  service: StoredObject,
  current: StoredObject | undefined,
  pods: readonly StoredObject[],
  time: string | undefined,
): void {
  const { subsets, isTruncated } = limited(subsetsOf(service, pods));
  const labels = {
    ...service.metadata.labels,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
  };
  const { namespace, name } = service.metadata;
  if (current !== undefined && isEqual(current['subsets'] ?? [], subsets) && isEqual(current.metadata.labels, labels))
    return;
  const annotated = withTriggerTime(current?.metadata.annotations, time);
  const { [overCapacity]: _, ...annotations } = annotated.annotations ?? {};
  const wanted = isTruncated ? { ...annotations, [overCapacity]: 'truncated' } : annotations;
  const metadata = { labels, ...(Object.keys(wanted).length === 0 ? {} : { annotations: wanted }) };
  const content = subsets.length === 0 ? {} : { subsets };
  if (current !== undefined) {
    const { subsets: _subsets, ...rest } = current;
    void _subsets;
    client.update({ ...rest, metadata: { ...current.metadata, ...metadata }, ...content } as StoredObject);
    return;
  }
  try {
    client.create({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...metadata },
      ...content,
    });
  } catch (error) {
    if (isNamespaceEnding(error)) return;
    if (error instanceof StatusError)
      client.event(service, {
        type: 'Warning',
        reason: 'FailedToCreateEndpoint',
        message: `Failed to create endpoint for service ${namespace}/${name}: ${error.message}`,
      });
    throw error;
  }
}

/** Addresses with equal ports stand together (pkg/api/v1/endpoints, RepackSubsets). */
function subsetsOf(service: StoredObject, pods: readonly StoredObject[]): Subset[] {
  const { publishNotReadyAddresses = false, ports = [] } = serviceSpec(service);
  const groups = new Map<string, { ports: NumberedPort[]; ready: Address[]; notReady: Address[] }>();
  for (const pod of pods) {
    const address = addressFor(service, pod);
    if (address === undefined || !belongsInEndpoints(pod, publishNotReadyAddresses)) continue;
    const numbered = portsFor(service, pod);
    if (ports.length === 0 ? !isHeadless(service) : numbered.length === 0) continue;
    const key = JSON.stringify(numbered);
    const group = groups.get(key) ?? { ports: numbered, ready: [], notReady: [] };
    (publishNotReadyAddresses || isPodReady(pod) ? group.ready : group.notReady).push(address);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { ports: numbered, ready, notReady }]) => ({
      ...(ready.length === 0 ? {} : { addresses: ready.sort(byAddress) }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.sort(byAddress) }),
      ...(numbered.length === 0 ? {} : { ports: numbered.map(unnamedLeftOut) }),
    }));
}

const unnamedLeftOut = ({ name, ...port }: NumberedPort) => (name === '' ? port : { name, ...port });

function addressFor(service: StoredObject, pod: StoredObject): Address | undefined {
  const [ip] = addressOf(pod, serviceSpec(service).ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4');
  const { nodeName } = podSpec(pod);
  const hostname = hostnameOf(pod, service);
  const { name, namespace, uid } = pod.metadata;
  return ip === undefined
    ? undefined
    : {
        ip,
        ...(hostname === undefined ? {} : { hostname }),
        ...(nodeName === undefined ? {} : { nodeName }),
        targetRef: { kind: 'Pod', namespace, name, uid },
      };
}

/** In the order of the address's bytes. */
function byAddress({ ip: one }: Address, { ip: other }: Address): number {
  if (one.includes(':') || other.includes(':')) return one < other ? -1 : 1;
  const [left, right] = [one, other].map((ip) => ip.split('.').map(Number));
  for (let index = 0; index < 4; index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Ready addresses first, until the object is full. */
function limited(subsets: Subset[]): { subsets: Subset[]; isTruncated: boolean } {
  const total = subsets.reduce(
    (sum, { addresses = [], notReadyAddresses = [] }) => sum + addresses.length + notReadyAddresses.length,
    0,
  );
  if (total <= capacity) return { subsets, isTruncated: false };
  let left = capacity;
  const take = (addresses: Address[] = []) => {
    const taken = addresses.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const ready = subsets.map(({ addresses }) => take(addresses));
  const notReady = subsets.map(({ notReadyAddresses }) => take(notReadyAddresses));
  return {
    isTruncated: true,
    subsets: subsets.flatMap(({ ports }, index) => {
      const [addresses = [], others = []] = [ready[index], notReady[index]];
      if (addresses.length + others.length === 0) return [];
      return [
        {
          ...(addresses.length === 0 ? {} : { addresses }),
          ...(others.length === 0 ? {} : { notReadyAddresses: others }),
          ...(ports === undefined ? {} : { ports }),
        },
      ];
    }),
  };
}
