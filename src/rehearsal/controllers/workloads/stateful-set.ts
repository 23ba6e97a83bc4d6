import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { claim, controlledBy, watchDependents } from '../owners.ts';
import { isNamespaceEnding, slowStart } from '../pod-control.ts';
import { isPodAvailable, isPodReady, isPodTerminal, isTerminating, phaseOf, untilAvailable } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { currentRevision, revisionsOf, templateOf, truncateHistory } from './revisions.ts';
import {
  createClaims,
  createStatefulPod,
  deleteStatefulPod,
  firstOrdinal,
  isWanted,
  keepIdentity,
  keepRetention,
  ordinalOf,
  revisionLabel,
  statefulPod,
  statefulSetSpec,
} from './stateful-pods.ts';

interface Status {
  observedGeneration?: number;
  replicas: number;
  readyReplicas?: number;
  currentReplicas?: number;
  updatedReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
  collisionCount?: number;
  availableReplicas: number;
}

const kind = 'apps/v1 StatefulSet';
const statusOf = (set: StoredObject) => (set['status'] as Status | undefined) ?? { replicas: 0, availableReplicas: 0 };
const revisionOfPod = ({ metadata }: StoredObject) => metadata.labels?.[revisionLabel];

export function statefulSetController(): Controller {
  return {
    name: 'statefulset-controller',
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (key) => reconcile(key, context, dependents.orphans, queue));
      const dependents = watchDependents(client, {
        dependent: 'v1 Pod',
        owner: kind,
        selectorOf: (set) => statefulSetSpec(set).selector,
        enqueue: (key) => queue.add(key),
      });
      client.watch(kind, ({ object, type }) => {
        if (type !== 'DELETED') queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
    },
  };
}

interface Revisions {
  current: StoredObject;
  update: StoredObject;
}

function reconcile(
  key: string,
  context: ControllerContext,
  orphans: (namespace: string) => Iterable<StoredObject>,
  queue: Reconciler,
): void {
  const { client, clock } = context;
  const set = client.get(kind, ...namesOf(key));
  if (set === undefined) return;
  const spec = statefulSetSpec(set);
  const members = (pods: Iterable<StoredObject>) => [...pods].filter((pod) => ordinalOf(set, pod) !== undefined);
  const pods = claim(
    client,
    set,
    spec.selector,
    members(controlledBy(client, set, 'Pod')),
    members(orphans(set.metadata.namespace ?? '')),
  );
  const { revision: update, collisionCount = 0 } = currentRevision(
    client,
    set,
    spec.template,
    { hashLabel: 'controller.kubernetes.io/hash', annotations: set.metadata.annotations },
    statusOf(set).collisionCount,
  );
  const known = revisionsOf(client, set).find(({ metadata }) => metadata.name === statusOf(set).currentRevision);
  const revisions = { current: known ?? update, update };
  let refusal: StatusError | undefined;
  let replaced = 0;
  try {
    if (!isTerminating(set)) replaced = step(context, set, pods, revisions);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (isNamespaceEnding(error)) return;
    refusal = error;
  }
  const now = clock.now();
  // What this step has made and ended is counted in the next one, as upstream counts it; a pod that is replaced at once.
  const status = completed(set, counted(set, pods, revisions, collisionCount, now, replaced));
  if (!isEqual(status, set['status'])) client.updateStatus({ ...set, status });
  truncateHistory(client, set, usedRevisions(pods, revisions), spec.revisionHistoryLimit ?? 10);
  if (refusal !== undefined) throw refusal;
  const wait = untilAvailable(pods, spec.minReadySeconds ?? 0, now);
  if (wait !== undefined) queue.addAfter(key, wait);
}

const usedRevisions = (pods: readonly StoredObject[], { current, update }: Revisions) =>
  new Set([current.metadata.name, update.metadata.name, ...pods.flatMap((pod) => revisionOfPod(pod) ?? [])]);

