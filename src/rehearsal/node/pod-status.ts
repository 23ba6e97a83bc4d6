import { parseQuantity } from '../kinds/quantity.ts';
import { isEqual } from '../store/equal.ts';
import type { ContainerRun } from './container-run.ts';
import { conditionsOf } from './pod-conditions.ts';
import {
  hasRun,
  isSidecar,
  type Container,
  type ContainerState,
  type ContainerStatus,
  type Pod,
  type PodStatus,
} from './pod.ts';

/** Why a container does not run: the kubelet's reason cache. */
export interface Reason {
  reason: string;
  message: string;
}

/** What a kubelet knows of a pod besides its object. */
export interface PodRuntime {
  /** Of each container the latest runs, the newest first; at most two. */
  runs: ReadonlyMap<string, readonly ContainerRun[]>;
  reasons: ReadonlyMap<string, Reason>;
  hostIP: string;
  /** Absent without a network of its own, or before and after it. */
  sandbox: { ip: string } | undefined;
  /** The pod is over: nothing will be started any more. */
  isTerminal: boolean;
  /** Containers may still run, so a terminal phase must wait. */
  mayRun: boolean;
  /** Set once and for all: `DeadlineExceeded`, `Evicted`. */
  verdict: Reason | undefined;
  started(run: ContainerRun): boolean;
  ready(run: ContainerRun): boolean;
}

/**
 * The status that a kubelet writes, from what runs and from what it wrote before (generateAPIPodStatus and
 * mergePodStatus in pkg/kubelet); and whether the pod is over, which the status hides while containers may still run.
 * Times are RFC 3339.
 */
export function podStatus(
  pod: Pod,
  old: PodStatus,
  runtime: PodRuntime,
  timestamp: string,
): { status: PodStatus; isOver: boolean } {
  const { spec, metadata } = pod;
  const inits = spec.initContainers ?? [];
  const hasInits = inits.length > 0;
  const initStatuses = inits.map((container) =>
    containerStatus(pod, container, old.initContainerStatuses, runtime, hasInits, true),
  );
  const statuses = spec.containers
    .map((container) => containerStatus(pod, container, old.containerStatuses, runtime, hasInits, false))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const all = [...initStatuses, ...statuses];
  const phase =
    runtime.verdict !== undefined
      ? 'Failed'
      : isOver(old.phase)
        ? (old.phase ?? 'Failed')
        : phaseOf(pod, all, runtime.isTerminal);
  const isDelayed = isOver(phase) && !isOver(old.phase) && runtime.mayRun;
  const generation = metadata.generation;
  const podIP = runtime.sandbox?.ip ?? old.podIP ?? (spec.hostNetwork === true ? runtime.hostIP : undefined);
  const status: PodStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: isDelayed ? (old.phase ?? 'Pending') : phase,
    conditions: conditionsOf(pod, old, { all, phase, hasSandbox: runtime.sandbox !== undefined, timestamp }),
    ...(runtime.verdict === undefined || isDelayed ? pick(old) : runtime.verdict),
    hostIP: runtime.hostIP,
    hostIPs: addresses(runtime.hostIP, old.hostIPs),
    ...(podIP === undefined ? {} : { podIP, podIPs: addresses(podIP, old.podIPs) }),
    startTime: old.startTime ?? timestamp,
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
    qosClass: old.qosClass ?? qosClass(pod),
  };
  return { status, isOver: isOver(phase) };
}

const isOver = (phase: string | undefined) => phase === 'Succeeded' || phase === 'Failed';
const addresses = (ip: string, old: { ip: string }[] | undefined) =>
  old?.length === 1 && old[0]?.ip === ip ? old : [{ ip }];
