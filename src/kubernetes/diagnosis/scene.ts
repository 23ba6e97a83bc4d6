import type { KubernetesObject } from '../objects.ts';
import { condition } from '../rollout/conditions.ts';
import { containersOf, type PodContainer } from '../rollout/containers.ts';
import { countOf, eventsOf, firstSeen } from '../rollout/events.ts';
import { lastMovement, stillFor } from '../rollout/movement.ts';
import { claimsOf } from '../rollout/persistent-volume-claim.ts';
import { podsOf } from '../rollout/pods.ts';
import type { KubernetesEvent, Pod } from '../rollout/shapes.ts';
import { instant } from '../rollout/times.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import type { Finding } from './known-failure.ts';
import { clean } from './log-lines.ts';

/** Last lines of a container's log by `POD/CONTAINER`; no entry: not read yet. */
export type Logs = Record<string, string[]>;

/** What a failure is looked for in: one workload, its pods of the new revision, and what is said of them. */
export interface Scene {
  object: KubernetesObject;
  snapshot: Snapshot;
  /** Milliseconds since 1970; stands still while there is no connection. */
  now: number;
  pods: Pod[];
  claims: KubernetesObject[];
  logs: Logs;
  /** When the rollout's own time is up; undefined: it has none. */
  deadline: number | undefined;
}

export function sceneOf(object: KubernetesObject, snapshot: Snapshot, now: number, logs: Logs): Scene {
  const pods = podsOf(object, snapshot);
  const claims = object.kind === 'PersistentVolumeClaim' ? [object] : pods.flatMap((pod) => claimsOf(pod, snapshot));
  return { object, snapshot, now: snapshot.staleSince ?? now, pods, claims, logs, deadline: deadlineOf(object, pods) };
}

const noDeadline = 2_147_483_647;

/**
 * A Deployment's clock starts anew with each progress (deployment controller, progress.go); sets have none of their own,
 * and are given up when nothing has moved for long.
 */
function deadlineOf(object: KubernetesObject, pods: Pod[]): number | undefined {
  if (['StatefulSet', 'DaemonSet'].includes(object.kind)) return lastMovement(object, pods) + stillFor;
  const seconds = object.kind === 'Deployment' ? (object['spec']?.progressDeadlineSeconds ?? 600) : noDeadline;
  const start = instant(condition(object, 'Progressing')?.lastUpdateTime);
  return seconds === noDeadline || start === undefined ? undefined : start + seconds * 1000;
}

/** The first pod in which something is found; that it is so in others too is part of the evidence. */
export function inPods(
  scene: Scene,
  find: (pod: Pod, events: KubernetesEvent[]) => Finding | undefined,
): Finding | undefined {
  let first: Finding | undefined;
  let others = 0;
  for (const pod of scene.pods) {
    const finding = find(pod, eventsOf(scene.snapshot, pod));
    if (finding === undefined) continue;
    if (first === undefined) first = finding;
    else others += 1;
    // Whoever failed most often tells most.
    if (finding.occurrences > first.occurrences) first = finding;
  }
  if (first === undefined || others === 0) return first;
  return {
    ...first,
    evidence: [...first.evidence, others === 1 ? 'the same in another pod' : `the same in ${others} other pods`],
  };
}

/** The same for each container of each pod, in the order in which they start: the first is the culprit. */
export function inContainers(
  scene: Scene,
  find: (container: PodContainer, pod: Pod, events: KubernetesEvent[]) => Finding | undefined,
): Finding | undefined {
  return inPods(scene, (pod, events) => {
    for (const container of containersOf(pod)) {
      const finding = find(container, pod, events);
      if (finding !== undefined) return finding;
    }
    return undefined;
  });
}

/** Since when a container waits: the kubelet says so in an event, or else the pod has been on its node since. */
export function waitingSince(pod: Pod, event: KubernetesEvent | undefined): number | undefined {
  const scheduled = condition(pod, 'PodScheduled')?.lastTransitionTime;
  return (event === undefined ? undefined : firstSeen(event)) ?? instant(scheduled ?? pod.metadata.creationTimestamp);
}

export function eventText(event: KubernetesEvent): string {
  const count = countOf(event);
  return `event: ${event.reason}: ${clean(event.message ?? '')}${count > 1 ? ` (${count} times)` : ''}`;
}

export const statusText = (pod: Pod, container: PodContainer, text: string): string =>
  `container ${container.spec.name} in pod ${pod.metadata.name}: ${clean(text)}`;

/** `kubectl -n NAMESPACE ...`, to be completed. */
export function kubectl({ metadata }: KubernetesObject, ...words: string[]): string {
  const namespace = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
  return ['kubectl', ...namespace, ...words].join(' ');
}
