import type { Clock } from '../clock.ts';

/** Time of a rehearsal. `now` is the time that objects, events and logs are stamped with. */
export interface RehearsalClock extends Clock {
  /** RFC 3339 with whole seconds, as `metav1.Time` is written. */
  timestamp(): string;
  /** RFC 3339 with microseconds, as `metav1.MicroTime` is written. */
  microTimestamp(): string;
}

export interface ScaledClockOptions {
  /** Milliseconds since 1970 that `now` starts with. */
  start: number;
  /** 1: as fast as life; 60: a minute passes in a second. */
  speed: number;
  /** Real milliseconds since 1970 at which `now` was `start`: processes that are given the same agree on the time. */
  origin: number;
}

interface Timer {
  at: number;
  order: number;
  act: () => void;
  /** Who set it; known only shortly before too many have acted at one instant. */
  setBy?: string | undefined;
}

/** Timers at one instant that are a mistake of ours: something sets itself again without any time passing. */
const tooMany = 1_000_000;
/** Of the last of them it is told who set them. */
const told = 1000;

abstract class QueueClock implements RehearsalClock {
  #timers: Timer[] = [];
  #order = 0;
  #second = -1;
  #timestamp = '';
  #instant = Number.NEGATIVE_INFINITY;
  #atOnce = 0;
  #setters: Map<string, number> | undefined;

  abstract now(): number;
  /** Called when the earliest timer has changed. */
  protected abstract rescheduled(at: number | undefined): void;

  after(milliseconds: number, act: () => void): () => void {
    this.#order += 1;
    const timer: Timer = { at: this.now() + Math.max(0, milliseconds), order: this.#order, act };
    if (this.#setters !== undefined) timer.setBy = callers();
    push(this.#timers, timer);
    if (this.#timers[0] === timer) this.rescheduled(timer.at);
    return () => {
      // Dropped when its time comes: taking it out of the middle of a heap costs more than leaving it.
      timer.act = nothing;
    };
  }

  timestamp(): string {
    const second = Math.floor(this.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#timestamp = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    }
    return this.#timestamp;
  }

  microTimestamp(): string {
    return `${new Date(this.now()).toISOString().slice(0, 23)}000Z`;
  }

  /** Time of the earliest timer that still means something. */
  protected next(): number | undefined {
    while (this.#timers[0]?.act === nothing) pop(this.#timers);
    return this.#timers[0]?.at;
  }

  /** Runs the earliest timer. Throws where timers set one another without end at one instant; what was due is left out. */
  protected runNext(): void {
    const timer = pop(this.#timers);
    if (timer === undefined) return;
    if (timer.at > this.#instant) {
      this.#instant = timer.at;
      this.#atOnce = 0;
      this.#setters = undefined;
    } else this.#atOnce += 1;
    if (this.#atOnce > tooMany - told) this.#watch(timer);
    timer.act();
  }

  #watch({ setBy }: Timer): void {
    const setters = (this.#setters ??= new Map());
    if (setBy !== undefined) setters.set(setBy, (setters.get(setBy) ?? 0) + 1);
    if (this.#atOnce < tooMany) return;
    this.#atOnce = 0;
    this.#setters = undefined;
    const most = [...setters].toSorted(([, one], [, other]) => other - one).slice(0, 5);
    throw new Error(
      [
        `${tooMany} timers at ${this.microTimestamp()}: time does not pass any more. Of the last ${told} were set`,
        ...most.map(([by, count]) => `${count} by ${by}`),
      ].join('\n  '),
    );
  }
}

/** The functions that set a timer, the nearest first. */
function callers(): string {
  const [, , , ...frames] = (new Error('a timer').stack ?? '').split('\n');
  return frames
    .slice(0, 6)
    .map((frame) => frame.trim().replace(/^at /, ''))
    .join(' < ');
}

/** Runs at a fixed multiple of real time. */
export class ScaledClock extends QueueClock {
  readonly #start: number;
  readonly #began: number;
  readonly #speed: number;
  readonly #bug: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #current: number | undefined;

  /** `bug` hears of an error in a timer; without it, it ends the process as any other does. */
  constructor({ start, speed, origin }: ScaledClockOptions, bug?: (error: unknown) => void) {
    super();
    this.#bug =
      bug ??
      ((error) => {
        throw error;
      });
    this.#began = origin - performance.timeOrigin;
    this.#start = start;
    this.#speed = speed;
  }

  /** While a timer acts, the time for which it was set: what follows from it does not depend on how busy the machine is. */
  now(): number {
    return this.#current ?? this.#start + (performance.now() - this.#began) * this.#speed;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  protected rescheduled(at: number | undefined): void {
    clearTimeout(this.#timer);
    if (at === undefined) return;
    this.#timer = setTimeout(() => this.#runDue(), Math.max(0, (at - this.now()) / this.#speed));
  }

  #runDue(): void {
    const due = this.now();
    // What is to be done at once may call for more at once: requests get their turn in between.
    const until = performance.now() + 10;
    try {
      for (let at = this.next(); at !== undefined && at <= due && performance.now() < until; at = this.next()) {
        this.#current = at;
        this.runNext();
      }
    } catch (error) {
      this.#bug(error);
    } finally {
      this.#current = undefined;
    }
    this.rescheduled(this.next());
  }
}

/** Moves only when it is told to: by tests, and by a cluster that takes turns with the wizard. */
export class ManualClock extends QueueClock {
  #now: number;

  constructor(start: number) {
    super();
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Time of the earliest timer. */
  get nextTimer(): number | undefined {
    return this.next();
  }

  /** Moves on, running every timer at its time and in its order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let at = this.next(); at !== undefined && at <= end; at = this.next()) {
      this.#now = Math.max(this.#now, at);
      this.runNext();
    }
    this.#now = end;
  }

  /** Moves on to a moment before which nothing is due; what is due then waits for `settle`. */
  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }

  /** Runs what is due now. */
  settle(): void {
    this.advance(0);
  }

  protected rescheduled(): void {
    // Nobody waits for real time.
  }
}

function nothing(): void {
  // A cancelled timer.
}

const isBefore = (one: Timer, other: Timer) => one.at < other.at || (one.at === other.at && one.order < other.order);

function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(timer, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const left = heap[child];
    if (left === undefined) break;
    const right = heap[child + 1];
    let least = left;
    if (right !== undefined && isBefore(right, left)) {
      child += 1;
      least = right;
    }
    if (!isBefore(least, last)) break;
    heap[index] = least;
    index = child;
  }
  heap[index] = last;
  return first;
}
