import type { Container, ContainerStatus, Pod } from './shapes.ts';

/** `init`: runs to its end before the next; `sidecar`: an init container that goes on beside the main ones. */
type ContainerRole = 'init' | 'sidecar' | 'main';

/** A container of a pod with what the kubelet says of it, in the order in which they start. */
export interface PodContainer {
  role: ContainerRole;
  spec: Container;
  /** Path of its specification in the pod: `spec.containers[0]`. */
  path: string;
  status: ContainerStatus | undefined;
}

export function containersOf(pod: Pod): PodContainer[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const init = (pod.spec.initContainers ?? []).map((spec, index): PodContainer => ({
    role: spec.restartPolicy === 'Always' ? 'sidecar' : 'init',
    spec,
    path: `spec.initContainers[${index}]`,
    status: initContainerStatuses.find(({ name }) => name === spec.name),
  }));
  const main = pod.spec.containers.map((spec, index): PodContainer => ({
    role: 'main',
    spec,
    path: `spec.containers[${index}]`,
    status: containerStatuses.find(({ name }) => name === spec.name),
  }));
  return [...init, ...main];
}

/** It does not hold the others back any more: ended with 0, or, for a sidecar, started (KEP-753). */
function hasPassed({ role, status }: PodContainer): boolean {
  if (role === 'init') return status?.state?.terminated?.exitCode === 0;
  return status?.started === true;
}

/** The init container or sidecar that the others wait for. */
export function preparing(containers: PodContainer[]): PodContainer | undefined {
  return containers.find((container) => container.role !== 'main' && !hasPassed(container));
}

/** Counts towards READY n/m: main containers and sidecars, as kubectl prints them. */
export const isLasting = ({ role }: PodContainer): boolean => role !== 'init';

/** How the last run of a container ended, whether it waits for the next one or runs again. */
export function lastEnd(status: ContainerStatus | undefined) {
  return status?.state?.terminated ?? status?.lastState?.terminated;
}
