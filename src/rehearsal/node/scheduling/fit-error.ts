import type { Pod } from '../pod.ts';
import type { Refusal } from './filters.ts';

/**
 * What the condition PodScheduled and the event FailedScheduling say: how many nodes refused for which reason, in the
 * order of the text, then what came of preemption (pkg/scheduler/framework, FitError; recorded from kube-scheduler 1.34).
 */
export function fitMessage(pod: Pod, refusals: readonly Refusal[]): string {
  const nodes = refusals.length;
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return `0/${nodes} nodes are available: ${histogram(counts)}. ${preemption(pod, refusals)}`;
}

/** A refusal by what comes before the nodes: a claim that is not there, or not bound. */
export function preFilterMessage(nodes: number, why: string): string {
  // DefaultPreemption finds no node to try and its error stands alone (pkg/scheduler/framework/runtime; recorded).
  return `0/${nodes} nodes are available: ${why}. not found`;
}

function preemption({ spec }: Pod, refusals: readonly Refusal[]): string {
  if (spec.preemptionPolicy === 'Never')
    return 'no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.';
  const counts = new Map<string, number>();
  for (const { isFinal } of refusals) {
    const why = isFinal ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod';
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return `no new claims to deallocate, preemption: 0/${refusals.length} nodes are available: ${histogram(counts)}.`;
}

function histogram(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
    .join(', ');
}
