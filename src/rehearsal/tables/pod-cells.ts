import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { age, type Cell } from './cell.ts';
import { since } from './elapsed.ts';

interface Terminated {
  exitCode: number;
  signal?: number;
  reason?: string;
  finishedAt?: string | null;
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  started?: boolean | null;
  restartCount: number;
  state?: { waiting?: { reason?: string } | null; running?: object | null; terminated?: Terminated | null };
  lastState?: { terminated?: Terminated | null };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
}

interface Pod extends KubernetesObject {
  spec: {
    containers?: object[];
    initContainers?: { name: string; restartPolicy?: string }[];
    nodeName?: string;
    readinessGates?: { conditionType: string }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
    podIP?: string;
    podIPs?: { ip: string }[];
    nominatedNodeName?: string;
  };
}

/** What a pod's containers come to: ready ones, restarts with the time of the last, the status word. */
interface Tally {
  word: string;
  ready: number;
  restarts: number;
  /** Milliseconds since 1970; 0 while nothing has restarted. */
  restartedAt: number;
}

/** The rules are those of `printPod` in kubernetes/kubernetes, pkg/printers/internalversion. */
export function podCells(object: KubernetesObject, now: number): Cell[] {
  const pod = object as Pod;
  const tally = tallyOf(pod);
  const sidecars = pod.spec.initContainers?.filter(isSidecar).length ?? 0;
  const restarts = tally.restarts;
  return [
    pod.metadata.name,
    `${tally.ready}/${(pod.spec.containers?.length ?? 0) + sidecars}`,
    wordOf(pod, tally.word),
    restarts === 0 || tally.restartedAt === 0
      ? String(restarts)
      : `${restarts} (${since(new Date(tally.restartedAt).toISOString(), now)} ago)`,
    age(pod, now),
    pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>',
    pod.spec.nodeName || '<none>',
    pod.status?.nominatedNodeName || '<none>',
    readinessGates(pod),
  ];
}

/** Said of the rows of pods that have ended. */
export function podRowConditions({ status }: KubernetesObject): object[] | undefined {
  const phase = (status as Pod['status'])?.phase;
  if (phase !== 'Succeeded' && phase !== 'Failed') return undefined;
  const message = phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed.';
  return [{ type: 'Completed', status: 'True', reason: phase, message }];
}

const isSidecar = (container: { restartPolicy?: string } | undefined) => container?.restartPolicy === 'Always';

function tallyOf(pod: Pod): Tally {
  const first = initialTally(pod);
  const conditions = pod.status?.conditions ?? [];
  const isInitialized = conditions.find(({ type }) => type === 'Initialized')?.status === 'True';
  if (first.isInitializing && !isInitialized) return first.all;
  const tally = { ...first.sidecars, word: first.all.word };
  let hasRunning = false;
  for (const container of (pod.status?.containerStatuses ?? []).toReversed()) {
    countRestarts(tally, container);
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) tally.word = waiting.reason;
    else if (terminated) tally.word = endWord(terminated);
    else if (container.ready && running) {
      hasRunning = true;
      tally.ready += 1;
    }
  }
  if (tally.word === 'Completed' && hasRunning)
    tally.word = conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 'Running' : 'NotReady';
  return tally;
}

/** The init containers: counted all together while the pod starts, later only the sidecars among them. */
function initialTally(pod: Pod): { all: Tally; sidecars: Tally; isInitializing: boolean } {
  const { status } = pod;
  const isGated = status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  const word = isGated === true ? 'SchedulingGated' : status?.reason || status?.phase || '';
  const all: Tally = { word, ready: 0, restarts: 0, restartedAt: 0 };
  const sidecars: Tally = { ...all };
  const specs = pod.spec.initContainers ?? [];
  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    const mayRestart = isSidecar(specs.find(({ name }) => name === container.name));
    countRestarts(all, container);
    if (mayRestart) countRestarts(sidecars, container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (mayRestart && container.started === true) {
      if (container.ready) sidecars.ready = all.ready += 1;
      continue;
    }
    if (terminated) all.word = `Init:${endWord(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') all.word = `Init:${waiting.reason}`;
    else all.word = `Init:${index}/${specs.length}`;
    return { all, sidecars, isInitializing: true };
  }
  return { all, sidecars, isInitializing: false };
}

function countRestarts(tally: Tally, { restartCount, lastState }: ContainerStatus): void {
  tally.restarts += restartCount;
  const finishedAt = lastState?.terminated?.finishedAt;
  if (finishedAt) tally.restartedAt = Math.max(tally.restartedAt, Date.parse(finishedAt));
}

function endWord({ reason, signal, exitCode }: Terminated): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function wordOf({ metadata, status }: Pod, word: string): string {
  if (metadata.deletionTimestamp === undefined) return word;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? word : 'Terminating';
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(
    ({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True',
  );
  return `${open.length}/${gates.length}`;
}
