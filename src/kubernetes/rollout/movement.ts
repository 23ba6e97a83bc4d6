import type { KubernetesObject } from '../objects.ts';
import type { Pod } from './shapes.ts';
import { instant } from './times.ts';

/** Milliseconds without a change in any pod after which a workload without a deadline of its own is called stuck. */
export const stillFor = 600_000;

/** When something last changed in a workload, by what its pods say: creation, conditions, starts and ends of containers. */
export function lastMovement(workload: KubernetesObject, pods: Pod[]): number {
  const times = pods.flatMap((pod) => [
    pod.metadata.creationTimestamp,
    ...(pod.status?.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime),
    ...(pod.status?.containerStatuses ?? []).flatMap(({ state }) => [
      state?.running?.startedAt,
      state?.terminated?.finishedAt,
    ]),
  ]);
  const known = [workload.metadata.creationTimestamp, ...times].flatMap((time) => instant(time) ?? []);
  return known.reduce((latest, time) => Math.max(latest, time), 0);
}
