import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import type { Change, Client } from '../controllers/client.ts';
import { keyOf, type Controller } from '../controllers/controller.ts';
import { StatusError } from '../api/status-error.ts';
import { isEqual } from '../store/equal.ts';
import { isTerminal, type Node, type Pod, type PodCondition } from './pod.ts';
import { refusalOf, wishOf, type PodWish, type Refusal } from './scheduling/filters.ts';
import { fitMessage, preFilterMessage } from './scheduling/fit-error.ts';
import { NodeState, placed } from './scheduling/node-state.ts';
import { scoreOf } from './scheduling/score.ts';
import { SchedulingQueue, type QueuedPod } from './scheduling/scheduling-queue.ts';
import { volumesOf } from './scheduling/volumes.ts';

/** Refuses a pod with the clause that the scheduler would write of each node; undefined leaves it to the filters. */
export type Unschedulable = (pod: Pod) => Refusal | undefined;

export interface SchedulerOptions {
  /** Asked before the filters: a fault. */
  unschedulable?: Unschedulable;
}

/** Pods that are scheduled before others get a turn. */
const batch = 20;
/** Pods wait so long for their volumes before the scheduler starts over (VolumeBindingArgs.bindTimeoutSeconds). */
const bindTimeout = 600_000;

/**
 * kube-scheduler with its default profile. One attempt for a pod runs the filters over every node, then takes the best;
 * a pod that fits nowhere waits until something changes that could help it. Preemption is not simulated: no pod is ever
 * taken away for another.
 */
export function createScheduler({ unschedulable }: SchedulerOptions = {}): Controller & { retry(): void } {
  let scheduler: Scheduler | undefined;
  return {
    name: 'default-scheduler',
    start: ({ client, clock, chance }) => {
      scheduler = new Scheduler(client, clock, chance, unschedulable ?? (() => undefined));
      scheduler.start();
    },
    /** Tries pods that fit nowhere once more: a fault has gone. */
    retry: () => scheduler?.retry(),
  };
}

class Scheduler {
  readonly #client: Client;
  readonly #clock: RehearsalClock;
  readonly #chance: Chance;
  readonly #unschedulable: Unschedulable;
  readonly #nodes = new Map<string, NodeState>();
  /** Their values, while they stay the same. */
  #states: readonly NodeState[] | undefined;
  /** uid to node, of pods that are on one or about to be. */
  readonly #placedOn = new Map<string, string>();
  /** Pods that have a node and wait for their volumes, by uid. */
  readonly #binding = new Map<string, { pod: Pod; node: string; since: number }>();
  readonly #queue: SchedulingQueue;

  constructor(client: Client, clock: RehearsalClock, chance: Chance, unschedulable: Unschedulable) {
    this.#client = client;
    this.#clock = clock;
    this.#chance = chance;
    this.#unschedulable = unschedulable;
    this.#queue = new SchedulingQueue(clock, () => this.#take());
  }

  start(): void {
    this.#client.watch('v1 Node', (change) => this.#nodeChanged(change));
    this.#client.watch('v1 Pod', (change) => this.#podChanged(change));
    for (const kind of ['v1 PersistentVolumeClaim', 'v1 PersistentVolume', 'storage.k8s.io/v1 StorageClass'] as const)
      this.#client.watch(kind, () => this.#volumesChanged());
  }

  retry(): void {
    this.#queue.wake();
  }

  #nodeChanged({ type, object, before }: Change): void {
    const node = object as Node;
    const { name } = node.metadata;
    if (type === 'DELETED') {
      this.#nodes.delete(name);
      this.#states = undefined;
      return;
    }
    const known = this.#nodes.get(name);
    if (known === undefined) {
      this.#nodes.set(name, new NodeState(node));
      this.#states = undefined;
      for (const pod of this.#client.list('v1 Pod') as readonly Pod[])
        if (pod.spec.nodeName === name && !isTerminal(pod)) this.#reserve(pod, name);
    } else known.update(node);
    if (type === 'ADDED' || !sameForScheduling(before as Node | undefined, node)) this.#queue.wake();
  }

  #podChanged({ type, object }: Change): void {
    const pod = object as Pod;
    const { uid } = pod.metadata;
    if (type === 'DELETED' || isTerminal(pod)) {
      this.#queue.forget(uid);
      this.#binding.delete(uid);
      if (this.#release(uid)) this.#queue.wake();
      return;
    }
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && nodeName !== '') {
      this.#queue.forget(uid);
      this.#binding.delete(uid);
      if (this.#reserve(pod, nodeName)) this.#queue.wakeThose(({ spec }) => spec.affinity?.podAffinity !== undefined);
      return;
    }
    if (pod.metadata.deletionTimestamp !== undefined) this.#queue.forget(uid);
    else if (isMine(pod) && !this.#binding.has(uid)) this.#queue.offer(pod);
  }

  #volumesChanged(): void {
    for (const { pod, node } of this.#binding.values()) this.#bindWhenReady(pod, node);
    this.#queue.wakeThose(
      ({ spec }) =>
        spec.volumes?.some(
          ({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim !== undefined || ephemeral !== undefined,
        ) === true,
    );
  }

  #reserve(pod: Pod, nodeName: string): boolean {
    const { uid } = pod.metadata;
    const state = this.#nodes.get(nodeName);
    if (this.#placedOn.has(uid) || state === undefined) return false;
    this.#placedOn.set(uid, nodeName);
    state.add(placed(pod));
    return true;
  }

  #release(uid: string): boolean {
    const nodeName = this.#placedOn.get(uid);
    if (nodeName === undefined) return false;
    this.#placedOn.delete(uid);
    this.#nodes.get(nodeName)?.remove(uid);
    return true;
  }

  #take(): void {
    for (let count = 0; count < batch; count += 1) {
      const next = this.#queue.pop();
      if (next === undefined) return;
      this.#schedule(next);
    }
  }

