import { forbidden } from '../api/status-error.ts';
import type { Reader } from '../controllers/client.ts';
import type { LimitRangeItem } from '../kinds/limits.ts';
import { qosClass } from '../kinds/pod/quality.ts';
import { amountsOf, podAmounts, type Amounts } from '../kinds/pod/resources.ts';
import type { Container, PodSpec, ResourceList } from '../kinds/pod/types.ts';
import { compareQuantities, formatQuantity, milliValue, parseQuantity, type Quantity } from '../kinds/quantity.ts';
import { fill } from '../kinds/sharing.ts';
import type { StoredObject } from '../objects.ts';
import type { AdmissionPlugin } from './admission.ts';
import { newPod } from './pods.ts';

const annotation = 'kubernetes.io/limit-ranger';

const itemsOf = (range: StoredObject) => (range['spec'] as { limits?: LimitRangeItem[] } | undefined)?.limits ?? [];

const rangesIn = (reader: Reader, namespace: string | undefined) =>
  namespace === undefined ? [] : reader.list('v1 LimitRange', { namespace });

/** Limits and requests that the range gives to containers without their own. */
function withDefaults(pod: StoredObject, spec: PodSpec, range: StoredObject): StoredObject {
  const limits: ResourceList = {};
  const requests: ResourceList = {};
  for (const item of itemsOf(range))
    if (item.type === 'Container') {
      Object.assign(limits, item.default);
      Object.assign(requests, item.defaultRequest);
    }
  const notes: string[] = [];
  const fillIn =
    (noun: string) =>
    (container: Container): Container => {
      const { limits: ownLimits = {}, requests: ownRequests = {} } = container.resources ?? {};
      const missing = (own: ResourceList, given: ResourceList) =>
        Object.keys(given).filter((name) => own[name] === undefined);
      const [newRequests, newLimits] = [missing(ownRequests, requests), missing(ownLimits, limits)];
      if (newRequests.length > 0)
        notes.push(`${newRequests.toSorted().join(', ')} request for ${noun} ${container.name}`);
      if (newLimits.length > 0) notes.push(`${newLimits.toSorted().join(', ')} limit for ${noun} ${container.name}`);
      if (newRequests.length + newLimits.length === 0) return container;
      const [allLimits, allRequests] = [fill(ownLimits, limits), fill(ownRequests, requests)];
      return {
        ...container,
        resources: {
          ...container.resources,
          ...(Object.keys(allLimits).length === 0 ? {} : { limits: allLimits }),
          ...(Object.keys(allRequests).length === 0 ? {} : { requests: allRequests }),
        },
      };
    };
  const containers = (spec.containers ?? []).map(fillIn('container'));
  const initContainers = spec.initContainers?.map(fillIn('init container'));
  if (notes.length === 0) return pod;
  const filled = { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${notes.join('; ')}` },
    },
    spec: filled,
    // The class of a pod follows from what it requests.
    status: { ...(pod['status'] as object | undefined), qosClass: qosClass(filled) },
  };
}

interface Observed {
  requests: Amounts;
  limits: Amounts;
}

function belowMinimum(type: string, name: string, min: Quantity, { requests, limits }: Observed): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const start = `minimum ${name} usage per ${type} is ${formatQuantity(min)}`;
  if (request === undefined) return `${start}.  No request is specified`;
  if (compareQuantities(request, min) < 0) return `${start}, but request is ${formatQuantity(request)}`;
  if (limit !== undefined && compareQuantities(limit, min) < 0)
    return `${start}, but limit is ${formatQuantity(limit)}`;
  return undefined;
}

function aboveMaximum(type: string, name: string, max: Quantity, { requests, limits }: Observed): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const start = `maximum ${name} usage per ${type} is ${formatQuantity(max)}`;
  if (limit === undefined) return `${start}.  No limit is specified`;
  if (compareQuantities(limit, max) > 0) return `${start}, but limit is ${formatQuantity(limit)}`;
  if (request !== undefined && compareQuantities(request, max) > 0)
    return `${start}, but request is ${formatQuantity(request)}`;
  return undefined;
}

function overRatio(type: string, name: string, most: Quantity, { requests, limits }: Observed): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)];
  const start = `${name} max limit to request ratio per ${type} is ${formatQuantity(most)}`;
  if (request === undefined || request.nano === 0n) return `${start}, but no request is specified or request is 0`;
  if (limit === undefined || limit.nano === 0n) return `${start}, but no limit is specified or limit is 0`;
  const ratio = Number(milliValue(limit)) / Number(milliValue(request));
  return ratio * 1000 > Number(milliValue(most)) ? `${start}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

type Rule = (type: string, name: string, bound: Quantity, observed: Observed) => string | undefined;

function complaints(item: LimitRangeItem, observed: Observed): string[] {
  const { type = '' } = item;
  const rules: [ResourceList | undefined, Rule][] = [
    [item.min, belowMinimum],
    [item.max, aboveMaximum],
    [item.maxLimitRequestRatio, overRatio],
  ];
  return rules.flatMap(([bounds, rule]) =>
    Object.entries(bounds ?? {}).flatMap(([name, value]) => rule(type, name, parseQuantity(value), observed) ?? []),
  );
}

function ofPod(spec: PodSpec, range: StoredObject): string[] {
  return itemsOf(range).flatMap((item) => {
    if (item.type === 'Pod')
      return complaints(item, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') });
    if (item.type !== 'Container') return [];
    return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
      complaints(item, {
        requests: new Map(amountsOf(resources?.requests)),
        limits: new Map(amountsOf(resources?.limits)),
      }),
    );
  });
}

function ofClaim(claim: StoredObject, range: StoredObject): string[] {
  const { resources } = (claim['spec'] ?? {}) as { resources?: { requests?: ResourceList } };
  const observed = { requests: new Map(amountsOf(resources?.requests)), limits: new Map<string, Quantity>() };
  return itemsOf(range)
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap(({ min = {}, max = {} }) => [
      ...Object.entries(min).flatMap(
        ([name, value]) => belowMinimum('PersistentVolumeClaim', name, parseQuantity(value), observed) ?? [],
      ),
      ...Object.entries(max).flatMap(([name, value]) => {
        const most = parseQuantity(value);
        const request = observed.requests.get(name);
        const start = `maximum ${name} usage per PersistentVolumeClaim is ${formatQuantity(most)}`;
        if (request === undefined) return [`${start}.  No request is specified`];
        return compareQuantities(request, most) > 0 ? [`${start}, but request is ${formatQuantity(request)}`] : [];
      }),
    ]);
}

/** Several complaints are written as Go's `Aggregate` writes them. */
export const aggregated = (texts: readonly string[]): string => {
  const all = [...new Set(texts)];
  return all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`;
};

/** Gives containers the limits of their namespace and holds them to its bounds (plugin/pkg/admission/limitranger). */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  mutate(request, reader) {
    const { object, namespace } = request;
    const spec = newPod(request);
    if (spec === undefined || object === undefined) return object;
    return rangesIn(reader, namespace).reduce(
      (pod, range) => withDefaults(pod, (pod['spec'] ?? {}) as PodSpec, range),
      object,
    );
  },
  validate(request, reader) {
    const { operation, resource, subresource, object, old, namespace, name } = request;
    if (object === undefined || subresource !== undefined || old?.metadata.deletionTimestamp !== undefined) return;
    const isPod = resource.storage === '/pods' && operation === 'CREATE';
    const isClaim = resource.storage === '/persistentvolumeclaims' && operation !== 'DELETE';
    if (!isPod && !isClaim) return;
    for (const range of rangesIn(reader, namespace)) {
      const found = isPod ? ofPod((object['spec'] ?? {}) as PodSpec, range) : ofClaim(object, range);
      if (found.length > 0) throw forbidden(resource, name, aggregated(found));
    }
  },
};
