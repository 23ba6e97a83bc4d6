import type { DecisionAction, EngineEvent, Failure } from '../events/events.ts';
import { pause, systemClock, type Clock } from '../clock.ts';
import type { JsonObject, PlanStep, StepId } from '../plan/plan.ts';
import { Bug, messageOf } from '../errors/errors.ts';
import { redactIn } from '../secrets/redact.ts';
import { attemptStep, Ended } from './attempt.ts';
import { Decisions, type Decide } from './decisions.ts';
import { failureOf, isTransient } from './failure.ts';
import { placesPerKind, type Lend, type Places } from './places.ts';
import type { RunRequest, RunResult } from './run-request.ts';
import type { AnyStep, LedgerEntry } from './step.ts';

const attempts = 4;
const firstPause = 1000;

/** Runs a plan: every step as soon as those it needs are finished, side by side. Never throws for a failing step. */
export async function runPlan(request: RunRequest): Promise<RunResult> {
  const run = new Run(request);
  return run.all();
}

class Run {
  readonly #request: RunRequest;
  readonly #timers: Pick<Clock, 'after'>;
  readonly #places: Places;
  readonly #settled = new Map<StepId, Promise<boolean>>();
  /** What this run has made so far, by step. */
  readonly #made = new Map<StepId, LedgerEntry>();
  readonly #outputs: JsonObject = {};
  readonly #failures: RunResult['failures'] = [];
  readonly #durations: Record<StepId, number> = {};
  readonly #halt = new AbortController();
  /** undefined: nobody is there to ask. */
  readonly #decisions: Decisions | undefined;
  #wantsChange = false;

  constructor(request: RunRequest) {
    this.#request = request;
    this.#timers = request.timers ?? systemClock;
    this.#places = placesPerKind(request.steps);
    this.#decisions = request.decide === undefined ? undefined : this.#decisionsBy(request.decide);
  }

