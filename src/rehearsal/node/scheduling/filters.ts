import type { Reader } from '../../controllers/client.ts';
import type { Pod } from '../pod.ts';
import { matchesNode, toleratesTaints, tolerates } from './node-affinity.ts';
import { portsConflict, type NodeState, type Placed } from './node-state.ts';
import {
  meetsAffinity,
  meetsAntiAffinity,
  meetsExistingAntiAffinity,
  podAffinityOf,
  spreadProblem,
  spreadsOf,
  type PodAffinity,
  type Spread,
} from './pod-affinity.ts';
import type { Amounts } from './requests.ts';
import { volumeProblems, volumesOf, type PodVolumes } from './volumes.ts';

/** Why a node was refused. `isFinal`: taking pods away from it would not help (UnschedulableAndUnresolvable). */
export interface Refusal {
  reasons: string[];
  isFinal: boolean;
}

/** What the filters look at; computed once for a pod (the PreFilter plugins). */
export interface PodWish extends Placed {
  reader: Reader;
  affinity: PodAffinity | undefined;
  spreads: readonly Spread[];
  volumes: PodVolumes | undefined;
}

/** The wish, or why no node can meet it. */
export function wishOf(incoming: Placed, nodes: readonly NodeState[], reader: Reader): PodWish | { error: string } {
  const volumes = volumesOf(incoming.pod, reader);
  if (volumes !== undefined && 'error' in volumes) return volumes;
  return {
    ...incoming,
    reader,
    volumes,
    affinity: podAffinityOf(incoming.pod, nodes, reader),
    spreads: spreadsOf(incoming.pod, nodes),
  };
}

type Filter = (wish: PodWish, state: NodeState) => Refusal | undefined;

const final = (reason: string): Refusal => ({ reasons: [reason], isFinal: true });
const passing = (reason: string): Refusal => ({ reasons: [reason], isFinal: false });

/** The filter plugins in the order in which kube-scheduler 1.34 runs them; the first refusal counts. */
const filters: readonly Filter[] = [
  ({ pod }, { node }) =>
    node.spec?.unschedulable === true && !toleratesCordon(pod) ? final('node(s) were unschedulable') : undefined,
  ({ pod }, { node }) => (toleratesTaints(pod, node) ? undefined : final('node(s) had untolerated taint(s)')),
  ({ pod }, { node }) =>
    matchesNode(pod, node) ? undefined : final("node(s) didn't match Pod's node affinity/selector"),
  ({ hostPorts }, { pods }) => {
    if (hostPorts.length === 0) return undefined;
    for (const other of pods.values())
      if (other.hostPorts.some((taken) => hostPorts.some((port) => portsConflict(port, taken))))
        return passing("node(s) didn't have free ports for the requested pod ports");
    return undefined;
  },
  fits,
  ({ volumes }) =>
    volumes?.isTaken === true
      ? passing(
          'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
        )
      : undefined,
  ({ volumes, reader }, { node }) => {
    if (volumes === undefined) return undefined;
    const reasons = volumeProblems(volumes, node, reader);
    return reasons.length === 0 ? undefined : { reasons, isFinal: true };
  },
  ({ spreads }, state) => {
    const problem = spreadProblem(spreads, state);
    if (problem === undefined) return undefined;
    const reason = "node(s) didn't match pod topology spread constraints";
    return problem === 'missing' ? final(`${reason} (missing required label)`) : passing(reason);
  },
  ({ affinity }, state) => {
    if (affinity === undefined) return undefined;
    if (!meetsAffinity(affinity, state)) return final("node(s) didn't match pod affinity rules");
    if (!meetsAntiAffinity(affinity, state)) return passing("node(s) didn't match pod anti-affinity rules");
    return meetsExistingAntiAffinity(affinity, state)
      ? undefined
      : passing("node(s) didn't satisfy existing pods anti-affinity rules");
  },
];

export function refusalOf(wish: PodWish, state: NodeState): Refusal | undefined {
  for (const filter of filters) {
    const refusal = filter(wish, state);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const toleratesCordon = ({ spec }: Pod) =>
  (spec.tolerations ?? []).some((toleration) =>
    tolerates(toleration, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }),
  );

/** pkg/scheduler/framework/plugins/noderesources/fit.go */
function fits({ requests }: PodWish, { allocatable, taken, pods }: NodeState): Refusal | undefined {
  let reasons: string[] | undefined;
  let isFinal = false;
  if (pods.size + 1 > (allocatable['pods'] ?? 0)) reasons = ['Too many pods'];
  for (const name in requests) {
    const wanted = requests[name] ?? 0;
    if (wanted === 0 || wanted <= free(allocatable, taken, name)) continue;
    (reasons ??= []).push(`Insufficient ${name}`);
    if (wanted > (allocatable[name] ?? 0)) isFinal = true;
  }
  return reasons === undefined ? undefined : { reasons, isFinal };
}

/** Rounded, so that 0.1 + 0.2 cores are 0.3. */
function free(allocatable: Amounts, taken: Amounts, name: string): number {
  return Math.round(((allocatable[name] ?? 0) - (taken[name] ?? 0)) * 1e6) / 1e6;
}
