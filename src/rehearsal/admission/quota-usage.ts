import type { Resource } from '../api/resource.ts';
import type { Reader } from '../controllers/client.ts';
import type { QuotaSpec } from '../kinds/limits.ts';
import { podAmounts } from '../kinds/pod/resources.ts';
import { qosClass } from '../kinds/pod/quality.ts';
import type { PodSpec, ResourceList } from '../kinds/pod/types.ts';
import {
  addQuantities,
  formatQuantity,
  parseQuantity,
  quantityOf,
  zeroQuantity,
  type Quantity,
} from '../kinds/quantity.ts';
import { isExtended, isHugePages } from '../kinds/resource-names.ts';
import type { StoredObject } from '../objects.ts';

/** What one object or all of a namespace take, by the name that quotas use: `requests.cpu`, `count/deployments.apps`. */
export type Usage = ReadonlyMap<string, Quantity>;

type Countable = Pick<Resource, 'group' | 'plural'>;

const one = quantityOf(1);

const countName = ({ group, plural }: Countable) => `count/${plural}${group === '' ? '' : `.${group}`}`;

/** Kinds that may also be counted by their bare names. */
const aliases: Record<string, string> = {
  '/configmaps': 'configmaps',
  '/resourcequotas': 'resourcequotas',
  '/replicationcontrollers': 'replicationcontrollers',
  '/secrets': 'secrets',
};

const computeNames = ['cpu', 'memory', 'ephemeral-storage'];

/** What requests and limits count as (`podComputeUsageHelper` of pkg/quota/v1/evaluator/core/pods.go). */
export function computeUsage(requests: Usage, limits: Usage): Map<string, Quantity> {
  const usage = new Map<string, Quantity>([['pods', one]]);
  for (const name of computeNames) {
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request !== undefined) usage.set(name, request).set(`requests.${name}`, request);
    if (limit !== undefined) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (isHugePages(name)) usage.set(name, request);
    if (isHugePages(name) || isExtended(name)) usage.set(`requests.${name}`, request);
  }
  return usage;
}

function podUsage(pod: StoredObject): Map<string, Quantity> {
  const spec = (pod['spec'] ?? {}) as PodSpec;
  const { phase } = (pod['status'] ?? {}) as { phase?: string };
  // Pods that have ended take nothing any more.
  const usage =
    phase === 'Failed' || phase === 'Succeeded'
      ? new Map<string, Quantity>()
      : computeUsage(podAmounts(spec, 'requests', true), podAmounts(spec, 'limits', true));
  return usage.set('count/pods', one);
}

function serviceUsage(service: StoredObject): Map<string, Quantity> {
  const {
    type,
    ports = [],
    allocateLoadBalancerNodePorts,
  } = (service['spec'] ?? {}) as {
    type?: string;
    ports?: { nodePort?: number }[];
    allocateLoadBalancerNodePorts?: boolean;
  };
  const isBalanced = type === 'LoadBalancer';
  const given = ports.filter(({ nodePort = 0 }) => nodePort !== 0).length;
  const nodePorts =
    type === 'NodePort' || isBalanced ? (allocateLoadBalancerNodePorts === false ? given : ports.length) : 0;
  return new Map([
    ['count/services', one],
    ['services', one],
    ['services.nodeports', quantityOf(nodePorts)],
    ['services.loadbalancers', isBalanced ? one : zeroQuantity],
  ]);
}

function claimUsage(claim: StoredObject): Map<string, Quantity> {
  const { resources, storageClassName } = (claim['spec'] ?? {}) as {
    resources?: { requests?: ResourceList };
    storageClassName?: string;
  };
  const size = resources?.requests?.['storage'];
  const storage = size === undefined ? undefined : parseQuantity(size);
  const usage = new Map([
    ['count/persistentvolumeclaims', one],
    ['persistentvolumeclaims', one],
  ]);
  if (storage !== undefined) usage.set('requests.storage', storage);
  if ((storageClassName ?? '') === '') return usage;
  const prefix = `${storageClassName}.storageclass.storage.k8s.io/`;
  usage.set(`${prefix}persistentvolumeclaims`, one);
  return storage === undefined ? usage : usage.set(`${prefix}requests.storage`, storage);
}

const known = new WeakMap<StoredObject, Usage>();

/** What one object takes. */
export function usageOf(object: StoredObject, resource: Countable): Usage {
  const before = known.get(object);
  if (before !== undefined) return before;
  const usage = measured(object, resource);
  known.set(object, usage);
  return usage;
}

function measured(object: StoredObject, resource: Countable): Usage {
  const { group, plural } = resource;
  if (group === '' && plural === 'pods') return podUsage(object);
  if (group === '' && plural === 'services') return serviceUsage(object);
  if (group === '' && plural === 'persistentvolumeclaims') return claimUsage(object);
  const alias = aliases[`${group}/${plural}`];
  return new Map([[countName(resource), one], ...(alias === undefined ? [] : ([[alias, one]] as const))]);
}

