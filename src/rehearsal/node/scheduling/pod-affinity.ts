import type { Reader } from '../../controllers/client.ts';
import { matchesSelector, type LabelSelector } from '../../store/selectors.ts';
import type { Pod, PodAffinityTerm, SpreadConstraint } from '../pod.ts';
import { matchesNode } from './node-affinity.ts';
import type { NodeState } from './node-state.ts';

/** Label values that pods are counted by: one count for each topology key and value. */
type Counts = Map<string, number>;

const countKey = (topologyKey: string, value: string) => `${topologyKey}\n${value}`;

/** What the required terms of an incoming pod and of the pods that are there say of each node; made once for a pod. */
export interface PodAffinity {
  affinity: { terms: readonly PodAffinityTerm[]; counts: Counts };
  antiAffinity: { terms: readonly PodAffinityTerm[]; counts: Counts };
  /** Topologies that pods with anti-affinity keep this pod out of. */
  existing: Counts;
  /** The pod meets its own terms, so it may be the first of its kind. */
  meetsItself: boolean;
}

/** pkg/scheduler/framework/plugins/interpodaffinity; undefined when nothing anywhere asks for it. */
export function podAffinityOf(pod: Pod, nodes: Iterable<NodeState>, reader: Reader): PodAffinity | undefined {
  const wanted = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const unwanted = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const result: PodAffinity = {
    affinity: { terms: wanted, counts: new Map() },
    antiAffinity: { terms: unwanted, counts: new Map() },
    existing: new Map(),
    meetsItself: wanted.every((term) => selects(term, pod, pod, reader)),
  };
  const isAsked = wanted.length + unwanted.length > 0;
  for (const state of nodes) {
    for (const { pod: other } of state.withAntiAffinity.values())
      for (const term of other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [])
        if (selects(term, other, pod, reader)) count(result.existing, term.topologyKey, state);
    if (!isAsked) continue;
    for (const { pod: other } of state.pods.values()) {
      if (wanted.length > 0 && wanted.every((term) => selects(term, pod, other, reader)))
        for (const { topologyKey } of wanted) count(result.affinity.counts, topologyKey, state);
      for (const term of unwanted)
        if (selects(term, pod, other, reader)) count(result.antiAffinity.counts, term.topologyKey, state);
    }
  }
  return isAsked || result.existing.size > 0 ? result : undefined;
}

function count(counts: Counts, topologyKey: string, { labels }: NodeState): void {
  const value = labels[topologyKey];
  if (value === undefined) return;
  const key = countKey(topologyKey, value);
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function meetsAffinity(
  { affinity: { terms, counts }, meetsItself }: PodAffinity,
  { labels }: NodeState,
): boolean {
  if (terms.length === 0) return true;
  if (terms.some(({ topologyKey }) => labels[topologyKey] === undefined)) return false;
  if (terms.every(({ topologyKey }) => (counts.get(countKey(topologyKey, labels[topologyKey] ?? '')) ?? 0) > 0))
    return true;
  return counts.size === 0 && meetsItself;
}

export function meetsAntiAffinity({ antiAffinity: { terms, counts } }: PodAffinity, { labels }: NodeState): boolean {
  return terms.every(({ topologyKey }) => {
    const value = labels[topologyKey];
    return value === undefined || (counts.get(countKey(topologyKey, value)) ?? 0) === 0;
  });
}

export function meetsExistingAntiAffinity({ existing }: PodAffinity, { labels }: NodeState): boolean {
  for (const key of existing.keys()) {
    const [topologyKey = '', value] = key.split('\n');
    if (labels[topologyKey] === value) return false;
  }
  return true;
}

function selects(term: PodAffinityTerm, owner: Pod, other: Pod, reader: Reader): boolean {
  if (term.labelSelector === undefined) return false;
  const namespace = other.metadata.namespace ?? '';
  const named = term.namespaces ?? [];
  const selected =
    term.namespaceSelector !== undefined &&
    matchesSelector(
      term.namespaceSelector,
      reader.get('v1 Namespace', undefined, namespace)?.metadata.labels ?? { 'kubernetes.io/metadata.name': namespace },
    );
  const isHere =
    named.length === 0 && term.namespaceSelector === undefined
      ? namespace === owner.metadata.namespace
      : named.includes(namespace);
  return (
    (isHere || selected) &&
    matchesSelector(withLabelKeys(term.labelSelector, term.matchLabelKeys, owner), other.metadata.labels ?? {})
  );
}

/** `matchLabelKeys`: the selector also asks for the owner's own values of these labels. */
function withLabelKeys(selector: LabelSelector, keys: readonly string[] | undefined, { metadata }: Pod): LabelSelector {
  if (keys === undefined || keys.length === 0) return selector;
  const own = keys.flatMap((key) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...selector, matchLabels: { ...selector.matchLabels, ...Object.fromEntries(own) } };
}

/** One constraint with the number of matching pods in each of its domains. */
export interface Spread {
  constraint: SpreadConstraint;
  domains: Map<string, number>;
  least: number;
  self: number;
}

/** `DoNotSchedule` constraints (pkg/scheduler/framework/plugins/podtopologyspread). */
export function spreadsOf(pod: Pod, nodes: readonly NodeState[]): Spread[] {
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  return hard.map((constraint) => {
    const selector = withLabelKeys(constraint.labelSelector ?? {}, constraint.matchLabelKeys, pod);
    const matches = ({ metadata }: Pod) =>
      constraint.labelSelector !== undefined &&
      metadata.namespace === pod.metadata.namespace &&
      metadata.deletionTimestamp === undefined &&
      matchesSelector(selector, metadata.labels ?? {});
    const domains = new Map<string, number>();
    for (const state of nodes) {
      const value = state.labels[constraint.topologyKey];
      if (value === undefined || !matchesNode(pod, state.node)) continue;
      let found = domains.get(value) ?? 0;
      for (const { pod: other } of state.pods.values()) if (matches(other)) found += 1;
      domains.set(value, found);
    }
    const isShort = domains.size < (constraint.minDomains ?? 1);
    return { constraint, domains, least: isShort ? 0 : Math.min(...domains.values()), self: matches(pod) ? 1 : 0 };
  });
}

/** `missing` when the node lacks a topology label, `skewed` when the pod would be one too many there. */
export function spreadProblem(spreads: readonly Spread[], { labels }: NodeState): 'missing' | 'skewed' | undefined {
  for (const { constraint, domains, least, self } of spreads) {
    const value = labels[constraint.topologyKey];
    if (value === undefined) return 'missing';
    if ((domains.get(value) ?? 0) + self - least > constraint.maxSkew) return 'skewed';
  }
  return undefined;
}
