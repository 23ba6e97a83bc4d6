import { forbidden } from '../api/status-error.ts';
import { apiVersionOf } from '../api/resource.ts';
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
import { computeUsage, covers, isAbout, specOfQuota, usageOf, usedOf, type Usage } from './quota-usage.ts';

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
  title: string;
  namespace: string | undefined;
  limited: ResourceList;
  limits: QuotaSpec;
  /** Of what it limits, that which the request can take. */
  names: readonly string[];
}

function concerned({ object, resource }: AdmissionRequest, quota: StoredObject): Concerned | undefined {
  const { hard: limited } = (quota['status'] ?? {}) as { hard?: ResourceList };
  // A quota holds once its controller has looked at it.
  if (object === undefined || limited === undefined) return undefined;
  const limits: QuotaSpec = { ...specOfQuota(quota), hard: limited };
  if (!covers(limits, object, resource)) return undefined;
  const { name: title, namespace } = quota.metadata;
  return { title, namespace, limited, limits, names: Object.keys(limited).filter((entry) => isAbout(entry, resource)) };
}

function checkStated({ resource, object, name }: AdmissionRequest, { title, names }: Concerned): void {
  const missing = resource.storage === '/pods' ? unstated((object?.['spec'] ?? {}) as PodSpec, names) : undefined;
  if (missing !== undefined) throw forbidden(resource, name, `failed quota: ${title}: ${missing}`);
}

function checkAmounts(request: AdmissionRequest, quota: Concerned, reader: Reader): void {
  const { resource, name } = request;
  const { title, namespace, limited, limits, names } = quota;
  const delta = added(request, limits);
  const used = usedOf(limits, [resource], (each) =>
    reader.list(`${apiVersionOf(each) as 'v1'} ${each.kind}`, namespace === undefined ? {} : { namespace }),
  );
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

/** Holds a namespace to its quotas (apiserver/pkg/admission/plugin/resourcequota). */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(request, reader) {
    const { namespace } = request;
    if (namespace === undefined || !isHandled(request)) return;
    const quotas = reader.list('v1 ResourceQuota', { namespace }).flatMap((quota) => concerned(request, quota) ?? []);
    for (const quota of quotas) checkStated(request, quota);
    for (const quota of quotas) checkAmounts(request, quota, reader);
  },
};
