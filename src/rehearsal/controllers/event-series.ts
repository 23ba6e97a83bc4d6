import type { RehearsalClock } from '../clock.ts';

/** A series of equal events. */
export interface Series {
  /** 1: not yet a series. */
  count: number;
  /** As `eventTime` is written. */
  lastObserved: string;
}

/** Milliseconds of silence after which a series is over, and after which one that goes on is written again (client-go/tools/events). */
const finishTime = 360_000;
const refreshTime = 1_800_000;

/**
 * The events of one source through events.k8s.io (k8s.io/client-go/tools/events v0.34, event_broadcaster.go): the second of
 * equal ones makes it a series; how long that has become is written only every half hour and at its end.
 */
export class EventSeries {
  readonly #clock: RehearsalClock;
  readonly #known = new Map<string, Series & { at: number; write: (series: Series) => void }>();

  constructor(clock: RehearsalClock) {
    this.#clock = clock;
  }

  /** `create` writes the first event and returns how its series is written. */
  observe(key: string, create: () => (series: Series) => void): void {
    const known = this.#known.get(key);
    if (known === undefined) {
      const series = { count: 1, lastObserved: this.#clock.microTimestamp(), at: this.#clock.now(), write: create() };
      this.#known.set(key, series);
      this.#clock.after(finishTime, () => this.#look(key, finishTime));
      return;
    }
    known.count += 1;
    known.lastObserved = this.#clock.microTimestamp();
    known.at = this.#clock.now();
    if (known.count === 2) known.write(known);
  }

  #look(key: string, sinceWritten: number): void {
    const series = this.#known.get(key);
    if (series === undefined) return;
    const isOver = this.#clock.now() - series.at >= finishTime;
    const isDue = sinceWritten >= refreshTime;
    if (series.count > 1 && (isOver || isDue)) series.write(series);
    if (isOver) this.#known.delete(key);
    else this.#clock.after(finishTime, () => this.#look(key, isDue ? finishTime : sinceWritten + finishTime));
  }
}
