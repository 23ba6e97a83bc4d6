import { pause, type Clock } from '../../clock.ts';
import { badRequest, type StatusError } from '../api/status-error.ts';
import type { LogOptions } from './log-options.ts';

/** One line that a container wrote, without its newline. */
export interface LogLine {
  /** Milliseconds since 1970. */
  time: number;
  stream: 'stdout' | 'stderr';
  text: string;
}

/** The log of one run of one container. */
export interface LogSource {
  /** What it has written until now; the oldest lines may have been dropped. */
  lines(): readonly LogLine[];
  /** Whether more may come. */
  isRunning(): boolean;
}

interface State {
  waiting?: { reason?: string } | null;
  running?: object | null;
  terminated?: { containerID?: string } | null;
}

interface ContainerStatus {
  name: string;
  state?: State;
  lastState?: State;
}

/** The parts of a pod that decide which log is meant, and whether there is one. */
export interface LoggedPod {
  metadata: { name: string };
  spec: {
    nodeName?: string;
    containers: { name: string }[];
    initContainers?: { name: string }[];
    ephemeralContainers?: { name: string }[];
  };
  status?: {
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    ephemeralContainerStatuses?: ContainerStatus[];
  };
}

/**
 * The container that a request for a log, exec, attach or port means; throws the API server's 400 when the pod has several
 * and none is named, or none of that name (pkg/registry/core/pod, `validateContainer`).
 */
export function chosenContainer({ metadata, spec }: LoggedPod, asked: string): string {
  const { initContainers = [], containers, ephemeralContainers = [] } = spec;
  const names = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  if (asked !== '') {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
    return asked;
  }
  const [only] = containers;
  if (only !== undefined && containers.length === 1) return only.name;
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]`);
}

/**
 * Which run's log the kubelet would read, or its refusal (pkg/kubelet, `validateContainerLogStatus`). `current` is the newest
 * run that the runtime has, `previous` the one before it: of a container that waits to be run again, the newest has ended.
 */
export function logRun(pod: LoggedPod, container: string, previous: boolean): 'current' | 'previous' | StatusError {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    ({ name }) => name === container,
  );
  const about = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)}`;
  if (status === undefined) return badRequest(`${about} is not available`);
  const { waiting, running, terminated } = status.state ?? {};
  const last = status.lastState?.terminated;
  if (previous) {
    if (!last?.containerID) return badRequest(`previous terminated ${about} not found`);
    return running || terminated?.containerID ? 'previous' : 'current';
  }
  if (running || terminated?.containerID || last?.containerID) return 'current';
  if (terminated || last) return badRequest(`${about} is terminated`);
  if (!waiting) return badRequest(`${about} is waiting to start - no logs yet`);
  return badRequest(`${about} is waiting to start: ${waitingTexts[waiting.reason ?? ''] ?? waiting.reason ?? ''}`);
}

const waitingTexts: Record<string, string> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

/** What `/log` answers without `follow` (k8s.io/cri-client/pkg/logs): the last lines first, of those the recent ones. */
export function logText(lines: readonly LogLine[], options: LogOptions, now: number): Buffer {
  const writer = new LogWriter(options, now);
  return writer.write(tailOf(lines, options));
}

interface FollowOptions {
  clock: Clock;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
  /** Milliseconds of the clock between two looks at the source; 100 unless told. */
  period?: number;
}

/**
 * What `/log` answers with `follow`: what is there, then what comes, until the run has ended, the limit is reached or the
 * client goes away.
 */
export async function* followLog(
  source: LogSource,
  options: LogOptions,
  { clock, signal, period = 100 }: FollowOptions,
): AsyncGenerator<Buffer> {
  const writer = new LogWriter(options, clock.now());
  const cursor = new Cursor();
  const first = source.lines();
  cursor.fresh(first.slice(0, first.length - tailOf(first, options).length));
  while (!signal.aborted) {
    // Asked before the lines are read: what is written in between is not lost.
    const mayGoOn = source.isRunning();
    const text = writer.write(cursor.fresh(source.lines()));
    if (text.length > 0) yield text;
    if (!mayGoOn || writer.isFull) return;
    await pause(clock, period, signal);
  }
}

function tailOf(lines: readonly LogLine[], { tailLines }: LogOptions): readonly LogLine[] {
  return tailLines === undefined ? lines : tailLines === 0 ? [] : lines.slice(-tailLines);
}

/** Remembers how far a log has been read. Not by index: its oldest lines may be dropped in the meantime. */
class Cursor {
  /** The latest time of a line that has been read, and how many lines of that time have been. */
  #time = -Infinity;
  #count = 0;

  fresh(lines: readonly LogLine[]): readonly LogLine[] {
    let same = 0;
    const found = lines.filter(({ time }) => {
      if (time !== this.#time) return time > this.#time;
      same += 1;
      return same > this.#count;
    });
    for (const { time } of found) {
      if (time > this.#time) this.#count = 0;
      this.#time = Math.max(this.#time, time);
      if (time === this.#time) this.#count += 1;
    }
    return found;
  }
}

class LogWriter {
  readonly #since: number;
  readonly #hasTimestamps: boolean;
  #left: number;

  constructor({ sinceSeconds, sinceTime, timestamps, limitBytes }: LogOptions, now: number) {
    this.#since = sinceTime ?? (sinceSeconds === undefined ? -Infinity : now - sinceSeconds * 1000);
    this.#hasTimestamps = timestamps;
    this.#left = limitBytes ?? Infinity;
  }

  get isFull(): boolean {
    return this.#left <= 0;
  }

  /** The limit cuts where it falls, also within a line. */
  write(lines: readonly LogLine[]): Buffer {
    const recent = lines.filter(({ time }) => time >= this.#since);
    const text = recent.map((line) => `${this.#hasTimestamps ? `${timestampOf(line.time)} ` : ''}${line.text}\n`);
    const bytes = Buffer.from(text.join(''));
    const shown = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= shown.length;
    return shown;
  }
}

/** RFC 3339 with nanoseconds, as the runtime writes them. */
function timestampOf(time: number): string {
  const whole = Math.floor(time);
  const fraction = String(Math.floor((time - whole) * 1e6)).padStart(6, '0');
  return new Date(whole).toISOString().replace('Z', `${fraction}Z`);
}