const podNames = [
  'pods',
  'count/pods',
  ...computeNames,
  ...computeNames.map((name) => `requests.${name}`),
  ...computeNames.map((name) => `limits.${name}`),
];
const serviceNames = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'];
const claimNames = ['count/persistentvolumeclaims', 'persistentvolumeclaims', 'requests.storage'];

/** Whether a resource that a quota limits is about objects of this kind. */
export function isAbout(name: string, resource: Countable): boolean {
  const { group, plural } = resource;
  if (group === '' && plural === 'pods')
    return (
      podNames.includes(name) ||
      isHugePages(name) ||
      name.startsWith('requests.hugepages-') ||
      (name.startsWith('requests.') && name.includes('/'))
    );
  if (group === '' && plural === 'services') return serviceNames.includes(name);
  if (group === '' && plural === 'persistentvolumeclaims')
    return (
      claimNames.includes(name) ||
      /\.storageclass\.storage\.k8s\.io\/(persistentvolumeclaims|requests\.storage)$/.test(name)
    );
  return name === countName(resource) || name === aliases[`${group}/${plural}`];
}

interface Scope {
  scopeName?: string;
  operator?: string;
  values?: string[];
}

const scopesOf = ({ scopes = [], scopeSelector }: QuotaSpec): Scope[] => [
  ...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' })),
  ...(scopeSelector?.matchExpressions ?? []),
];

const spansNamespaces = (spec: PodSpec): boolean =>
  [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].some((pods) =>
    [
      ...(pods?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(pods?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
        ({ podAffinityTerm }) => podAffinityTerm ?? {},
      ),
    ].some(({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined),
  );

function podInScope(spec: PodSpec, { scopeName, operator, values = [] }: Scope): boolean {
  const ends = (spec.activeDeadlineSeconds ?? -1) >= 0;
  if (scopeName === 'Terminating') return ends;
  if (scopeName === 'NotTerminating') return !ends;
  if (scopeName === 'BestEffort') return qosClass(spec) === 'BestEffort';
  if (scopeName === 'NotBestEffort') return qosClass(spec) !== 'BestEffort';
  if (scopeName === 'CrossNamespacePodAffinity') return spansNamespaces(spec);
  if (scopeName !== 'PriorityClass') return false;
  const { priorityClassName = '' } = spec;
  if (operator === 'Exists') return priorityClassName !== '';
  if (operator === 'DoesNotExist') return priorityClassName === '';
  const isAmong = priorityClassName !== '' && values.includes(priorityClassName);
  return operator === 'In' ? isAmong : !isAmong;
}

/** Whether the quota counts the object: of its kind something is limited, and all scopes apply. */
export function covers(spec: QuotaSpec, object: StoredObject, resource: Countable): boolean {
  if (!Object.keys(spec.hard ?? {}).some((name) => isAbout(name, resource))) return false;
  const scopes = scopesOf(spec);
  if (scopes.length === 0) return true;
  if (resource.group !== '' || resource.plural !== 'pods') return false;
  return scopes.every((scope) => podInScope((object['spec'] ?? {}) as PodSpec, scope));
}

export const specOfQuota = (quota: StoredObject) => (quota['spec'] ?? {}) as QuotaSpec;

/** What the objects of a namespace take of what a quota limits. `list` gives the objects of a kind in that namespace. */
export function usedOf(
  spec: QuotaSpec,
  resources: Iterable<Resource>,
  list: (resource: Resource) => readonly StoredObject[],
): Map<string, Quantity> {
  const names = Object.keys(spec.hard ?? {});
  const used = new Map<string, Quantity>();
  for (const resource of resources) {
    const own = names.filter((name) => isAbout(name, resource));
    if (own.length === 0) continue;
    for (const name of own) if (!used.has(name)) used.set(name, zeroQuantity);
    for (const object of list(resource)) {
      if (!covers(spec, object, resource)) continue;
      const usage = usageOf(object, resource);
      for (const name of own) {
        const amount = usage.get(name);
        if (amount !== undefined) used.set(name, addQuantities(used.get(name) ?? zeroQuantity, amount));
      }
    }
  }
  return used;
}

const asList = (amounts: Iterable<readonly [string, Quantity]>): ResourceList =>
  Object.fromEntries([...amounts].map(([name, quantity]) => [name, formatQuantity(quantity)]));

/** The status of a quota (pkg/controller/resourcequota): what it limits, and what of that is taken. Pure. */
export function quotaStatus(
  quota: StoredObject,
  resources: Iterable<Resource>,
  reader: Pick<Reader, 'list'>,
): { hard: ResourceList; used: ResourceList } {
  const spec = specOfQuota(quota);
  const { namespace } = quota.metadata;
  const used = usedOf(spec, resources, ({ group, version, kind }) =>
    reader.list(
      `${group === '' ? version : `${group}/${version}`} ${kind}`,
      namespace === undefined ? {} : { namespace },
    ),
  );
  return { hard: spec.hard ?? {}, used: asList(used) };
}
