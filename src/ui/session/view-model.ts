import type { Decision, Failure, RolloutChanged } from '../../events/events.ts';
import type { Plan, StepDescription, StepId, StepKind } from '../../plan/plan.ts';
import { emptyRing, type LogRing } from './log-ring.ts';

/** Milliseconds since 1970. */
export type Moment = number;

export type Rollout = Omit<RolloutChanged, 'type' | 'step'>;

export type StepState =
  /** `after`: the needed steps that are not finished, in plan order. */
  | { is: 'pending'; after: StepId[] }
  | {
      is: 'running';
      since: Moment;
      progress?: { message: string; done?: number; total?: number };
      waiting?: { blocker: string; since: Moment };
      /** The latest word on each object, in order of appearance. */
      rollouts: readonly Rollout[];
    }
  /** `duration` in seconds. `proved`: it changed nothing by nature, and found what it looked for. */
  | { is: 'done'; changed: boolean; proved: boolean; duration: number; warnings: readonly string[] }
  | { is: 'skipped'; reason: string }
  | { is: 'failed'; failure: Failure; duration: number }
  /** The run ended while it was at work. */
  | { is: 'stopped'; duration: number };

export interface StepView extends StepDescription {
  id: StepId;
  /** Absent for a step that no plan announced. */
  kind?: StepKind;
  needs: readonly StepId[];
  attempt: number;
  state: StepState;
  log: LogRing;
}

interface Finished {
  ok: boolean;
  exitCode: number;
  changed: boolean;
  endpoints: Record<string, string>;
  /** Names of endpoints that live only as long as this process. */
  forwarded: string[];
  /** Seconds. */
  duration: number;
}

/** Everything that a person can be shown of one run; the renderers are functions of it. */
export interface ViewModel {
  plan?: Plan;
  /** Name of the run. */
  run?: string;
  startedAt?: Moment;
  /** In plan order. */
  steps: readonly StepView[];
  /** The question that waits for the person. */
  decision?: Decision;
  finished?: Finished;
}

export const emptyView: ViewModel = { steps: [] };

/** A step that nobody announced, as `down` runs them from the ledger: its id has to do for a title. */
export function unannouncedStep(id: StepId): StepView {
  return {
    id,
    verb: 'configure',
    title: id,
    commands: [],
    needs: [],
    attempt: 0,
    state: { is: 'pending', after: [] },
    log: emptyRing,
  };
}

export interface Totals {
  /** Of the plan: without those that the answers leave out. */
  steps: number;
  pending: number;
  running: number;
  changed: number;
  unchanged: number;
  skipped: number;
  failed: number;
  stopped: number;
}

export function totalsOf(view: ViewModel): Totals {
  const totals: Totals = {
    steps: view.steps.length,
    pending: 0,
    running: 0,
    changed: 0,
    unchanged: 0,
    skipped: 0,
    failed: 0,
    stopped: 0,
  };
  for (const { state } of view.steps) {
    if (state.is === 'skipped') totals.steps -= 1;
    if (state.is === 'done') totals[state.changed ? 'changed' : 'unchanged'] += 1;
    else totals[state.is] += 1;
  }
  return totals;
}

/** Seconds since the run started; those that it took when it has ended. */
export function elapsedOf(view: ViewModel, now: Moment): number {
  if (view.finished !== undefined) return view.finished.duration;
  return view.startedAt === undefined ? 0 : Math.max(0, now - view.startedAt) / 1000;
}

export function stepOf(view: ViewModel, id: StepId): StepView | undefined {
  return view.steps.find((step) => step.id === id);
}
