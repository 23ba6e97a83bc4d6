import type { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { LabelSelector } from '../../store/selectors.ts';
import type { Client, KindName } from '../client.ts';
import { conditionOf, withoutCondition, type Condition } from '../conditions.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { claim, controlledBy, controllerOf, watchDependents } from '../owners.ts';
import { createPod, deletePod, isNamespaceEnding, podFromTemplate, slowStart } from '../pod-control.ts';
import { isPodActive, isPodAvailable, isPodReady, untilAvailable, type PodTemplate } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { byDeletionOrder } from './deletion-order.ts';

interface Spec {
  replicas: number;
  minReadySeconds?: number;
  selector: LabelSelector | Record<string, string>;
  template: PodTemplate;
}

export interface ReplicaSetStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  observedGeneration?: number;
  conditions?: readonly Condition[];
}

/** What differs between the two kinds that keep a number of equal pods. */
interface Kind {
  name: string;
  owner: KindName;
  selectorOf(owner: StoredObject): LabelSelector | undefined;
}

/** Pods that one reconciliation creates or deletes at most (pkg/controller/replicaset, BurstReplicas). */
const burst = 500;
/**
 * Sets of this many pods wait for more changes of their pods before they are looked at: the controller manager asks the API
 * at most 20 times a second (--kube-api-qps), for all sets together.
 */
const patient = { from: 50, perPod: 1, perSet: 50, most: 1000 };

const specOf = (object: StoredObject) => object['spec'] as Spec;
const statusOf = (object: StoredObject) => object['status'] as ReplicaSetStatus | undefined;

export const replicaSetController = (): Controller =>
  controller({
    name: 'replicaset-controller',
    owner: 'apps/v1 ReplicaSet',
    selectorOf: (owner) => specOf(owner).selector as LabelSelector,
  });

export const replicationController = (): Controller =>
  controller({
    name: 'replication-controller',
    owner: 'v1 ReplicationController',
    selectorOf: (owner) => ({ matchLabels: specOf(owner).selector as Record<string, string> }),
  });

function controller(kind: Kind): Controller {
  return {
    name: kind.name,
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (key) => reconcile(key, context, kind, dependents.orphans, queue));
      const dependents = watchDependents(client, {
        dependent: 'v1 Pod',
        owner: kind.owner,
        selectorOf: kind.selectorOf,
        enqueue(key, { type }) {
          const set = client.get(kind.owner, ...namesOf(key));
          const replicas = set === undefined ? 0 : specOf(set).replicas;
          const wait = Math.max(replicas * patient.perPod, queue.soon * patient.perSet);
          // What creates the next pods is never put off.
          queue.addSoon(key, type === 'ADDED' || replicas < patient.from ? 0 : Math.min(patient.most, wait));
        },
      });
      client.watch(kind.owner, ({ object, type }) => {
        if (type !== 'DELETED') queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
    },
  };
}

function reconcile(
  key: string,
  { client, clock }: ControllerContext,
  kind: Kind,
  orphans: (namespace: string) => Iterable<StoredObject>,
  queue: Reconciler,
): void {
  const set = client.get(kind.owner, ...namesOf(key));
  const selector = set === undefined ? undefined : kind.selectorOf(set);
  if (set === undefined || selector === undefined) return;
  const owned = controlledBy(client, set, 'Pod').filter(isPodActive);
  const loose = [...orphans(set.metadata.namespace ?? '')].filter(isPodActive);
  const pods = claim(client, set, selector, owned, loose);
  const refusal = set.metadata.deletionTimestamp === undefined ? balance(client, set, pods) : undefined;
  const now = clock.now();
  const status = statusFor(set, pods, refusal, now, clock.timestamp());
  if (!isEqual(status, set['status'])) client.updateStatus({ ...set, status });
  if (refusal !== undefined) throw refusal;
  const wait = untilAvailable(pods, specOf(set).minReadySeconds ?? 0, now);
  if (wait !== undefined) queue.addAfter(key, wait);
}

/** Creates what is missing, deletes what is too much. Returns why a pod was refused. */
function balance(client: Client, set: StoredObject, pods: readonly StoredObject[]): StatusError | undefined {
  const { replicas, template } = specOf(set);
  const missing = replicas - pods.length;
  if (missing > 0) {
    const pod = podFromTemplate(set, template);
    return slowStart(Math.min(missing, burst), () => {
      try {
        createPod(client, set, pod);
      } catch (error) {
        if (!isNamespaceEnding(error)) throw error;
      }
    });
  }
  const excess = Math.min(-missing, burst);
  if (excess <= 0) return undefined;
  const doomed =
    excess < pods.length ? byDeletionOrder(pods, siblings(client, set, pods)).slice(0, excess) : pods.slice(0, excess);
  for (const pod of doomed) deletePod(client, set, pod);
  return undefined;
}

/** Pods of every set of the same owner: those that share a node with many of them go first. */
function siblings(client: Client, set: StoredObject, pods: readonly StoredObject[]): readonly StoredObject[] {
  const owner = controllerOf(set);
  if (owner === undefined) return pods;
  return client
    .owned(owner.uid)
    .filter(({ kind }) => kind === set.kind)
    .flatMap((sibling) => controlledBy(client, sibling, 'Pod'));
}

/** The fields that Go leaves out at zero are left out here. */
const count = (name: string, value: number) => (value === 0 ? {} : { [name]: value });

function statusFor(
  set: StoredObject,
  pods: readonly StoredObject[],
  refusal: StatusError | undefined,
  now: number,
  time: string,
): ReplicaSetStatus {
  const { replicas, minReadySeconds = 0, template } = specOf(set);
  const labels = Object.entries(template.metadata?.labels ?? {});
  let [labelled, ready, available] = [0, 0, 0];
  for (const pod of pods) {
    const own = pod.metadata.labels;
    if (labels.every(([name, value]) => own?.[name] === value)) labelled += 1;
    if (!isPodReady(pod)) continue;
    ready += 1;
    if (minReadySeconds === 0 || isPodAvailable(pod, minReadySeconds, now)) available += 1;
  }
  const known = statusOf(set)?.conditions ?? [];
  const failure = conditionOf(known, 'ReplicaFailure');
  let conditions: readonly Condition[] = known;
  if (refusal === undefined) conditions = withoutCondition(known, 'ReplicaFailure');
  else if (failure === undefined)
    conditions = [
      ...known,
      {
        type: 'ReplicaFailure',
        status: 'True',
        lastTransitionTime: time,
        reason: pods.length < replicas ? 'FailedCreate' : 'FailedDelete',
        message: refusal.message,
      },
    ];
  return {
    replicas: pods.length,
    ...count('fullyLabeledReplicas', labelled),
    ...count('readyReplicas', ready),
    ...count('availableReplicas', available),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
