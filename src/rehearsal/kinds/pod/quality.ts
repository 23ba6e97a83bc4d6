import { compareQuantities, parseQuantity, type Quantity, addQuantities, zeroQuantity } from '../quantity.ts';
import type { PodSpec, ResourceList } from './types.ts';

const classes = ['cpu', 'memory'];

/** Quality of service of a pod (pkg/apis/core/helper/qos). */
export function qosClass(spec: PodSpec): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const { limits: podLimits = {}, requests: podRequests = {} } = spec.resources ?? {};
  const isAtPodLevel = Object.keys(podLimits).length + Object.keys(podRequests).length > 0;
  const all = isAtPodLevel
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources);
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let isGuaranteed = true;
  for (const resources of all) {
    add(requests, resources?.requests);
    const found = add(limits, resources?.limits);
    if (!classes.every((name) => found.includes(name))) isGuaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const matches = [...requests].every(([name, request]) => {
    const limit = limits.get(name);
    return limit !== undefined && compareQuantities(limit, request) === 0;
  });
  return isGuaranteed && matches && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

function add(sums: Map<string, Quantity>, list: ResourceList | undefined): string[] {
  const found: string[] = [];
  for (const name of classes) {
    const value = list?.[name];
    if (value === undefined) continue;
    const quantity = parseQuantity(value);
    if (quantity.nano <= 0n) continue;
    found.push(name);
    sums.set(name, addQuantities(sums.get(name) ?? zeroQuantity, quantity));
  }
  return found;
}
