import { isDeepStrictEqual } from 'node:util';
import { Bug } from '../errors/errors.ts';
import type { EngineEvent } from '../events/events.ts';
import type { Clock } from '../clock.ts';
import type { JsonObject, PlanStep, StepId } from '../plan/plan.ts';
import type { DescribeContext } from '../plan/step-plan.ts';
import { fillOutputs } from './outputs.ts';
import type { Lend } from './places.ts';
import { StepFailure, type AnyStep, type LedgerEntry, type MadeObject, type Making, type StepContext } from './step.ts';

/** Makes the world of one step. The engine adds what only it knows. */
export type ContextFactory = (step: PlanStep, own: OwnContext) => StepContext;
export type OwnContext = Pick<
  StepContext,
  'signal' | 'isAfterChange' | 'finished' | 'progress' | 'waiting' | 'warn' | 'output' | 'rollout'
>;

/** What one attempt of one step looks at, and whom it tells. */
export interface Attempt {
  planned: PlanStep;
  kind: AnyStep;
  /** What earlier steps found out. */
  outputs: JsonObject;
  /** What this run made of the step in an earlier attempt. */
  earlier: LedgerEntry | undefined;
  /** What the ledger said of it when the run began. */
  recorded: LedgerEntry | undefined;
  isAfterChange: boolean;
  context: ContextFactory;
  describe: DescribeContext;
  /** Each ends the attempt: a stop, a kill, another step that failed. */
  ends: readonly AbortSignal[];
  /** Nothing new may begin. */
  isHalted: () => boolean;
  timers: Pick<Clock, 'after'>;
  clock: () => Date;
  /** Of another step; false: it failed, or was never reached. undefined: there is none. */
  settled: (step: StepId) => Promise<boolean> | undefined;
  /** For the time of a wait for another step. */
  lend: Lend;
  /** Resolves when it is written down what is about to be made. */
  intends: (entry: LedgerEntry | undefined) => Promise<void>;
  /** It is made, and not proven yet. */
  made: (entry: LedgerEntry) => void;
  say: (event: EngineEvent) => void;
}

/** An attempt that was ended from outside: no failure of the step. */
export class Ended extends Error {
  constructor(step: StepId, options?: ErrorOptions) {
    super(`${step} was ended`, options);
    this.name = 'Ended';
  }
}

/** The longest time that a timer of Node waits, in milliseconds: 24 days. */
const longestTimer = 2 ** 31 - 1;

/** What a finished step hands on, and what it found worth a warning. */
export interface Finished {
  outputs: JsonObject;
  warnings: string[];
}

/** Throws `Ended` when it was ended, a `StepFailure` `timeout` when its time was up. */
export async function attemptStep(attempt: Attempt): Promise<Finished> {
  const { planned, ends, timers } = attempt;
  const limit = new AbortController();
  const giveUp = () => limit.abort(new Error('timeout'));
  const stopLimit = timers.after(Math.min(planned.timeout * 1000, longestTimer), giveUp);
  const wait: Wait = { blocker: 'it to end' };
  const warnings: string[] = [];
  try {
    const outputs = await act(attempt, AbortSignal.any([...ends, limit.signal]), { wait, warnings });
    return { outputs, warnings };
  } catch (error) {
    if (error instanceof Ended || ends.some(({ aborted }) => aborted)) throw new Ended(planned.id, { cause: error });
    if (limit.signal.aborted) throw timeoutFailure(planned, wait, error);
    throw error;
  } finally {
    stopLimit();
  }
}

/** check, intend, act, verify. */
async function act(attempt: Attempt, signal: AbortSignal, said: Said): Promise<JsonObject> {
  const { kind, earlier, recorded } = attempt;
  const step = filled(attempt);
  const context = contextOf(step, attempt, signal, said);
  const params: unknown = kind.plan.params.parse(step.params);
  const found = await kind.check(params as never, context);
  if (found.found === 'blocked') throw new StepFailure(found);
  if (found.found === 'done') return found.outputs ?? {};
  mayAct(attempt, signal);
  const before = earlier ?? recorded;
  const intended = found.makes === undefined ? undefined : intendedEntry(step, found.makes, before);
  await attempt.intends(intended);
  mayAct(attempt, signal);
  const result = await kind.run(params as never, context);
  if (result.made !== undefined || result.undo !== undefined) attempt.made(entryOf(step, result, intended ?? before));
  await kind.verify?.(params as never, context);
  return result.outputs ?? {};
}

