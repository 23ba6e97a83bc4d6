import { parseQuantity } from '../../kinds/quantity.ts';
import { isSidecar, type Container, type PodSpec } from '../pod.ts';

/** Amounts by resource name: cpu in cores, memory and storage in bytes. */
export type Amounts = Record<string, number>;

const amountOf = (quantity: string | number | undefined) =>
  quantity === undefined ? 0 : Number(parseQuantity(quantity).nano) / 1e9;

export function amountsOf(quantities: Readonly<Record<string, string | number>> | undefined): Amounts {
  const amounts: Amounts = {};
  for (const name in quantities) amounts[name] = amountOf(quantities[name]);
  return amounts;
}

/**
 * What a pod asks of a node: the containers and sidecars together, or the hungriest init container with the sidecars
 * that run before it (k8s.io/component-helpers/resource, PodRequests).
 */
export function requestsOf({ containers, initContainers = [], overhead }: PodSpec): Amounts {
  const total: Amounts = {};
  for (const container of containers) add(total, requested(container));
  const sidecars: Amounts = {};
  const peak: Amounts = {};
  for (const container of initContainers) {
    const own = requested(container);
    if (isSidecar(container)) {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else raise(peak, plus(own, sidecars));
  }
  raise(total, peak);
  add(total, amountsOf(overhead));
  return total;
}

const requested = ({ resources }: Container): Amounts => amountsOf(resources?.requests);

function add(total: Amounts, more: Amounts): void {
  for (const name in more) total[name] = (total[name] ?? 0) + (more[name] ?? 0);
}

function plus(one: Amounts, other: Amounts): Amounts {
  const sum = { ...one };
  add(sum, other);
  return sum;
}

function raise(total: Amounts, other: Amounts): void {
  for (const name in other) total[name] = Math.max(total[name] ?? 0, other[name] ?? 0);
}
