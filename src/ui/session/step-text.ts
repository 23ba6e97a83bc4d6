import type { StepVerb } from '../../plan/plan.ts';
import { counted } from '../text/counts.ts';
import { durationText } from '../text/durations.ts';
import { stepOf, type Moment, type Rollout, type StepState, type StepView, type ViewModel } from './view-model.ts';

/** How each verb of the plan reads while it goes on and when it is over. */
export const verbForms: Record<StepVerb, { doing: string; done: string }> = {
  start: { doing: 'starting', done: 'started' },
  connect: { doing: 'connecting', done: 'connected' },
  build: { doing: 'building', done: 'built and delivered' },
  create: { doing: 'creating', done: 'created' },
  install: { doing: 'installing', done: 'installed' },
  wait: { doing: 'looking at the pods', done: 'ready' },
  check: { doing: 'checking', done: 'passed' },
  configure: { doing: 'configuring', done: 'configured' },
};

/** What a step is in, in the person's terms: `waiting` is running with a blocker, `stalled` with one that does not heal. */
export type Condition =
  'pending' | 'running' | 'waiting' | 'stalled' | 'changed' | 'unchanged' | 'skipped' | 'failed' | 'stopped';

export function conditionOf(state: StepState): Condition {
  if (state.is === 'done') return state.changed || state.proved ? 'changed' : 'unchanged';
  if (state.is !== 'running') return state.is;
  if (worst(state.rollouts) !== undefined) return 'stalled';
  return state.waiting === undefined && !state.rollouts.some(isOpen) ? 'running' : 'waiting';
}

/** One line on how a step stands; never a bare "please wait". */
export function stateText(view: ViewModel, step: StepView, now: Moment): string {
  const { state } = step;
  switch (state.is) {
    case 'pending':
      return state.after.length === 0 ? 'next' : `after ${state.after.map((id) => titleOf(view, id)).join(', ')}`;
    case 'running':
      return runningText(step, state, now);
    case 'done':
      return state.changed || state.proved ? verbForms[step.verb].done : unchangedText(step);
    case 'skipped':
      return leftOutText(state.reason);
    case 'failed':
      return state.failure.cause;
    case 'stopped':
      return 'stopped before it was over';
    default:
      return state satisfies never;
  }
}

/** A condition of the recipe that does not hold: the step is not wanted. */
export function leftOutText(reason: string): string {
  return `left out, because not: ${reason}`;
}

export function unchangedText({ verb }: Pick<StepView, 'verb'>): string {
  return verb === 'check' ? 'not needed: nothing has changed' : 'unchanged';
}

/** How long a step has been going on, or took; empty when there is nothing to say. */
export function stepTime(state: StepState, now: Moment): string {
  if (state.is === 'running') return sinceText(state.since, now);
  return state.is === 'pending' || state.is === 'skipped' ? '' : durationText(state.duration);
}

/** `backend: 1 of 2 pods ready, waiting for the image`. */
export function rolloutText(rollout: Rollout): string {
  return `${nameOf(rollout)}: ${rolloutState(rollout)}`;
}

function rolloutState({ state, waitingFor, ready, wanted }: Rollout): string {
  if (state === 'ready') return 'ready';
  const amount = ready === undefined || wanted === undefined ? [] : [`${ready} of ${counted(wanted, 'pod')} ready`];
  const stands = [...amount, ...(state === 'stalled' ? ['stalled'] : [])].join(', ');
  // A failed rollout waits for nothing any more: what it says is why.
  const missing = waitingFor === undefined ? '' : state === 'failed' ? waitingFor : missingText(waitingFor);
  // What is missing is worth more of a narrow line than the word.
  return [missing === '' ? stands : stands.replace(' ready', ''), missing].filter(Boolean).join(': ') || state;
}

/** Controllers are waited for to do something; of pods and claims it is said how they stand. */
function missingText(waitingFor: string): string {
  return /^(?:an?|the|its|pods) /.test(waitingFor) ? `waiting for ${waitingFor}` : waitingFor;
}

export function titleOf(view: ViewModel, id: string): string {
  return stepOf(view, id)?.title ?? id;
}

function runningText(step: StepView, state: Extract<StepState, { is: 'running' }>, now: Moment): string {
  const { waiting, progress, rollouts } = state;
  const rollout = worst(rollouts) ?? rollouts.findLast(isOpen);
  // The time of the step stands at the end of the line; another one is worth its words only when it differs.
  const isLater = waiting !== undefined && waiting.since - state.since >= notedAfter;
  const since = isLater ? `, for ${sinceText(waiting.since, now)}` : '';
  // The only object of a step needs no name: the step's title stands beside it.
  if (rollout !== undefined && rollouts.length === 1)
    return rolloutState(withBlocker(rollout, waiting?.blocker)) + since;
  if (rollout !== undefined) return rolloutText(rollout) + since;
  if (waiting !== undefined) return `waiting: ${waiting.blocker}${since}`;
  return progress === undefined ? verbForms[step.verb].doing : progressText(progress);
}

/** Whoever waits for objects says of each what it lacks, down to its pods: more than the rollout itself knows. */
export function withBlocker(rollout: Rollout, blocker: string | undefined): Rollout {
  const lead = `${nameOf(rollout)}: `;
  if (blocker?.startsWith(lead) !== true) return rollout;
  // How many pods there are is said already.
  return { ...rollout, waitingFor: blocker.slice(lead.length).replace(/^\d+ of \d+ pods?: /, '') };
}

function nameOf({ object }: Rollout): string {
  return object.slice(object.indexOf('/') + 1);
}

/** `[5/9] npm run build`. */
export function progressText({ message, done, total }: { message: string; done?: number; total?: number }): string {
  if (done === undefined) return message;
  return total === undefined ? `[${done}] ${message}` : `[${done}/${total}] ${message}`;
}

/** `, 12 s`: since when a step waits, where the line does not say how long it has been at work. */
export function waitedText({ state }: StepView, now: Moment): string {
  if (state.is !== 'running' || state.waiting === undefined || state.waiting.since - state.since >= notedAfter)
    return '';
  return `, ${sinceText(state.waiting.since, now)}`;
}

/** Milliseconds between the start of a step and of its wait. */
const notedAfter = 3000;

/** Whole seconds: tenths that race are no information. */
function sinceText(since: Moment, now: Moment): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return seconds === 0 ? '0 s' : durationText(seconds);
}

function isOpen(rollout: Rollout): boolean {
  return rollout.state !== 'ready';
}

function worst(rollouts: readonly Rollout[]): Rollout | undefined {
  return rollouts.find(({ state }) => state === 'failed') ?? rollouts.find(({ state }) => state === 'stalled');
}
