import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { DecisionAnswer, Decision, Emit, Failure } from '../events/events.ts';
import type { JsonObject, Plan, PlanStep, StepId, StepKind } from '../plan/plan.ts';
import type { DescribeContext } from '../plan/step-plan.ts';
import { Bug } from '../errors/errors.ts';
import { failureOf, isTransient } from './failure.ts';
import { placesPerKind, type Places } from './places.ts';
import { fillOutputs } from './outputs.ts';
import { StepFailure, type AnyStep, type LedgerEntry, type StepContext, type StepResult } from './step.ts';

/** What the engine writes down of a run: the journal before and after each act, the ledger after it. */
export interface RunRecord {
  intends(step: PlanStep, attempt: number): Promise<void>;
  did(step: PlanStep, changed: boolean, entry: LedgerEntry | undefined): Promise<void>;
  failed(step: PlanStep, failure: Failure): Promise<void>;
}

/** Makes the world of one step. The engine adds what only it knows. */
export type ContextFactory = (step: PlanStep, own: OwnContext) => StepContext;
export type OwnContext = Pick<
  StepContext,
  'signal' | 'isAfterChange' | 'finished' | 'progress' | 'waiting' | 'output' | 'rollout'
>;

export interface RunRequest {
  plan: Plan;
  steps: ReadonlyMap<StepKind, AnyStep>;
  /** What the ledger knows of earlier runs. */
  ledger: ReadonlyMap<StepId, LedgerEntry>;
  context: ContextFactory;
  /** What commands are written with. */
  describe: DescribeContext;
  record: RunRecord;
  emit: Emit;
  /** No new step starts, interruptible ones end. */
  stop: AbortSignal;
  /** Everything ends. */
  kill: AbortSignal;
  /** Asks what to do with a failed step; absent: nobody is there. */
  decide?: (decision: Decision, signal: AbortSignal) => Promise<DecisionAnswer>;
  /** Milliseconds, monotonic. */
  now: () => number;
  clock: () => Date;
}

export interface RunResult {
  outcome: 'done' | 'failed' | 'stopped' | 'change-answer';
  changed: boolean;
  outputs: JsonObject;
  failures: { step: StepId; failure: Failure }[];
  /** Seconds by step that changed something. */
  durations: Record<StepId, number>;
}

const attempts = 4;
const firstPause = 1000;

/** Runs a plan: every step as soon as those it needs are finished, side by side. Never throws for a failing step. */
export async function runPlan(request: RunRequest): Promise<RunResult> {
  const run = new Run(request);
  return run.all();
}

class Run {
  readonly #request: RunRequest;
  readonly #places: Places;
  readonly #settled = new Map<StepId, Promise<boolean>>();
  readonly #changed = new Set<StepId>();
  readonly #outputs: JsonObject = {};
  readonly #failures: RunResult['failures'] = [];
  readonly #durations: Record<StepId, number> = {};
  readonly #halt = new AbortController();
  #wantsChange = false;

  constructor(request: RunRequest) {
    this.#request = request;
    this.#places = placesPerKind(request.steps);
  }