  #decisionsBy(decide: Decide): Decisions {
    return new Decisions({
      decide,
      signal: AbortSignal.any([this.#request.stop, this.#request.kill, this.#halt.signal]),
      say: (event) => this.#say(event),
      decided: (step, action) => {
        // Before the next question: it is not asked any more then.
        if (action !== 'retry') this.#halt.abort(new Error(`${step} failed`));
        if (action === 'change-answer') this.#wantsChange = true;
      },
      failed: (step, error) => this.#fail(step, this.#failureOf(error)),
    });
  }

  async all(): Promise<RunResult> {
    const { plan, stop, kill } = this.#request;
    for (const { id, when } of plan.leftOut) this.#say({ type: 'step.skipped', step: id, reason: when });
    for (const step of plan.steps) this.#settled.set(step.id, this.#settle(step));
    const results = await Promise.all(this.#settled.values());
    const isStopped = stop.aborted || kill.aborted;
    return {
      outcome: this.#wantsChange
        ? 'change-answer'
        : this.#failures.length > 0
          ? 'failed'
          : isStopped && results.includes(false)
            ? 'stopped'
            : 'done',
      changed: this.#made.size > 0,
      outputs: this.#outputs,
      failures: this.#failures,
      durations: this.#durations,
    };
  }

  /** Never rejects: what fails besides a step (the journal, the front end, a kind that is not there) stops the run as well. */
  async #settle(step: PlanStep): Promise<boolean> {
    try {
      return await this.#whenReady(step);
    } catch (error) {
      this.#fail(step.id, this.#failureOf(error));
      return false;
    }
  }

  /** true: the step is finished. false: it failed, was ended, or was never reached. */
  async #whenReady(step: PlanStep): Promise<boolean> {
    // The steps of a plan are in order, so those that this one needs are in the map already.
    const needed = await Promise.all(step.needs.flatMap((need) => this.#settled.get(need) ?? []));
    if (needed.includes(false) || this.#isHalted()) return false;
    const kind = this.#request.steps.get(step.kind);
    if (kind === undefined) throw new Bug(`no step kind ${step.kind}`);
    return this.#places.take(step.kind, async (lend) =>
      this.#isHalted() ? false : this.#untilDecided(step, kind, lend),
    );
  }

  #isHalted(): boolean {
    return this.#request.stop.aborted || this.#request.kill.aborted || this.#halt.signal.aborted;
  }

  async #untilDecided(step: PlanStep, kind: AnyStep, lend: Lend): Promise<boolean> {
    // Each decision to try again gives back all attempts.
    for (let attempt = 1, decided = 0; ; attempt += 1) {
      const started = this.#request.now();
      this.#say({ type: 'step.started', step: step.id, attempt });
      try {
        const warnings = await this.#attempt(step, { kind, attempt, lend });
        const entry = this.#made.get(step.id);
        const changed = entry !== undefined;
        await this.#request.record.did(step, changed, entry);
        const duration = (this.#request.now() - started) / 1000;
        // A wait after a change takes its time too; one that found all as it was says nothing of the next.
        if (changed || this.#isAfterChange(step)) this.#durations[step.id] = duration;
        const more = warnings.length === 0 ? {} : { warnings };
        this.#say({ type: 'step.finished', step: step.id, changed, duration, ...more });
        return true;
      } catch (error) {
        if (error instanceof Ended) return false;
        if (isTransient(error) && attempt - decided < attempts && !this.#isHalted()) {
          await this.#pause(step, attempt - decided, error);
          if (this.#isHalted()) return false;
          continue;
        }
        const failure = this.#failureOf(error);
        if ((await this.#decide(step, failure)) === 'retry') {
          decided = attempt;
          continue;
        }
        this.#fail(step.id, failure);
        return false;
      }
    }
  }

  /** Tells of a failure and asks what now. Nobody is asked while the run ends anyway. */
  async #decide(step: PlanStep, failure: Failure): Promise<DecisionAction> {
    const { record } = this.#request;
    this.#say({ type: 'step.failed', step: step.id, ...failure });
    try {
      await record.failed(step, failure);
    } catch (error) {
      this.#fail(step.id, this.#failureOf(error));
    }
    return this.#decisions === undefined ? 'stop' : this.#decisions.on(step.id, failure);
  }

  async #pause(step: PlanStep, attempt: number, error: unknown): Promise<void> {
    const { clock, stop, kill, random = Math.random } = this.#request;
    // Jitter keeps several steps that failed for one reason from coming back at once.
    const milliseconds = firstPause * 2 ** (attempt - 1) * (0.5 + random() / 2);
    this.#say({
      type: 'step.waiting',
      step: step.id,
      blocker: `${messageOf(error)}; tried again in ${Math.ceil(milliseconds / 1000)} s`,
      since: clock().toISOString(),
    });
    const signal = AbortSignal.any([stop, kill, this.#halt.signal]);
    const time: Clock = { now: () => clock().getTime(), after: (wait, act) => this.#timers.after(wait, act) };
    await pause(time, milliseconds, signal);
  }

  /** Warnings. */
  async #attempt(
    step: PlanStep,
    { kind, attempt, lend }: { kind: AnyStep; attempt: number; lend: Lend },
  ): Promise<string[]> {
    const { record, ledger, context, describe, clock, stop, kill } = this.#request;
    const { outputs, warnings } = await attemptStep({
      planned: step,
      kind,
      outputs: this.#outputs,
      earlier: this.#made.get(step.id),
      recorded: ledger.get(step.id),
      isAfterChange: this.#isAfterChange(step),
      context,
      describe,
      ends: kind.isUninterruptible === true ? [kill] : [kill, stop, this.#halt.signal],
      isHalted: () => this.#isHalted(),
      timers: this.#timers,
      clock,
      settled: (other) => this.#settled.get(other),
      lend,
      intends: async (entry) => {
        await record.intends(step, attempt, entry);
        if (entry !== undefined) this.#made.set(step.id, entry);
      },
      made: (entry) => this.#made.set(step.id, entry),
      say: (event) => this.#say(event),
    });
    Object.assign(this.#outputs, outputs);
    return warnings;
  }

  /** Whether a step that this one needs, directly or not, changed something. */
  #isAfterChange(step: PlanStep): boolean {
    const before = new Set<StepId>(step.needs);
    // A set is walked in the order of insertion, and what is added on the way is walked too.
    const { steps } = this.#request.plan;
    for (const id of before) for (const need of steps.find((other) => other.id === id)?.needs ?? []) before.add(need);
    // A cluster that was started is as it was: nothing that runs in it has changed.
    return steps.some(({ id, kind }) => kind !== 'cluster' && before.has(id) && this.#made.has(id));
  }

  #fail(step: StepId, failure: Failure): void {
    this.#failures.push({ step, failure });
    this.#halt.abort(new Error(`${step} failed`));
  }

  #failureOf(error: unknown): Failure {
    return redactIn(failureOf(error), this.#request.redact);
  }

  /** A front end that fails must not take the record of the run with it: it ends the run in order. */
  #say(event: EngineEvent): void {
    try {
      this.#request.emit(redactIn(event, this.#request.redact));
    } catch (error) {
      this.#fail('step' in event ? event.step : '', this.#failureOf(error));
    }
  }
}
