import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../quantity.ts';
import type { Container, PodSpec, ResourceList } from './types.ts';

export type Amounts = ReadonlyMap<string, Quantity>;

function add(sums: Map<string, Quantity>, list: Iterable<readonly [string, Quantity]>): void {
  for (const [name, quantity] of list) {
    const before = sums.get(name);
    sums.set(name, before === undefined ? quantity : addQuantities(before, quantity));
  }
}

function raise(sums: Map<string, Quantity>, list: Iterable<readonly [string, Quantity]>): void {
  for (const [name, quantity] of list) {
    const before = sums.get(name);
    if (before === undefined || compareQuantities(quantity, before) > 0) sums.set(name, quantity);
  }
}

export const amountsOf = (list: ResourceList | undefined): [string, Quantity][] =>
  Object.entries(list ?? {}).map(([name, value]) => [name, parseQuantity(value)]);

/** At the level of the pod only these can be set. */
const ofPods = (name: string) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

/**
 * What a pod as a whole requests or is limited to: its containers and sidecars together, or the largest of its init
 * containers beside the sidecars before it (k8s.io/component-helpers/resource).
 */
export function podAmounts(spec: PodSpec, field: 'requests' | 'limits', withOverhead = false): Amounts {
  const sums = new Map<string, Quantity>();
  const listOf = ({ resources }: Container) => amountsOf(resources?.[field]);
  for (const container of spec.containers ?? []) add(sums, listOf(container));
  const sidecars = new Map<string, Quantity>();
  const largest = new Map<string, Quantity>();
  for (const container of spec.initContainers ?? []) {
    const own = listOf(container);
    if (container.restartPolicy === 'Always') {
      add(sums, own);
      add(sidecars, own);
      raise(largest, sidecars);
      continue;
    }
    const together = new Map(own);
    add(together, sidecars);
    raise(largest, together);
  }
  raise(sums, largest);
  for (const [name, quantity] of amountsOf(spec.resources?.[field])) if (ofPods(name)) sums.set(name, quantity);
  if (withOverhead)
    for (const [name, quantity] of amountsOf(spec.overhead))
      if (field === 'requests' || sums.has(name)) add(sums, [[name, quantity]]);
  return sums;
}
