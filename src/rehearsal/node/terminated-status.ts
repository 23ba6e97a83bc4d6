import { hasRun, isSidecar, type ContainerStatus, type Pod, type PodStatus } from './pod.ts';

const lost = {
  terminated: {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: null,
    finishedAt: null,
  },
};

/** The last status of a pod: whatever never ran is counted as failed (TerminatePod in pkg/kubelet/status). */
export function terminatedStatus({ spec }: Pod, status: PodStatus): PodStatus {
  const inits = status.initContainerStatuses ?? [];
  const isInitialised = (spec.initContainers ?? []).every((container) => {
    const found = inits.find(({ name }) => name === container.name);
    return isSidecar(container) ? hasRun(found) : found?.state.terminated?.exitCode === 0;
  });
  const lastSeen = inits.findLastIndex(hasRun);
  return {
    ...status,
    phase: status.phase === 'Succeeded' ? 'Succeeded' : 'Failed',
    ...(inits.length === 0
      ? {}
      : { initContainerStatuses: inits.map((found, index) => (index <= lastSeen ? ended(found) : found)) }),
    containerStatuses: isInitialised ? (status.containerStatuses ?? []).map(ended) : (status.containerStatuses ?? []),
  };
}

const ended = (status: ContainerStatus): ContainerStatus =>
  status.state.terminated === undefined ? { ...status, state: lost } : status;
