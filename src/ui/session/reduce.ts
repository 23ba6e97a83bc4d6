import type { EngineEvent, RolloutChanged, RunFinished } from '../../events/events.ts';
import type { Plan, StepId } from '../../plan/plan.ts';
import { appendLines, emptyRing } from './log-ring.ts';
import { stepOf, unannouncedStep, type Moment, type StepState, type StepView, type ViewModel } from './view-model.ts';

/** The view after one more event, which came in at the moment `at`. Pure. */
export function reduce(view: ViewModel, event: EngineEvent, at: Moment): ViewModel {
  switch (event.type) {
    case 'run.planned':
      return viewOfPlan(event.plan);
    case 'run.started':
      return { ...view, run: event.run, startedAt: at };
    case 'step.started':
      return withState(withoutDecision(view, event.step), event.step, {
        attempt: event.attempt,
        state: { is: 'running', since: at, rollouts: [] },
      });
    case 'step.progressed': {
      const { message, done, total } = event;
      const progress = {
        message,
        ...(done === undefined ? {} : { done }),
        ...(total === undefined ? {} : { total }),
      };
      // Progress is news that the wait is over.
      return whileRunning(view, event.step, at, ({ waiting: _over, ...state }) => ({ ...state, progress }));
    }
    case 'step.waiting': {
      const waiting = { blocker: event.blocker, since: momentOf(event.since, at) };
      return whileRunning(view, event.step, at, (state) => ({ ...state, waiting }));
    }
    case 'rollout.changed':
      return whileRunning(view, event.step, at, (state) => ({ ...state, rollouts: latest(state.rollouts, event) }));
    case 'step.skipped':
      return withState(view, event.step, { state: { is: 'skipped', reason: event.reason } });
    case 'step.finished':
      return withState(withoutDecision(view, event.step), event.step, {
        state: {
          is: 'done',
          changed: event.changed,
          proved: hasProved(view, event.step),
          duration: event.duration,
          warnings: event.warnings ?? [],
        },
      });
    case 'step.failed': {
      const { type: _type, step, ...failure } = event;
      return withState(view, step, { state: { is: 'failed', failure, duration: sinceStart(view, step, at) } });
    }
    case 'step.output':
      return changeStep(view, event.step, (step) => ({ ...step, log: appendLines(step.log, event.lines) }));
    case 'decision.needed':
      return { ...view, decision: event.decision };
    case 'run.finished':
      return ended(view, event, at);
    default:
      return event satisfies never;
  }
}

function viewOfPlan(plan: Plan): ViewModel {
  const steps = plan.steps.map((step): StepView => {
    const { id, kind, verb, title, commands, needs } = step;
    return {
      id,
      kind,
      verb,
      title,
      commands,
      needs,
      ...(step.detail === undefined ? {} : { detail: step.detail }),
      ...(step.instead === undefined ? {} : { instead: step.instead }),
      attempt: 0,
      state: { is: 'pending', after: needs },
      log: emptyRing,
    };
  });
  return { plan, steps: withBlockers(steps) };
}

function ended(view: ViewModel, event: RunFinished, at: Moment): ViewModel {
  const { ok, exitCode, changed, endpoints, duration, forwarded = [] } = event;
  const steps = view.steps.map((step): StepView => {
    if (step.state.is !== 'running') return step;
    return { ...step, state: { is: 'stopped', duration: seconds(step.state.since, at) } };
  });
  const { decision: _decision, ...rest } = view;
  return { ...rest, steps, finished: { ok, exitCode, changed, endpoints, forwarded, duration } };
}

type Running = Extract<StepState, { is: 'running' }>;

function whileRunning(view: ViewModel, id: StepId, at: Moment, change: (state: Running) => Running): ViewModel {
  return changeStep(view, id, (step) => {
    // A late word on a step that is over changes nothing; one on a step whose start we missed tells that it runs.
    if (step.state.is !== 'running' && step.state.is !== 'pending') return step;
    const running: Running = step.state.is === 'running' ? step.state : { is: 'running', since: at, rollouts: [] };
    return { ...step, state: change(running) };
  });
}

function withState(view: ViewModel, id: StepId, change: Partial<StepView>): ViewModel {
  const changed = changeStep(view, id, (step) => ({ ...step, ...change }));
  return { ...changed, steps: withBlockers(changed.steps) };
}

function changeStep(view: ViewModel, id: StepId, change: (step: StepView) => StepView): ViewModel {
  const known = view.steps.some((step) => step.id === id) ? view.steps : [...view.steps, unannouncedStep(id)];
  return { ...view, steps: known.map((step) => (step.id === id ? change(step) : step)) };
}

/** Which steps a pending one still waits for: over is over, with or without a change. */
function withBlockers(steps: readonly StepView[]): StepView[] {
  const over = new Set(steps.filter(({ state }) => state.is === 'done' || state.is === 'skipped').map(({ id }) => id));
  return steps.map((step) => {
    if (step.state.is !== 'pending') return step;
    return { ...step, state: { is: 'pending', after: step.needs.filter((need) => !over.has(need)) } };
  });
}

function withoutDecision(view: ViewModel, step: StepId): ViewModel {
  if (view.decision?.step !== step) return view;
  const { decision: _answered, ...rest } = view;
  return rest;
}

function latest(rollouts: Running['rollouts'], event: RolloutChanged): Running['rollouts'] {
  const { type: _type, step: _step, ...rollout } = event;
  const index = rollouts.findIndex(({ object }) => object === event.object);
  return index < 0 ? [...rollouts, rollout] : rollouts.with(index, rollout);
}

function sinceStart(view: ViewModel, id: StepId, at: Moment): number {
  const state = view.steps.find((step) => step.id === id)?.state;
  return state?.is === 'running' ? seconds(state.since, at) : 0;
}

function momentOf(instant: string, otherwise: Moment): Moment {
  const moment = Date.parse(instant);
  return Number.isNaN(moment) ? otherwise : moment;
}

function seconds(from: Moment, to: Moment): number {
  return Math.max(0, to - from) / 1000;
}

/** Waits and checks change nothing: that they looked at all shows in what they reported on the way. */
function hasProved(view: ViewModel, id: StepId): boolean {
  const step = stepOf(view, id);
  if (step?.state.is !== 'running' || !['wait', 'check', 'connect'].includes(step.verb)) return false;
  const { progress, waiting, rollouts } = step.state;
  return progress !== undefined || waiting !== undefined || rollouts.length > 0;
}
