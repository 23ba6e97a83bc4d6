import { performance } from 'node:perf_hooks';
import type { ManualClock } from '../clock.ts';
import type { Traffic } from './traffic.ts';
import type { Turn, TurnEnd } from './turn.ts';

/**
 * The cluster's side of the turns: moves its clock from one moment to the next while nobody has anything to do, and gives
 * the turn back as soon as the wizard is concerned.
 */
export class ClusterTime {
  readonly #clock: ManualClock;
  readonly #traffic: Traffic;
  readonly #bug: (error: unknown) => void;
  #turn: { turn: Turn; end: (end: TurnEnd) => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  /** Real time at which the clock was moved last: a wait at a given speed counts from there. */
  #movedAt = performance.now();
  #takenBack = 0;

  constructor(clock: ManualClock, traffic: Traffic, bug: (error: unknown) => void) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.#bug = bug;
  }

  /** Lets time pass until the wizard is concerned. A turn that is still open ends. */
  take(turn: Turn): Promise<TurnEnd> {
    this.#end();
    return new Promise((resolve) => {
      this.#turn = { turn, end: resolve };
      if (turn.number <= this.#takenBack) this.#end();
      else this.lookAgain();
    });
  }

  /** Something happened at the wizard: it wants its turn back. */
  takeBack(number: number): void {
    this.#takenBack = number;
    if (this.#turn?.turn.number === number) this.#end();
  }

  #end(): void {
    const open = this.#turn;
    this.#turn = undefined;
    clearTimeout(this.#timer);
    open?.end({ now: this.#clock.now(), ...this.#traffic.report() });
  }

  /** Whether time may move may have changed. */
  lookAgain(): void {
    if (this.#turn === undefined || this.#isLooking) return;
    this.#isLooking = true;
    // Requests and answers that are ready get their turn first.
    setImmediate(() => {
      this.#isLooking = false;
      try {
        this.#look();
      } catch (error) {
        this.#bug(error);
      }
    });
  }

  #look(): void {
    clearTimeout(this.#timer);
    const turn = this.#turn?.turn;
    if (turn === undefined || this.#traffic.active > 0) return;
    if (this.#traffic.hasNews) return this.#end();
    if (turn.outside > this.#traffic.waiting && !turn.isStuck) return;
    const next = earliest(this.#clock.nextTimer, turn.until);
    if (next === undefined) return;
    const wait = this.#waitBefore(next, turn);
    if (wait > 0) {
      this.#timer = setTimeout(() => this.lookAgain(), wait);
      return;
    }
    this.#clock.advance(Math.max(0, next - this.#clock.now()));
    this.#movedAt = performance.now();
    if (turn.until !== undefined && next >= turn.until) return this.#end();
    this.lookAgain();
  }

  /** Real milliseconds. */
  #waitBefore(next: number, { speed }: Turn): number {
    return speed === undefined ? 0 : (next - this.#clock.now()) / speed - (performance.now() - this.#movedAt);
  }
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
