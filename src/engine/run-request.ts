import type { Clock } from '../clock.ts';
import type { Emit, Failure } from '../events/events.ts';
import type { JsonObject, Plan, PlanStep, StepId, StepKind } from '../plan/plan.ts';
import type { DescribeContext } from '../plan/step-plan.ts';
import type { ContextFactory } from './attempt.ts';
import type { Decide } from './decisions.ts';
import type { AnyStep, LedgerEntry } from './step.ts';

/** What the engine writes down of a run: the journal before and after each act, the ledger with it. */
export interface RunRecord {
  /** `entry`: what the step is about to make, when the ledger does not say so; it does when this resolves. */
  intends(step: PlanStep, attempt: number, entry: LedgerEntry | undefined): Promise<void>;
  /** `entry`: what this run made; undefined: nothing that the ledger does not say already. */
  did(step: PlanStep, changed: boolean, entry: LedgerEntry | undefined): Promise<void>;
  failed(step: PlanStep, failure: Failure): Promise<void>;
}

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
  /** Takes known secrets out of a text: whatever is said or written down goes through it. */
  redact?: (text: string) => string;
  /** No new step starts, interruptible ones end. */
  stop: AbortSignal;
  /** Everything ends. */
  kill: AbortSignal;
  /** Asks what to do with a failed step, one at a time; absent: nobody is there. Rejects when its signal is aborted. */
  decide?: Decide;
  /** Milliseconds, monotonic. */
  now: () => number;
  clock: () => Date;
  /** For limits and pauses; the system's unless told. */
  timers?: Pick<Clock, 'after'>;
  /** From 0 to 1, spreads pauses. */
  random?: () => number;
}

export interface RunResult {
  outcome: 'done' | 'failed' | 'stopped' | 'change-answer';
  changed: boolean;
  outputs: JsonObject;
  failures: { step: StepId; failure: Failure }[];
  /** Seconds by step that changed something, or came after one that did. */
  durations: Record<StepId, number>;
}
