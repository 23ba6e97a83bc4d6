import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import type { Client, EventText } from '../controllers/client.ts';
import type { ContainerRun } from './container-run.ts';
import type { ImageStore } from './images.ts';
import type { Interference } from './interference.ts';
import type { Container, Pod } from './pod.ts';

/** What the pods of one node share. */
export interface NodeServices {
  node: string;
  address: string;
  /** As `system:node:NAME`. */
  client: Client;
  clock: RehearsalClock;
  chance: Chance;
  images: ImageStore;
  interference: Interference;
  takeAddress(): string;
  returnAddress(ip: string): void;
  /** The runtime has changed: the worker is told when the kubelet next lists its containers (PLEG, once a second). */
  relist(worker: { sync(): void }): void;
}

/** Milliseconds that the runtime takes; each between the two. Seen on a small node without load. */
const times = { sandbox: [150, 400], create: [30, 90], start: [40, 110], teardown: [250, 700] } as const;

export function timeFor({ chance }: NodeServices, what: keyof typeof times): number {
  const [least, most] = times[what];
  return Math.round(least + chance.next() * (most - least));
}

/** `spec.containers{web}`: the part of a pod that an event is about. */
export function fieldPathOf({ spec }: Pod, { name }: Container): string {
  const isInit = (spec.initContainers ?? []).some((container) => container.name === name);
  return `spec.${isInit ? 'initContainers' : 'containers'}{${name}}`;
}

export function recordFor(services: NodeServices, pod: Pod, container: Container) {
  return (type: EventText['type'], reason: string, message: string): void =>
    services.client.event(pod, { type, reason, message, fieldPath: fieldPathOf(pod, container) });
}

/** 64 hexadecimal digits, as the runtime names containers. */
export function containerId({ chance }: NodeServices): string {
  return `containerd://${chance.hex(64)}`;
}

/** The run is over: nothing that was still to happen does. */
export function end(run: ContainerRun, now: number, exitCode: number, reason?: string): void {
  if (run.state === 'exited') return;
  for (const cancel of run.cancel) cancel();
  run.cancel = [];
  run.state = 'exited';
  run.finishedAt = now;
  run.exitCode = exitCode;
  run.reason = reason ?? (exitCode === 0 ? 'Completed' : 'Error');
}
