import type { Pod } from '../pod.ts';
import { matchesTerm } from './node-affinity.ts';
import type { NodeState, Placed } from './node-state.ts';

/** What a container without requests is taken to use when nodes are compared (pkg/scheduler/util/pod_resources.go). */
const assumed = { cpu: 0.1, memory: 200 * 1024 * 1024 };

/**
 * How well a node suits, from 0: least allocated, pods of one controller apart, preferred node affinity. The plugins of
 * kube-scheduler that weigh images and balance are left out: no image is large here, and nodes are alike.
 */
export function scoreOf({ pod, requests }: Placed, state: NodeState): number {
  const cpu = share((requests['cpu'] ?? 0) || assumed.cpu, state, 'cpu');
  const memory = share((requests['memory'] ?? 0) || assumed.memory, state, 'memory');
  return 50 * (cpu + memory) + 2 * apart(pod, state) + 2 * preferred(pod, state);
}

/** The part that would stay free, 0 to 1. Every pod counts for at least a little, so that empty requests spread too. */
function share(wanted: number, { allocatable, taken, pods }: NodeState, name: 'cpu' | 'memory'): number {
  const all = allocatable[name] ?? 0;
  const used = Math.max(taken[name] ?? 0, pods.size * assumed[name]);
  return all === 0 ? 0 : Math.max(0, all - used - wanted) / all;
}

/** 100 where none of the pods of the same controller is, less with each (default constraints of PodTopologySpread). */
function apart({ metadata }: Pod, { owners }: NodeState): number {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
  return owner === undefined ? 0 : 100 / (1 + (owners.get(owner) ?? 0));
}

function preferred({ spec }: Pod, { node }: NodeState): number {
  const wishes = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return wishes.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
}
