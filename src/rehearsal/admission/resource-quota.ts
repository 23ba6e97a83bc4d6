import { forbidden } from '../api/status-error.ts';
import type { Reader } from '../controllers/client.ts';
import type { QuotaSpec } from '../kinds/limits.ts';
import { amountsOf } from '../kinds/pod/resources.ts';
import type { PodSpec, ResourceList } from '../kinds/pod/types.ts';
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  subtractQuantities,
  formatQuantity,
  zeroQuantity,
  type Quantity,
} from '../kinds/quantity.ts';
import type { StoredObject } from '../objects.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { computeUsage, covers, isAbout, specOfQuota, usageOf, type Usage } from './quota-usage.ts';

/** Resources that every container must state once a quota limits them. */
const mustBeStated = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

function unstated(spec: PodSpec, names: readonly string[]): string | undefined {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  if (Object.keys(limits).length + Object.keys(requests).length > 0) return undefined;
  const missing = new Map<string, Set<string>>();
  for (const { name = '', resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const usage = computeUsage(new Map(amountsOf(resources?.requests)), new Map(amountsOf(resources?.limits)));
    for (const needed of names)
      if (mustBeStated.includes(needed) && !usage.has(needed))
        missing.set(needed, (missing.get(needed) ?? new Set()).add(name));
  }
  if (missing.size === 0) return undefined;
  const texts = [...missing]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, containers]) => `${name} for: ${[...containers].sort().join(',')}`);
  return `must specify ${texts.join('; ')}`;
}

const printed = (amounts: Usage, names: readonly string[]) =>
  names
    .toSorted()
    .map((name) => `${name}=${formatQuantity(amounts.get(name) ?? zeroQuantity)}`)
    .join(',');

/** Updates that may change what an object takes. */
function isHandled({ operation, resource, subresource, object, old }: AdmissionRequest): boolean {
  if (object === undefined || subresource !== undefined) return false;
  if (operation === 'CREATE') return true;
  if (operation !== 'UPDATE' || resource.group !== '') return false;
  if (resource.plural === 'services' || resource.plural === 'persistentvolumeclaims') return true;
  const ends = (pod: StoredObject | undefined) =>
    ((pod?.['spec'] as PodSpec | undefined)?.activeDeadlineSeconds ?? -1) >= 0;
  return resource.plural === 'pods' && ends(object) !== ends(old);
}

/** What the request adds to what is taken already; an update takes only the difference. */
function added({ resource, object, old }: AdmissionRequest, limits: QuotaSpec): Map<string, Quantity> {
  const now = object === undefined ? new Map<string, Quantity>() : usageOf(object, resource);
  const before = old !== undefined && covers(limits, old, resource) ? usageOf(old, resource) : undefined;
  const delta = new Map<string, Quantity>();
  for (const [name, amount] of now) {
    const former = before?.get(name);
    const difference = former === undefined ? amount : subtractQuantities(amount, former);
    if (difference.nano > 0n) delta.set(name, difference);
  }
  return delta;
}

/** A quota that is about the request. */
interface Concerned {
  quota: StoredObject;
  title: string;
  limited: ResourceList;
  limits: QuotaSpec;
  /** Of what it limits, that which the request can take. */
  names: readonly string[];
  /** As its status says, in which the admission notes what it lets through before its controller counts again. */
  used: Usage;
}

function concerned({ object, resource }: AdmissionRequest, quota: StoredObject): Concerned | undefined {
  const { hard: limited, used = {} } = (quota['status'] ?? {}) as { hard?: ResourceList; used?: ResourceList };
  // A quota holds once its controller has looked at it.
  if (object === undefined || limited === undefined) return undefined;
  const limits: QuotaSpec = { ...specOfQuota(quota), hard: limited };
  if (!covers(limits, object, resource)) return undefined;
  const names = Object.keys(limited).filter((entry) => isAbout(entry, resource));
  return { quota, title: quota.metadata.name, limited, limits, names, used: new Map(amountsOf(used)) };
}

function checkStated({ resource, object, name }: AdmissionRequest, { title, names }: Concerned): void {
  const missing = resource.storage === '/pods' ? unstated((object?.['spec'] ?? {}) as PodSpec, names) : undefined;
  if (missing !== undefined) throw forbidden(resource, name, `failed quota: ${title}: ${missing}`);
}

function checkAmounts(request: AdmissionRequest, quota: Concerned): void {
  const { resource, name } = request;
  const { title, limited, limits, names, used } = quota;
  const delta = added(request, limits);
  const exceeded = names.filter((entry) => {
    const more = delta.get(entry);
    if (more === undefined) return false;
    const sum = addQuantities(used.get(entry) ?? zeroQuantity, more);
    return compareQuantities(sum, parseQuantity(limited[entry] ?? 0)) > 0;
  });
  if (exceeded.length === 0) return;
  const hard = new Map(amountsOf(limited));
  throw forbidden(
    resource,
    name,
    `exceeded quota: ${title}, requested: ${printed(delta, exceeded)}, used: ${printed(used, exceeded)}, limited: ${printed(hard, exceeded)}`,
  );
}

/** The quota with what the request adds; undefined when that is nothing. */
function charged(request: AdmissionRequest, { quota, limits, names, used }: Concerned): StoredObject | undefined {
  const delta = added(request, limits);
  const sums = names.flatMap((name) => {
    const more = delta.get(name);
    return more === undefined ? [] : [[name, formatQuantity(addQuantities(used.get(name) ?? zeroQuantity, more))]];
  });
  if (sums.length === 0) return undefined;
  const status = quota['status'] as { used?: ResourceList };
  const total = { ...status.used, ...(Object.fromEntries(sums) as ResourceList) };
  return { ...quota, status: { ...status, used: total } };
}

function concernedBy(request: AdmissionRequest, reader: Reader): Concerned[] {
  const { namespace } = request;
  if (namespace === undefined || !isHandled(request)) return [];
  return reader.list('v1 ResourceQuota', { namespace }).flatMap((quota) => concerned(request, quota) ?? []);
}

/** Holds a namespace to its quotas (apiserver/pkg/admission/plugin/resourcequota). */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(request, reader) {
    const quotas = concernedBy(request, reader);
    for (const quota of quotas) checkStated(request, quota);
    for (const quota of quotas) checkAmounts(request, quota);
  },
  statuses: (request, reader) => concernedBy(request, reader).flatMap((quota) => charged(request, quota) ?? []),
};
