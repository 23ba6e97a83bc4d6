import { StatusError } from '../api/status-error.ts';
import type { RehearsalClock } from '../clock.ts';
import { WorkQueue } from './controller.ts';

/** Milliseconds before a failed key is tried again: doubled each time, with this end (client-go DefaultTypedControllerRateLimiter). */
const firstRetry = 5;
const lastRetry = 1_000_000;

/** A work queue whose refused reconciliations come back later and later, as the controllers of Kubernetes do it. */
export class Reconciler {
  readonly #clock: RehearsalClock;
  readonly #queue: WorkQueue;
  readonly #failures = new Map<string, number>();
  readonly #soon = new Set<string>();
  readonly #timers = new Map<string, { at: number; cancel: () => void }>();

  constructor(clock: RehearsalClock, reconcile: (key: string) => void) {
    this.#clock = clock;
    this.#queue = new WorkQueue(clock, (key) => {
      try {
        reconcile(key);
        this.#failures.delete(key);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        const count = this.#failures.get(key) ?? 0;
        this.#failures.set(key, count + 1);
        this.#queue.addAfter(key, Math.min(lastRetry, firstRetry * 2 ** Math.min(count, 30)));
      }
    });
  }

  add(key: string): void {
    this.#queue.add(key);
  }

  /** How many keys wait to be looked at soon. */
  get soon(): number {
    return this.#soon.size;
  }

  /** Many changes within the time are one reconciliation: for sets of thousands of pods. */
  addSoon(key: string, milliseconds: number): void {
    if (milliseconds <= 0) return this.#queue.add(key);
    if (this.#soon.has(key)) return;
    this.#soon.add(key);
    this.#clock.after(milliseconds, () => {
      this.#soon.delete(key);
      this.#queue.add(key);
    });
  }

  /** At the latest in so many milliseconds: an earlier appointment of the key stays, a later one is replaced. */
  addAfter(key: string, milliseconds: number): void {
    const at = this.#clock.now() + Math.max(0, milliseconds);
    const known = this.#timers.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    const cancel = this.#clock.after(milliseconds, () => {
      this.#timers.delete(key);
      this.#queue.add(key);
    });
    this.#timers.set(key, { at, cancel });
  }
}