/** An act that cannot be ended does not begin any more either, once the run is to end. */
function mayAct({ planned, isHalted }: Attempt, signal: AbortSignal): void {
  signal.throwIfAborted();
  if (isHalted()) throw new Ended(planned.id);
}

/** The step with what earlier ones found out; its commands are written anew where a value was missing in the plan. */
function filled({ planned, kind, outputs, describe }: Attempt): PlanStep {
  const params = fillOutputs(planned.params, outputs);
  if (isDeepStrictEqual(params, planned.params)) return planned;
  const { commands } = kind.plan.describe(kind.plan.params.parse(params), describe);
  return { ...planned, params, commands };
}

/** What is waited for now: the last words when the time is up. */
interface Wait {
  blocker: string;
}

/** What a step has said in passing. */
interface Said {
  wait: Wait;
  warnings: string[];
}

function contextOf(step: PlanStep, attempt: Attempt, signal: AbortSignal, { wait, warnings }: Said): StepContext {
  const { say, clock, earlier, isAfterChange } = attempt;
  const { id } = step;
  const context = attempt.context(step, {
    signal,
    isAfterChange,
    finished: (other) => untilFinished(other, attempt, signal),
    progress: (message, done, total) =>
      say({
        type: 'step.progressed',
        step: id,
        message,
        ...(done === undefined ? {} : { done }),
        ...(total === undefined ? {} : { total }),
      }),
    waiting: (blocker) => {
      // The same blocker again is no news: since when it is waited for stays true.
      if (blocker === wait.blocker) return;
      wait.blocker = blocker;
      say({ type: 'step.waiting', step: id, blocker, since: clock().toISOString() });
    },
    warn: (text) => void warnings.push(text),
    output: (lines) => say({ type: 'step.output', step: id, lines }),
    rollout: (change) => say({ type: 'rollout.changed', step: id, ...change }),
  });
  return earlier === undefined ? context : { ...context, before: earlier };
}

async function untilFinished(other: StepId, { planned, settled, lend }: Attempt, signal: AbortSignal): Promise<void> {
  const end = settled(other);
  if (end === undefined) throw new Bug(`${planned.id} waits for ${other}, which is no step of the plan`);
  signal.throwIfAborted();
  const wait = () =>
    new Promise<boolean>((resolve, reject) => {
      const giveUp = () => reject(signal.reason as Error);
      signal.addEventListener('abort', giveUp, { once: true });
      void end.then(resolve).finally(() => signal.removeEventListener('abort', giveUp));
    });
  const isFinished = await lend(wait);
  if (!isFinished) throw new Ended(planned.id);
}

function timeoutFailure({ timeout }: PlanStep, { blocker }: Wait, error: unknown): StepFailure {
  return new StepFailure({
    code: 'timeout',
    cause: `Given up after ${timeout} s, waiting for ${blocker}`,
    evidence: error instanceof StepFailure ? error.failure.evidence : [],
    remedy: ['Look inside the step for what it waits for; a longer time is --timeout, or timeout: in the recipe.'],
  });
}

/** What the ledger keeps: what is made now, and of what was made before whatever is not made anew. */
function entryOf(step: PlanStep, making: Making, before: LedgerEntry | undefined): LedgerEntry {
  const made = making.made ?? [];
  return {
    step: step.id,
    kind: step.kind,
    inputHash: step.inputHash,
    made: [...without(before?.made ?? [], made), ...made],
    undo: { ...before?.undo, ...making.undo },
    holdsData: making.holdsData ?? before?.holdsData ?? false,
  };
}

/** undefined: the ledger names all of it already, with the uid that it had. */
function intendedEntry(step: PlanStep, making: Making, before: LedgerEntry | undefined): LedgerEntry | undefined {
  const news = without(making.made ?? [], before?.made ?? []);
  return before !== undefined && news.length === 0 ? undefined : entryOf(step, { ...making, made: news }, before);
}

function without(objects: readonly MadeObject[], others: readonly MadeObject[]): MadeObject[] {
  return objects.filter(
    (object) =>
      !others.some(
        ({ kind, name, namespace }) => kind === object.kind && name === object.name && namespace === object.namespace,
      ),
  );
}