  #schedule(queued: QueuedPod): void {
    const pod = this.#client.get('v1 Pod', queued.pod.metadata.namespace, queued.pod.metadata.name) as Pod | undefined;
    if (pod === undefined || pod.metadata.uid !== queued.pod.metadata.uid || !isMine(pod)) return;
    const nodes = (this.#states ??= [...this.#nodes.values()]);
    if (nodes.length === 0) return this.#failed({ ...queued, pod }, 'no nodes available to schedule pods');
    const refused = this.#unschedulable(pod);
    if (refused !== undefined)
      return this.#failed(
        { ...queued, pod },
        fitMessage(
          pod,
          nodes.map(() => refused),
        ),
      );
    const wish = wishOf(placed(pod), nodes, this.#client);
    if ('error' in wish) return this.#failed({ ...queued, pod }, preFilterMessage(nodes.length, wish.error));
    const refusals: Refusal[] = [];
    const fitting: NodeState[] = [];
    for (const state of nodes) {
      const refusal = refusalOf(wish, state);
      if (refusal === undefined) fitting.push(state);
      else refusals.push(refusal);
    }
    const best = this.#best(wish, fitting, pod.metadata.uid);
    if (best === undefined) return this.#failed({ ...queued, pod }, fitMessage(pod, refusals));
    this.#assign(pod, wish, best.node.metadata.name);
  }

  #best(wish: PodWish, states: readonly NodeState[], uid: string): NodeState | undefined {
    if (states.length < 2) return states[0];
    let best: NodeState[] = [];
    let highest = -1;
    for (const state of states) {
      const score = Math.round(scoreOf(wish, state) * 10);
      if (score > highest) {
        highest = score;
        best = [state];
      } else if (score === highest) best.push(state);
    }
    return best.length < 2 ? best[0] : best[this.#chance.fork(uid).below(best.length)];
  }

  #assign(pod: Pod, { volumes }: PodWish, node: string): void {
    this.#reserve(pod, node);
    if (volumes === undefined || volumes.delayed.length === 0) return this.#bind(pod, node);
    this.#binding.set(pod.metadata.uid, { pod, node, since: this.#clock.now() });
    for (const claim of volumes.delayed)
      this.#client.update({
        ...claim,
        metadata: {
          ...claim.metadata,
          annotations: { ...claim.metadata.annotations, 'volume.kubernetes.io/selected-node': node },
        },
      });
    this.#clock.after(bindTimeout, () => this.#bindTimedOut(pod));
  }

  #bindWhenReady(pod: Pod, node: string): void {
    const volumes = volumesOf(pod, this.#client);
    if (volumes === undefined || 'error' in volumes || volumes.delayed.length > 0) return;
    this.#binding.delete(pod.metadata.uid);
    this.#bind(pod, node);
  }

  #bindTimedOut(pod: Pod): void {
    const waiting = this.#binding.get(pod.metadata.uid);
    if (waiting === undefined) return;
    this.#binding.delete(pod.metadata.uid);
    this.#release(pod.metadata.uid);
    this.#failed(
      { pod, attempts: 1 },
      'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
      'SchedulerError',
    );
  }

  #bind(pod: Pod, node: string): void {
    try {
      this.#client.bind(pod, node);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // Gone or bound by somebody else meanwhile: the watch has told.
      this.#release(pod.metadata.uid);
      if (error.code === 409) this.#queue.offer(pod);
      return;
    }
    this.#client.event(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${keyOf(pod)} to ${node}`,
      action: 'Binding',
    });
  }

  #failed(queued: QueuedPod, message: string, reason = 'Unschedulable'): void {
    const { pod } = queued;
    this.#queue.park(queued);
    this.#client.event(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    const conditions = pod.status?.conditions ?? [];
    const old = conditions.find(({ type }) => type === 'PodScheduled');
    if (old?.status === 'False' && old.reason === reason && old.message === message) return;
    const condition: PodCondition = {
      type: 'PodScheduled',
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: old?.status === 'False' ? (old.lastTransitionTime ?? null) : this.#clock.timestamp(),
      reason,
      message,
    };
    this.#client.updateStatus({
      ...pod,
      status: { ...pod.status, conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), condition] },
    });
  }
}

function isMine({ spec, metadata }: Pod): boolean {
  return (
    (spec.nodeName === undefined || spec.nodeName === '') &&
    metadata.deletionTimestamp === undefined &&
    (spec.schedulerName ?? 'default-scheduler') === 'default-scheduler' &&
    (spec.schedulingGates ?? []).length === 0
  );
}

/** Heartbeats change a node every few minutes and help no pod. */
function sameForScheduling(before: Node | undefined, after: Node): boolean {
  return (
    isEqual(before?.spec, after.spec) &&
    isEqual(before?.metadata.labels, after.metadata.labels) &&
    isEqual(before?.status?.allocatable, after.status?.allocatable)
  );
}
