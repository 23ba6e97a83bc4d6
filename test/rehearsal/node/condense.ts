import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import type { ContainerState, ContainerStatus, PodStatus } from '../../../src/rehearsal/node/pod.ts';

/** One status of a pod without what differs from run to run: identifiers, addresses, times. */
export type Condensed = string[];

export interface Life {
  name: string;
  /** In the order in which they were seen; no two in a row are the same. */
  statuses: Condensed[];
  /** Distinct events in the order of their first appearance. */
  events: string[];
}

interface EventObject extends KubernetesObject {
  type: string;
  reason: string;
  message: string;
  involvedObject: { name: string; fieldPath?: string };
}

/** What a pod went through, from the states and events of a watch. */
export function lifeOf(
  name: string,
  states: readonly KubernetesObject[],
  events: readonly KubernetesObject[],
  namespace: string,
): Life {
  const uid = states[0]?.metadata.uid ?? '';
  const address = states.flatMap(({ status }) => (status as PodStatus).podIP ?? [])[0] ?? '0.0.0.0';
  const clean = (text: string) =>
    text
      .replaceAll(uid, 'UID')
      .replaceAll(address, 'IP')
      .replaceAll(`${namespace}/`, 'NS/')
      .replaceAll(`_${namespace}(`, '_NS(')
      .replaceAll(/ to [\w-]+$/g, ' to NODE')
      .replaceAll(/task [0-9a-f]{64}/g, 'task ID');
  const own = (events as readonly EventObject[]).filter(({ involvedObject }) => involvedObject.name === name);
  return {
    name,
    statuses: states
      .map((state) => condense(state).map(clean))
      .filter((status, index, all) => index === 0 || status.join() !== all[index - 1]?.join()),
    events: [
      ...new Set(
        own.map(({ type, reason, message, involvedObject }) =>
          clean([type, reason, involvedObject.fieldPath ?? '-', message].join(' ')),
        ),
      ),
    ],
  };
}

function condense({ metadata, status }: KubernetesObject): Condensed {
  const {
    phase,
    reason,
    message,
    conditions = [],
    initContainerStatuses = [],
    containerStatuses = [],
  } = status as PodStatus;
  return [
    [phase, reason, message, metadata.deletionTimestamp === undefined ? undefined : 'deleted']
      .filter(Boolean)
      .join(' '),
    ...conditions.map((condition) =>
      [condition.type, condition.status, condition.reason, condition.message].filter(Boolean).join(' '),
    ),
    ...[...initContainerStatuses, ...containerStatuses].map(container),
  ];
}

function container({ name, state, lastState, ready, started, restartCount, image }: ContainerStatus): string {
  return `${name}: ${stateText(state)} last: ${stateText(lastState)} ready=${ready} started=${started} restarts=${restartCount} image=${image}`;
}

function stateText({ waiting, running, terminated }: ContainerState): string {
  if (waiting !== undefined) return `waiting ${waiting.reason} ${waiting.message ?? ''}`;
  if (running !== undefined) return 'running';
  if (terminated === undefined) return '-';
  return `terminated ${terminated.exitCode} ${terminated.reason} ${JSON.stringify(terminated.message ?? '')}`;
}
