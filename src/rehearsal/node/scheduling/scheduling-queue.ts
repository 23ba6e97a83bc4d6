import type { RehearsalClock } from '../../clock.ts';
import { isEqual } from '../../store/equal.ts';
import type { Pod } from '../pod.ts';

export interface QueuedPod {
  pod: Pod;
  /** Attempts that failed. */
  attempts: number;
}

interface Parked extends QueuedPod {
  /** Milliseconds since 1970 before which it is not tried again. */
  notBefore: number;
}

/** Seconds between attempts double from 1 to 10 (podInitialBackoffSeconds, podMaxBackoffSeconds). */
const backOff = (attempts: number) => Math.min(10_000, 1000 * 2 ** (attempts - 1));

/**
 * The three queues of the scheduler (pkg/scheduler/backend/queue): pods to be tried now, by priority and then in the order
 * in which they came; pods that wait out their back-off; pods that wait for a change in the cluster.
 */
export class SchedulingQueue {
  readonly #clock: RehearsalClock;
  readonly #take: () => void;
  /** By priority, highest first; each in the order of arrival, by uid. */
  readonly #active = new Map<number, Map<string, QueuedPod>>();
  readonly #parked = new Map<string, Parked>();
  #isScheduled = false;

  /** `take` is called when there is something to pop, until nothing is left. */
  constructor(clock: RehearsalClock, take: () => void) {
    this.#clock = clock;
    this.#take = take;
  }

  /** A pod that is new, or has changed. */
  offer(pod: Pod): void {
    const { uid } = pod.metadata;
    const parked = this.#parked.get(uid);
    if (parked === undefined) return this.#activate({ pod, attempts: 0 });
    const isSame = isEqual(parked.pod.spec, pod.spec) && isEqual(parked.pod.metadata.labels, pod.metadata.labels);
    this.#parked.set(uid, { ...parked, pod });
    if (!isSame) this.#wakeOne(uid);
  }

  forget(uid: string): void {
    this.#parked.delete(uid);
    for (const pods of this.#active.values()) pods.delete(uid);
  }

  pop(): QueuedPod | undefined {
    let highest: number | undefined;
    for (const [priority, pods] of this.#active) {
      if (pods.size === 0) this.#active.delete(priority);
      else if (highest === undefined || priority > highest) highest = priority;
    }
    const pods = highest === undefined ? undefined : this.#active.get(highest);
    const first = pods?.entries().next().value;
    if (first === undefined) return undefined;
    pods?.delete(first[0]);
    return first[1];
  }

  /** Fits nowhere: waits for a change, and for its back-off. */
  park({ pod, attempts }: QueuedPod): void {
    const next = attempts + 1;
    this.#parked.set(pod.metadata.uid, { pod, attempts: next, notBefore: this.#clock.now() + backOff(next) });
  }

  /** Something has changed that may help any pod. */
  wake(): void {
    this.wakeThose(() => true);
  }

  wakeThose(concerns: (pod: Pod) => boolean): void {
    for (const [uid, { pod }] of this.#parked) if (concerns(pod)) this.#wakeOne(uid);
  }

  #wakeOne(uid: string): void {
    const parked = this.#parked.get(uid);
    if (parked === undefined) return;
    const wait = parked.notBefore - this.#clock.now();
    if (wait <= 0) {
      this.#parked.delete(uid);
      this.#activate(parked);
      return;
    }
    // Infinity: it is on its way back, and further changes need not wake it again.
    if (parked.notBefore === Infinity) return;
    this.#parked.set(uid, { ...parked, notBefore: Infinity });
    this.#clock.after(wait, () => {
      const current = this.#parked.get(uid);
      if (current?.notBefore !== Infinity) return;
      this.#parked.delete(uid);
      this.#activate(current);
    });
  }

  #activate(queued: QueuedPod): void {
    const priority = queued.pod.spec.priority ?? 0;
    const pods = this.#active.get(priority) ?? new Map<string, QueuedPod>();
    this.#active.set(priority, pods.set(queued.pod.metadata.uid, queued));
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.after(0, () => {
      this.#isScheduled = false;
      this.#take();
      if ([...this.#active.values()].some(({ size }) => size > 0)) this.#schedule();
    });
  }
}