const pick = ({ message, reason }: PodStatus) => ({
  ...(message === undefined ? {} : { message }),
  ...(reason === undefined ? {} : { reason }),
});
const time = (milliseconds: number) =>
  milliseconds === 0 ? '1970-01-01T00:00:00Z' : `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

/** The old status itself when nothing of it has changed. */
function containerStatus(
  pod: Pod,
  container: Container,
  olds: readonly ContainerStatus[] | undefined,
  runtime: PodRuntime,
  hasInits: boolean,
  isInit: boolean,
): ContainerStatus {
  const old = olds?.find(({ name }) => name === container.name);
  const status = newStatus(pod, container, old, runtime, hasInits, isInit);
  return old !== undefined && isEqual(old, status) ? old : status;
}

function newStatus(
  pod: Pod,
  container: Container,
  old: ContainerStatus | undefined,
  runtime: PodRuntime,
  hasInits: boolean,
  isInit: boolean,
): ContainerStatus {
  const [latest, previous] = runtime.runs.get(container.name) ?? [];
  const status =
    latest === undefined ? unstarted(container, old, hasInits) : started(latest, previous, container, runtime, isInit);
  const isDone = isInit && latest?.state === 'exited' && latest.exitCode === 0 && !isSidecar(container);
  const reason = runtime.reasons.get(container.name);
  if (isDone || reason === undefined || !shouldRestart(pod, container, latest)) return status;
  return {
    ...status,
    state: { waiting: reason },
    lastState: status.state.terminated === undefined ? status.lastState : status.state,
    ready: false,
    started: false,
  };
}

function unstarted(container: Container, old: ContainerStatus | undefined, hasInits: boolean): ContainerStatus {
  if (old?.state.terminated !== undefined) return old;
  return {
    name: container.name,
    state: { waiting: { reason: hasInits ? 'PodInitializing' : 'ContainerCreating' } },
    lastState: old?.lastState ?? {},
    ready: false,
    restartCount: old?.restartCount ?? 0,
    image: container.image,
    imageID: '',
    started: false,
    ...mountsOf(container),
  };
}

function started(
  run: ContainerRun,
  previous: ContainerRun | undefined,
  container: Container,
  runtime: PodRuntime,
  isInit: boolean,
): ContainerStatus {
  const isStarted = run.state === 'running' && runtime.started(run);
  const { requests } = container.resources ?? {};
  return {
    name: run.container.name,
    state: stateOf(run),
    lastState: previous === undefined ? {} : stateOf(previous),
    ready:
      isStarted && (!isInit || isSidecar(container))
        ? runtime.ready(run)
        : isInit && !isSidecar(container) && run.state === 'exited' && run.exitCode === 0,
    restartCount: run.restartCount,
    image: run.image.name,
    imageID: run.image.id,
    containerID: run.id,
    started: isStarted,
    ...(requests === undefined || Object.keys(requests).length === 0 ? {} : { allocatedResources: requests }),
    resources: container.resources ?? {},
    ...mountsOf(container),
    user: { linux: run.user },
  };
}

function stateOf(run: ContainerRun): ContainerState {
  if (run.state === 'running') return { running: { startedAt: time(run.startedAt) } };
  if (run.state === 'created') return { waiting: {} };
  return {
    terminated: {
      exitCode: run.exitCode,
      reason: run.reason,
      ...(run.message === '' ? {} : { message: run.message }),
      startedAt: time(run.startedAt),
      finishedAt: time(run.finishedAt),
      containerID: run.id,
    },
  };
}

function mountsOf({ volumeMounts }: Container): Pick<ContainerStatus, 'volumeMounts'> {
  if (volumeMounts === undefined || volumeMounts.length === 0) return {};
  return {
    volumeMounts: volumeMounts.map(({ name, mountPath, readOnly, recursiveReadOnly }) => ({
      name,
      mountPath,
      ...(readOnly === true
        ? {
            readOnly,
            recursiveReadOnly:
              recursiveReadOnly === 'Enabled' || recursiveReadOnly === 'IfPossible' ? 'Enabled' : 'Disabled',
          }
        : {}),
    })),
  };
}

/** Whether the next synchronisation will start it again (ShouldContainerBeRestarted). */
export function shouldRestart(pod: Pod, container: Container, latest: ContainerRun | undefined): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (latest === undefined || latest.state === 'created') return true;
  if (latest.state === 'running') return false;
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && latest.exitCode !== 0);
}

/** getPhase in pkg/kubelet/kubelet_pods.go. */
function phaseOf({ spec }: Pod, statuses: readonly ContainerStatus[], isTerminal: boolean): string {
  const statusOf = new Map(statuses.map((status) => [status.name, status]));
  const policy = spec.restartPolicy ?? 'Always';
  const count = { pending: 0, pendingSidecars: 0, running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const container of spec.initContainers ?? []) {
    const status = statusOf.get(container.name);
    const { state = {}, lastState = {} } = status ?? {};
    if (isSidecar(container)) {
      if (state.running !== undefined) {
        count.running += 1;
        if (status?.started !== true) count.pendingSidecars += 1;
      } else if (state.waiting !== undefined && lastState.terminated === undefined) {
        count.pendingSidecars += 1;
        count.waiting += 1;
      }
      continue;
    }
    const exitCode = (state.terminated ?? (state.waiting === undefined ? undefined : lastState.terminated))?.exitCode;
    if (exitCode === undefined) count.pending += 1;
    else if (exitCode !== 0 && policy === 'Never') return 'Failed';
  }
  for (const { name } of spec.containers) {
    const { state = {}, lastState = {} } = statusOf.get(name) ?? {};
    if (state.running !== undefined) count.running += 1;
    else if (state.terminated !== undefined) {
      count.stopped += 1;
      if (state.terminated.exitCode === 0) count.succeeded += 1;
    } else if (lastState.terminated !== undefined) count.stopped += 1;
    else count.waiting += 1;
  }
  const hasInitialized = spec.containers.some(({ name }) => hasRun(statusOf.get(name)));
  if (count.pending > 0 || (count.pendingSidecars > 0 && !hasInitialized) || count.waiting > 0) return 'Pending';
  if (count.running > 0) return 'Running';
  if (count.stopped === 0) return 'Pending';
  if (isTerminal || policy === 'Never') return count.stopped === count.succeeded ? 'Succeeded' : 'Failed';
  if (policy === 'Always') return 'Running';
  return count.stopped === count.succeeded ? 'Succeeded' : 'Running';
}

/** pkg/apis/core/v1/helper/qos. */
function qosClass({ spec }: Pod): string {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const amounts = (list: Record<string, string | number> | undefined, name: string) =>
    parseQuantity(list?.[name] ?? 0).nano;
  const isAsked = containers.some(({ resources }) =>
    ['cpu', 'memory'].some((name) => amounts(resources?.requests, name) + amounts(resources?.limits, name) > 0n),
  );
  if (!isAsked) return 'BestEffort';
  const isFull = containers.every(({ resources }) =>
    ['cpu', 'memory'].every(
      (name) =>
        amounts(resources?.limits, name) > 0n &&
        (resources?.requests?.[name] === undefined ||
          amounts(resources.requests, name) === amounts(resources.limits, name)),
    ),
  );
  return isFull ? 'Guaranteed' : 'Burstable';
}
