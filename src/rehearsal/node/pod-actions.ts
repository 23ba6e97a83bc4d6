import type { ContainerRun } from './container-run.ts';
import { shouldRestart } from './pod-status.ts';
import { isSidecar, type Container, type Pod } from './pod.ts';

/** What the probes of a pod say of a run. */
export interface ProbeVerdicts {
  isStarted(run: ContainerRun): boolean;
  failed(run: ContainerRun): 'liveness' | 'startup' | undefined;
}

export interface PodActions {
  /** In this order. */
  start: readonly Container[];
  /** Before anything is started. */
  kill: readonly { run: ContainerRun; failed: 'liveness' | 'startup'; message: string }[];
  /** Nothing is left to run: sidecars and network go. */
  isDone: boolean;
}

type Runs = ReadonlyMap<string, readonly ContainerRun[]>;

/** What a synchronisation has to do (computePodActions in pkg/kubelet/kuberuntime). Pure. */
export function actionsOf(pod: Pod, runs: Runs, probes: ProbeVerdicts): PodActions {
  const inits = initContainersToStart(pod, runs, probes);
  if (inits !== undefined) return { start: inits, kill: [], isDone: false };
  const { initContainers = [], containers, restartPolicy } = pod.spec;
  const needsStart = (container: Container) => shouldRestart(pod, container, runs.get(container.name)?.[0]);
  const start = initContainers.filter((container) => isSidecar(container) && needsStart(container));
  const kill: { run: ContainerRun; failed: 'liveness' | 'startup'; message: string }[] = [];
  let hasWork = false;
  for (const container of containers) {
    const run = runs.get(container.name)?.[0];
    const failed = run?.state === 'running' ? probes.failed(run) : undefined;
    if (run !== undefined && failed !== undefined) {
      const restarts = restartPolicy !== 'Never';
      const message = `Container ${container.name} failed ${failed} probe${restarts ? ', will be restarted' : ''}`;
      kill.push({ run, failed, message });
      if (restarts) start.push(container);
      hasWork ||= restarts;
    } else if (needsStart(container)) {
      start.push(container);
      hasWork = true;
    } else hasWork ||= run?.state === 'running';
  }
  return { start, kill, isDone: !hasWork };
}

/** The next init container, or none while one runs; undefined once the pod is initialised (computeInitContainerActions). */
function initContainersToStart(pod: Pod, runs: Runs, probes: ProbeVerdicts): Container[] | undefined {
  if (pod.spec.containers.some(({ name }) => runs.has(name))) return undefined;
  for (const container of pod.spec.initContainers ?? []) {
    const latest = runs.get(container.name)?.[0];
    if (latest?.state === 'exited' && latest.exitCode === 0 && !isSidecar(container)) continue;
    if (shouldRestart(pod, container, latest)) return [container];
    if (latest?.state !== 'running' || !isSidecar(container) || !probes.isStarted(latest)) return [];
  }
  return undefined;
}
