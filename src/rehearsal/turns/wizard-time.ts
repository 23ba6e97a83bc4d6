import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as realTime } from 'node:timers/promises';
import type { ProgramTime } from '../../clock.ts';
import type { Transport } from '../../kubernetes/watch/transport.ts';
import type { RunCommand } from '../../tools/shell/run.ts';
import { ManualClock } from '../clock.ts';
import type { RehearsalControl } from '../control-client.ts';
import { areIdle } from './idle-programs.ts';
import { heldRun } from './held-run.ts';
import { Outside } from './outside.ts';
import { WatchInbox } from './watch-inbox.ts';

/** Real milliseconds between looks at whether the programs have anything to do. */
const lookEvery = 5;
/** So often in a row they must have had nothing: what they are sent may still be on its way. */
const looks = 4;
/** So often when a program has something to act on: it may have timers of its own (Helm's status watcher: some 100 ms). */
const looksWhenDue = 60;
/** Where that cannot be seen: real milliseconds after which a program is taken to wait. */
const reactionTime = 300;
/** Real milliseconds after which a program that does not end is taken to ask the cluster again and again. */
const stuckAfter = 5000;
/** Its time then goes at this speed: such a program counts real seconds. */
const stuckSpeed = 20;

export interface WizardTimeSettings {
  control: Pick<RehearsalControl, 'giveTurn' | 'takeBack'>;
  /** Milliseconds since 1970. */
  start: number;
  /** How much faster than life; absent: as fast as the machine can. */
  speed?: number;
  /** How fast it goes while nobody but the person is waited for. */
  idleSpeed: number;
  /** Numbers of the processes that were started: programs, and the cluster. */
  programs(): Iterable<number>;
  /** An error that is a mistake of ours. */
  bug(error: unknown): void;
}

/**
 * The wizard's side of the turns: its time. It stands still while the wizard, or something that it began, has anything to
 * do. What programs and requests bring is handed over in the order in which they were begun, what watches bring in the
 * order of their addresses: so a run depends on its seed, and not on the machine.
 */
export class WizardTime implements ProgramTime {
  readonly #settings: WizardTimeSettings;
  readonly #clock: ManualClock;
  readonly #outside: Outside;
  readonly #inbox: WatchInbox;
  #stopHearing: () => void = () => undefined;
  #isClosed = false;
  /** What runs outside has not moved for long. */
  #isStuck = false;
  #isActionDue = false;
  #questions = 0;
  #turns = 0;
  /** Set while the cluster has the turn: when it gives it back at the latest. */
  #lent: { until: number | undefined; since: number; speed: number | undefined } | undefined;