/** The next thing to do for the pods, in the order of statefulset/stateful_set_control.go. Returns how many were ended to be replaced. */
function step(
  context: ControllerContext,
  set: StoredObject,
  pods: readonly StoredObject[],
  revisions: Revisions,
): number {
  const { client, clock } = context;
  const spec = statefulSetSpec(set);
  const isOrdered = spec.podManagementPolicy !== 'Parallel';
  const isHealthy = (pod: StoredObject | undefined) =>
    pod !== undefined &&
    phaseOf(pod) === 'Running' &&
    !isTerminating(pod) &&
    isPodAvailable(pod, spec.minReadySeconds ?? 0, clock.now());
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
  const wanted = Array.from({ length: spec.replicas }, (_, index) => firstOrdinal(set) + index);
  const condemned = pods
    .filter((pod) => !isWanted(set, ordinalOf(set, pod) ?? -1))
    .sort((one, other) => (ordinalOf(set, other) ?? 0) - (ordinalOf(set, one) ?? 0));
  const firstUnhealthy =
    wanted.map((ordinal) => byOrdinal.get(ordinal)).find((pod) => !isHealthy(pod)) ??
    condemned.toReversed().find((pod) => !isHealthy(pod));

  const process = (ordinal: number): boolean =>
    processReplica(client, set, byOrdinal.get(ordinal), ordinal, revisions) && isHealthy(byOrdinal.get(ordinal));
  if (isOrdered) {
    for (const ordinal of wanted) if (!process(ordinal)) return 0;
  } else {
    const refusal = slowStart(wanted.length, (index) => process(wanted[index] ?? 0));
    if (refusal !== undefined) throw refusal;
  }
  for (const pod of condemned) keepRetention(client, set, pod, ordinalOf(set, pod) ?? 0);
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (isOrdered) return 0;
      continue;
    }
    if (isOrdered && !isHealthy(pod) && pod !== firstUnhealthy) return 0;
    deleteStatefulPod(client, set, pod);
    if (isOrdered) return 0;
  }
  return updateOne(
    client,
    set,
    wanted.map((ordinal) => byOrdinal.get(ordinal)),
    revisions,
    isHealthy,
  );
}

/** False when an ordered set has to wait here. */
function processReplica(
  client: Client,
  set: StoredObject,
  pod: StoredObject | undefined,
  ordinal: number,
  revisions: Revisions,
): boolean {
  if (pod === undefined) {
    const revision = revisionFor(set, ordinal, revisions);
    const { $patch: _, ...template } = templateOf(revision);
    const created = createStatefulPod(
      client,
      set,
      statefulPod(set, template, revision.metadata.name, ordinal),
      ordinal,
    );
    keepRetention(client, set, created, ordinal);
    return false;
  }
  if (isPodTerminal(pod)) {
    if (!isTerminating(pod)) deleteStatefulPod(client, set, pod);
    return false;
  }
  if (phaseOf(pod) === 'Pending') createClaims(client, set, pod.metadata.name, ordinal);
  if (!isTerminating(pod)) {
    keepIdentity(client, pod, ordinal);
    keepRetention(client, set, pod, ordinal);
  }
  return true;
}

/** A missing pod comes back at the revision that its ordinal has at this point of the update. */
function revisionFor(set: StoredObject, ordinal: number, { current, update }: Revisions): StoredObject {
  const { updateStrategy } = statefulSetSpec(set);
  const { currentReplicas = 0 } = statusOf(set);
  if (updateStrategy?.type === 'OnDelete') return update;
  const partition = updateStrategy?.rollingUpdate?.partition;
  const isCurrent =
    partition === undefined ? ordinal < firstOrdinal(set) + currentReplicas : ordinal < firstOrdinal(set) + partition;
  return isCurrent ? current : update;
}

/** Deletes the last pod that is not up to date, if all after it are healthy. */
function updateOne(
  client: Client,
  set: StoredObject,
  replicas: readonly (StoredObject | undefined)[],
  { update }: Revisions,
  isHealthy: (pod: StoredObject | undefined) => boolean,
): number {
  const { updateStrategy } = statefulSetSpec(set);
  if (updateStrategy?.type === 'OnDelete') return 0;
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let index = replicas.length - 1; index >= partition; index -= 1) {
    const pod = replicas[index];
    if (pod !== undefined && revisionOfPod(pod) !== update.metadata.name && !isTerminating(pod)) {
      deleteStatefulPod(client, set, pod);
      return 1;
    }
    if (!isHealthy(pod)) return 0;
  }
  return 0;
}

function counted(
  set: StoredObject,
  pods: readonly StoredObject[],
  { current, update }: Revisions,
  collisionCount: number,
  now: number,
  replaced: number,
): Status {
  const { minReadySeconds = 0 } = statefulSetSpec(set);
  const created = pods.filter((pod) => phaseOf(pod) !== '');
  const ready = created.filter((pod) => phaseOf(pod) === 'Running' && isPodReady(pod));
  const at = (revision: StoredObject) =>
    created.filter((pod) => !isTerminating(pod) && revisionOfPod(pod) === revision.metadata.name).length;
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas: created.length,
    ...notZero('readyReplicas', ready.length),
    ...notZero('currentReplicas', at(current) - replaced),
    ...notZero('updatedReplicas', at(update)),
    currentRevision: current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
  };
}

const notZero = (name: keyof Status, value: number) => (value === 0 ? {} : { [name]: value });

/** When every pod is new and ready, the new revision is the current one (completeRollingUpdate). */
function completed(set: StoredObject, status: Status): Status {
  const { updateStrategy } = statefulSetSpec(set);
  const { updatedReplicas = 0, readyReplicas = 0, replicas, updateRevision } = status;
  const isComplete = updatedReplicas === replicas && readyReplicas === replicas;
  if (updateStrategy?.type === 'OnDelete' || !isComplete || updateRevision === undefined) return status;
  return { ...status, ...notZero('currentReplicas', updatedReplicas), currentRevision: updateRevision };
}