  async all(): Promise<RunResult> {
    const { plan, emit, stop, kill } = this.#request;
    for (const { id, when } of plan.leftOut) emit({ type: 'step.skipped', step: id, reason: when });
    for (const step of plan.steps) this.#settled.set(step.id, this.#whenReady(step));
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
      changed: this.#changed.size > 0,
      outputs: this.#outputs,
      failures: this.#failures,
      durations: this.#durations,
    };
  }

  /** true: the step is finished. false: it failed, or was never reached. */
  async #whenReady(step: PlanStep): Promise<boolean> {
    // The steps of a plan are in order, so those that this one needs are in the map already.
    const needed = await Promise.all(step.needs.map((need) => this.#settled.get(need)));
    if (needed.includes(false) || this.#isHalted()) return false;
    const kind = this.#request.steps.get(step.kind);
    if (kind === undefined) throw new Bug(`no step kind ${step.kind}`);
    return this.#places.take(step.kind, async () => (this.#isHalted() ? false : this.#untilDecided(step, kind)));
  }

  #isAfterChange({ needs }: PlanStep): boolean {
    return needs.some((need) => {
      const step = this.#request.plan.steps.find(({ id }) => id === need);
      return this.#changed.has(need) || (step !== undefined && this.#isAfterChange(step));
    });
  }

  #isHalted(): boolean {
    return this.#request.stop.aborted || this.#request.kill.aborted || this.#halt.signal.aborted;
  }

  async #untilDecided(step: PlanStep, kind: AnyStep): Promise<boolean> {
    const { emit, record, decide, kill } = this.#request;
    for (let attempt = 1; ; attempt += 1) {
      const started = this.#request.now();
      emit({ type: 'step.started', step: step.id, attempt });
      try {
        const changed = await this.#attempt(step, kind, attempt);
        const duration = (this.#request.now() - started) / 1000;
        if (changed) this.#durations[step.id] = duration;
        emit({ type: 'step.finished', step: step.id, changed, duration });
        return true;
      } catch (error) {
        if (this.#isHalted() && this.#failures.every(({ step: failed }) => failed !== step.id)) return false;
        if (isTransient(error) && attempt < attempts) {
          await this.#pause(step, attempt, error);
          if (this.#isHalted()) return false;
          continue;
        }
        const failure = failureOf(error);
        await record.failed(step, failure);
        emit({ type: 'step.failed', step: step.id, ...failure });
        const action = decide === undefined ? 'stop' : await this.#decide(step, failure, decide, kill);
        if (action === 'retry') continue;
        this.#failures.push({ step: step.id, failure });
        this.#wantsChange ||= action === 'change-answer';
        this.#halt.abort(new Error(`${step.id} failed`));
        return false;
      }
    }
  }

  async #decide(step: PlanStep, failure: Failure, decide: NonNullable<RunRequest['decide']>, signal: AbortSignal) {
    const decision: Decision = {
      id: `${step.id}#${this.#failures.length}`,
      step: step.id,
      question: failure.cause,
      options: [
        { action: 'retry', label: 'try again' },
        { action: 'change-answer', label: 'change an answer' },
        { action: 'stop', label: 'stop' },
      ],
    };
    this.#request.emit({ type: 'decision.needed', decision });
    return (await decide(decision, signal)).action;
  }

  async #pause(step: PlanStep, attempt: number, error: unknown): Promise<void> {
    // Full jitter keeps several steps that failed for one reason from coming back at once.
    const pause = firstPause * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    const cause = error instanceof Error ? error.message : String(error);
    this.#request.emit({
      type: 'step.waiting',
      step: step.id,
      blocker: `${cause}; tried again in ${Math.ceil(pause / 1000)} s`,
      since: this.#request.clock().toISOString(),
    });
    await delay(pause, undefined, {
      signal: AbortSignal.any([this.#request.stop, this.#request.kill, this.#halt.signal]),
    }).catch(() => undefined);
  }

  /** The step with what earlier ones found out; its commands are written anew where a value was missing in the plan. */
  #filled(planned: PlanStep, kind: AnyStep): PlanStep {
    const params = fillOutputs(planned.params, this.#outputs);
    if (isDeepStrictEqual(params, planned.params)) return planned;
    const { commands } = kind.plan.describe(kind.plan.params.parse(params), this.#request.describe);
    return { ...planned, params, commands };
  }

  /** check, intend, act, verify. Returns whether it changed something. */
  async #attempt(planned: PlanStep, kind: AnyStep, attempt: number): Promise<boolean> {
    const { record, ledger, context: makeContext } = this.#request;
    const step = this.#filled(planned, kind);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error('timeout')), step.timeout * 1000);
    let blocker = 'it to end';
    const signal = AbortSignal.any([
      this.#request.kill,
      limit.signal,
      ...(kind.isUninterruptible === true ? [] : [this.#request.stop, this.#halt.signal]),
    ]);
    const { emit, clock } = this.#request;
    const id = step.id;
    const context = makeContext(step, {
      signal,
      isAfterChange: this.#isAfterChange(planned),
      finished: async (other) => {
        if ((await this.#settled.get(other)) === false) throw new Error(`${other} failed`);
      },
      progress: (message, done, total) =>
        emit({
          type: 'step.progressed',
          step: id,
          message,
          ...(done === undefined ? {} : { done }),
          ...(total === undefined ? {} : { total }),
        }),
      waiting: (what) => {
        // The same blocker again is no news: since when it is waited for stays true.
        if (what === blocker) return;
        blocker = what;
        emit({ type: 'step.waiting', step: id, blocker: what, since: clock().toISOString() });
      },
      output: (lines) => emit({ type: 'step.output', step: id, lines }),
      rollout: (change) => emit({ type: 'rollout.changed', step: id, ...change }),
    });
    try {
      const params: unknown = kind.plan.params.parse(step.params);
      const found = await kind.check(params as never, context);
      if (found.found === 'blocked') throw new StepFailure(found);
      if (found.found === 'done') {
        Object.assign(this.#outputs, found.outputs ?? {});
        await record.did(step, false, undefined);
        return false;
      }
      await record.intends(step, attempt);
      const result: StepResult = await kind.run(params as never, context);
      await kind.verify?.(params as never, context);
      Object.assign(this.#outputs, result.outputs ?? {});
      const isRead = result.made === undefined && result.undo === undefined;
      if (!isRead) this.#changed.add(id);
      await record.did(step, !isRead, isRead ? undefined : entryOf(step, result, ledger.get(id)));
      return !isRead;
    } catch (error) {
      if (limit.signal.aborted && !this.#isHalted()) {
        throw new StepFailure({
          code: 'timeout',
          cause: `Given up after ${step.timeout} s, waiting for ${blocker}`,
          evidence: error instanceof StepFailure ? error.failure.evidence : [],
          remedy: [
            'Look inside the step for what it waits for; a longer time is --timeout, or timeout: in the recipe.',
          ],
        });
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function entryOf(step: PlanStep, result: StepResult, before: LedgerEntry | undefined): LedgerEntry {
  const made = [
    ...(before?.made ?? []).filter(
      (old) =>
        !result.made?.some((now) => now.kind === old.kind && now.name === old.name && now.namespace === old.namespace),
    ),
    ...(result.made ?? []),
  ];
  return {
    step: step.id,
    kind: step.kind,
    inputHash: step.inputHash,
    made,
    undo: { ...before?.undo, ...result.undo },
    holdsData: result.holdsData ?? before?.holdsData ?? false,
  };
}
