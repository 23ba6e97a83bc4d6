import type { StoredObject } from '../../objects.ts';
import { isPodActive, isPodReady, phaseOf, podSpec, podStatus, readySince } from '../pods.ts';

const phaseOrder: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };

interface Ranked {
  pod: StoredObject;
  isAssigned: boolean;
  phase: number;
  isReady: boolean;
  cost: number;
  /** Ready pods of the same owner on its node. */
  neighbours: number;
  readyAt: number;
  restarts: number;
  createdAt: number;
}

/**
 * Pods in the order in which a set that is too large deletes them: those that matter least first
 * (pkg/controller, ActivePodsWithRanks). Equal ages, on a logarithmic scale, are decided by uid.
 */
export function byDeletionOrder(pods: readonly StoredObject[], related: readonly StoredObject[]): StoredObject[] {
  const onNode = new Map<string, number>();
  for (const pod of related)
    if (isPodActive(pod) && isPodReady(pod)) {
      const node = podSpec(pod).nodeName ?? '';
      onNode.set(node, (onNode.get(node) ?? 0) + 1);
    }
  const now = Math.max(
    ...pods.map((pod) => Math.max(readySince(pod) ?? 0, Date.parse(pod.metadata.creationTimestamp))),
  );
  return pods
    .map((pod): Ranked => ({
      pod,
      isAssigned: (podSpec(pod).nodeName ?? '') !== '',
      phase: phaseOrder[phaseOf(pod)] ?? 0,
      isReady: isPodReady(pod),
      cost: Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0,
      neighbours: onNode.get(podSpec(pod).nodeName ?? '') ?? 0,
      readyAt: ageStep(now, readySince(pod)),
      restarts: Math.max(0, ...(podStatus(pod).containerStatuses ?? []).map(({ restartCount = 0 }) => restartCount)),
      createdAt: ageStep(now, Date.parse(pod.metadata.creationTimestamp)),
    }))
    .sort(compare)
    .map(({ pod }) => pod);
}

/** The age on a logarithmic scale, so that pods of about one age are equal (KEP-2185). */
const ageStep = (now: number, since: number | undefined) =>
  since === undefined ? -1 : Math.floor(Math.log2(Math.max(1, (now - since) * 1_000_000)));

function compare(one: Ranked, other: Ranked): number {
  return (
    Number(one.isAssigned) - Number(other.isAssigned) ||
    one.phase - other.phase ||
    Number(one.isReady) - Number(other.isReady) ||
    one.cost - other.cost ||
    other.neighbours - one.neighbours ||
    (one.isReady ? one.readyAt - other.readyAt : 0) ||
    other.restarts - one.restarts ||
    one.createdAt - other.createdAt ||
    (one.pod.metadata.uid < other.pod.metadata.uid ? -1 : 1)
  );
}
