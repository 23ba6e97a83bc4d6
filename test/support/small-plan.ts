import { z } from 'zod';
import { runPlan } from '../../src/engine/run-plan.ts';
import type { RunRequest, RunResult } from '../../src/engine/run-request.ts';
import { ToolError } from '../../src/errors/errors.ts';
import { done, StepFailure, todo, type AnyStep, type LedgerEntry, type StepContext } from '../../src/engine/step.ts';
import type { DecisionAnswer, Decision, EngineEvent, Failure } from '../../src/events/events.ts';
import type { JsonObject, Plan, PlanStep, StepId, StepKind } from '../../src/plan/plan.ts';
import { ManualClock } from '../kubernetes/support/manual-clock.ts';
import { runningTarget } from './world.ts';

export { done, todo };

/** Steps by id: kind and what they need. */
export type Shape = Record<StepId, { kind?: StepKind; needs?: StepId[]; params?: JsonObject; timeout?: number }>;

export function planOf(shape: Shape): Plan {
  const steps = Object.entries(shape).map(
    ([id, { kind = 'secret', needs = [], params = {}, timeout = 60 }]): PlanStep => ({
      id,
      kind,
      verb: 'create',
      title: id,
      commands: [],
      params,
      needs,
      origins: {},
      inputHash: `hash of ${id}`,
      timeout,
    }),
  );
  return {
    version: 1,
    recipe: { name: 'shop', title: 'Shop', digest: '' },
    environment: 'local',
    namespace: 'shop',
    target: runningTarget,
    steps,
    leftOut: [],
    criticalPath: [],
    endpoints: [],
    checksByHand: [],
  };
}

/** A kind of step made of functions: by default there is something to do, and doing it makes something. */
export function kind(acts: Partial<Omit<AnyStep, 'plan'>> = {}): AnyStep {
  return {
    plan: {
      kind: 'secret',
      params: z.looseObject({}),
      timeout: 60,
      why: '',
      describe: (params) => ({ verb: 'create', title: '', commands: [[JSON.stringify(params)]] }),
    },
    check: async () => todo('it is wanted'),
    run: async () => ({ made: [], undo: {} }),
    ...acts,
  };
}

/** What was written down, as words. */
export interface Written {
  lines: string[];
  entries: LedgerEntry[];
}

export interface SmallRun {
  result: Promise<RunResult>;
  events: EngineEvent[];
  written: Written;
  clock: ManualClock;
  stop: AbortController;
  kill: AbortController;
  /** Resolves as soon as an event of such a type, of such a step, was said. */
  said: (type: EngineEvent['type'], step?: StepId) => Promise<EngineEvent>;
}

export interface SmallRunOptions {
  kinds: Partial<Record<StepKind, AnyStep>>;
  ledger?: LedgerEntry[];
  decide?: (decision: Decision, signal: AbortSignal) => Promise<DecisionAnswer>;
  record?: Partial<RunRequest['record']>;
  emit?: (event: EngineEvent) => void;
  redact?: (text: string) => string;
}

/** Runs a plan of small steps on time that stands still. */
export function start(plan: Plan, { kinds, ledger = [], decide, record, emit, redact }: SmallRunOptions): SmallRun {
  const events: EngineEvent[] = [];
  const waiting: { wants: (event: EngineEvent) => boolean; found: (event: EngineEvent) => void }[] = [];
  const written: Written = { lines: [], entries: [] };
  const clock = new ManualClock();
  const stop = new AbortController();
  const kill = new AbortController();
  const note = (line: string, entry?: LedgerEntry) => {
    written.lines.push(line);
    if (entry !== undefined) written.entries.push(entry);
  };
  const result = runPlan({
    plan,
    steps: new Map(Object.entries(kinds) as [StepKind, AnyStep][]),
    ledger: new Map(ledger.map((entry) => [entry.step, entry])),
    // These steps look at nothing but what the engine gives them.
    context: (step, own) => ({ ...own, step, before: ledger.find((entry) => entry.step === step.id) }) as StepContext,
    describe: {} as RunRequest['describe'],
    record: {
      intends: async ({ id }, attempt, entry) => note(`intends ${id} ${attempt}`, entry),
      did: async ({ id }, changed, entry) => note(`did ${id} ${changed ? 'changed' : 'same'}`, entry),
      failed: async ({ id }: PlanStep, { code }: Failure) => note(`failed ${id} ${code}`),
      ...record,
    },
    emit: (event) => {
      events.push(event);
      for (const waiter of waiting.filter(({ wants }) => wants(event))) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.found(event);
      }
      emit?.(event);
    },
    ...(redact === undefined ? {} : { redact }),
    stop: stop.signal,
    kill: kill.signal,
    ...(decide === undefined ? {} : { decide }),
    now: () => clock.now(),
    clock: () => new Date(clock.now()),
    timers: clock,
    random: () => 1,
  });
  const said: SmallRun['said'] = (type, step) => {
    const wants = (event: EngineEvent) =>
      event.type === type && (step === undefined || ('step' in event && event.step === step));
    const past = events.find(wants);
    return past === undefined ? new Promise((found) => waiting.push({ wants, found })) : Promise.resolve(past);
  };
  return { result, events, written, clock, stop, kill, said };
}

/** A promise that a test settles. */
export interface Gate<T> {
  passed: Promise<T>;
  open: (value: T) => void;
  fail: (error: Error) => void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const passed = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  passed.catch(() => undefined); // Whoever waits for it gets the error.
  return { passed, open, fail };
}

/** Events as words, for comparisons: `started a`. */
export function words(events: readonly EngineEvent[]): string[] {
  return events.map((event) => ('step' in event ? `${event.type.replace('step.', '')} ${event.step}` : event.type));
}

/** A failure that heals by waiting. */
export const busy = () =>
  new ToolError('the registry is busy', { argv: ['docker', 'push'], status: 1, lastLines: [], isTransient: true });

/** A failure that a step knows the cause of. */
export const cannot = () =>
  new StepFailure({ code: 'no-room', cause: 'there is no room', evidence: ['seen'], remedy: ['make room'] });