  constructor(settings: WizardTimeSettings) {
    this.#settings = settings;
    this.#clock = new ManualClock(settings.start);
    this.#outside = new Outside(() => this.#wake());
    this.#inbox = new WatchInbox(this);
    this.#live().catch((error: unknown) => {
      if (!this.#isClosed) settings.bug(error);
    });
  }

  /** While the cluster has the turn, about as far as it will have come. */
  now(): number {
    const standing = this.#clock.now();
    if (this.#lent?.speed === undefined) return standing;
    const { until = Infinity, since, speed } = this.#lent;
    return Math.min(until, standing + (performance.now() - since) * speed);
  }

  /** What the cluster has come to for sure: it never goes back. */
  elapsed(): number {
    return this.#clock.now();
  }

  after(milliseconds: number, act: () => void): () => void {
    const at = this.now() + milliseconds;
    const cancel = this.#clock.after(at - this.#clock.now(), act);
    if (this.#lent !== undefined && at < (this.#lent.until ?? Infinity)) this.#wake();
    return cancel;
  }

  during<T>(act: () => Promise<T>): Promise<T> {
    return this.#outside.begin(act);
  }

  /** As `during`, for a program that changes the cluster: one after the other. */
  duringAlone<T>(act: () => Promise<T>): Promise<T> {
    return this.#outside.beginAlone(act);
  }

  /** The same programs, in this time. */
  run(run: RunCommand): RunCommand {
    return heldRun(run, this);
  }

  /** The same requests, in this time. */
  transport(transport: Transport): Transport {
    return this.#inbox.transport(transport);
  }

  /** While a person is asked, time goes at a pace that they can follow. */
  async attended<T>(ask: () => Promise<T>): Promise<T> {
    this.#questions += 1;
    this.#wake();
    try {
      return await ask();
    } finally {
      this.#questions -= 1;
      this.#wake();
    }
  }

  /** Time goes no further. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async #live(): Promise<void> {
    while (!this.#isClosed) {
      await untilQuiet();
      if (this.#outside.deliverNext()) continue;
      if (this.#clock.nextTimer !== undefined && this.#clock.nextTimer <= this.#clock.now()) {
        this.#clock.settle();
        continue;
      }
      if (this.#outside.running > 0) await this.#untilIdle();
      if (!this.#isClosed && !this.#outside.hasSomething) await this.#lend();
    }
  }

  /** Gives the cluster its turn, and takes what comes of it. */
  async #lend(): Promise<void> {
    const { control } = this.#settings;
    const outside = this.#outside.running;
    const until = this.#clock.nextTimer;
    const isStuck = outside > 0 && this.#isStuck;
    this.#turns += 1;
    const given = { number: this.#turns, ...this.#pace(), outside, isStuck, ...(until === undefined ? {} : { until }) };
    this.#lent = { until, since: performance.now(), speed: given.speed };
    const turn = control.giveTurn(given);
    const heard = this.#heard(outside > 0 && !isStuck ? stuckAfter : undefined);
    let end = await Promise.race([turn, heard.then((why) => void (this.#isStuck ||= why === 'late'))]);
    if (end === undefined) {
      await control.takeBack(given);
      end = await turn;
    }
    this.#stopHearing();
    this.#lent = undefined;
    this.#isActionDue = end.isActionDue;
    if (end.now > this.#clock.now()) this.#outside.park();
    await this.#inbox.arrived(end.watches);
    this.#clock.moveTo(end.now);
    this.#inbox.deliver();
  }

  /** Until something outside has finished, or none of the programs has anything to do but to wait. */
  async #untilIdle(): Promise<void> {
    const { programs } = this.#settings;
    const wanted = this.#isActionDue ? looksWhenDue : looks;
    let idle = 0;
    while (idle < wanted) {
      if ((await this.#heard(lookEvery)) === 'news' || this.#isClosed) return;
      const areAll = areIdle(programs());
      if (areAll === undefined) return void (await this.#heard(reactionTime));
      idle = areAll ? idle + 1 : 0;
    }
  }

  #pace(): { speed?: number } {
    const { speed, idleSpeed } = this.#settings;
    if (this.#isStuck) return { speed: Math.min(speed ?? stuckSpeed, stuckSpeed) };
    if (speed !== undefined) return { speed };
    return this.#questions > 0 || this.#clock.nextTimer === undefined ? { speed: idleSpeed } : {};
  }

  /** Resolves when something was begun or has finished, or nobody wants to know any more; or after so many real milliseconds. */
  async #heard(milliseconds?: number): Promise<'news' | 'late'> {
    const heard = new Promise<'news'>((resolve) => (this.#stopHearing = () => resolve('news')));
    if (milliseconds === undefined) return heard;
    const stop = new AbortController();
    const late = realTime(milliseconds, 'late' as const, { signal: stop.signal }).catch(() => 'late' as const);
    const why = await Promise.race([heard, late]);
    stop.abort();
    return why;
  }

  #wake(): void {
    this.#isStuck = false;
    this.#stopHearing();
  }
}

/** Until this program has nothing left to do but to wait: for timers, programs, connections or keys. */
async function untilQuiet(): Promise<void> {
  for (let looks = 0; ; looks += 1) {
    // Files on a slow disk take long enough to let others have the processor.
    await (looks < 50 ? nextTurn() : realTime(1));
    if (!process.getActiveResourcesInfo().some((resource) => work.has(resource))) return;
  }
}

/** What Node calls its own work that is still to come: files, names, callbacks of the next turn. */
const work = new Set(['FSReqPromise', 'FSReqCallback', 'GetAddrInfoReqWrap', 'Immediate', 'CloseReq']);
