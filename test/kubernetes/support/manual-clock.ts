import type { Clock } from '../../../src/clock.ts';

interface Timer {
  at: number;
  milliseconds: number;
  act: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-11-24T08:00:00Z');
  #timers = new Set<Timer>();
  #waiting: { wanted: (milliseconds: number) => boolean; found: (milliseconds: number) => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.#now + milliseconds, milliseconds, act };
    this.#timers.add(timer);
    for (const waiting of this.#waiting.filter(({ wanted }) => wanted(milliseconds))) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.found(milliseconds);
    }
    return () => void this.#timers.delete(timer);
  }

  /** Resolves with its length as soon as a timer of such a length runs. */
  timer(wanted: (milliseconds: number) => boolean): Promise<number> {
    const running = [...this.#timers].find(({ milliseconds }) => wanted(milliseconds));
    if (running !== undefined) return Promise.resolve(running.milliseconds);
    return new Promise((found) => {
      this.#waiting.push({ wanted, found });
    });
  }

  /** Moves time and lets what is due act, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let due = this.#due(end); due !== undefined; due = this.#due(end)) {
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.act();
    }
    this.#now = end;
  }

  /** The machine slept: the wall clock is ahead, and only then do timers act, each once. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      if (this.#timers.delete(timer)) timer.act();
    }
  }

  #due(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
