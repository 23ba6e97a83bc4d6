import type { EngineEvent } from '../../events/events.ts';
import { failureFacts } from '../session/failure-facts.ts';
import { leftOutText, progressText, rolloutText, titleOf, unchangedText, verbForms } from '../session/step-text.ts';
import { stepOf, totalsOf, type ViewModel } from '../session/view-model.ts';
import { counted } from '../text/counts.ts';
import { durationText } from '../text/durations.ts';

/** One fact: a word that says what kind it is, and the text. More lines belong to it. */
export interface FactLine {
  word: FactWord;
  text: string;
  more?: string[];
}

export type FactWord =
  'begin' | 'start' | 'run' | 'wait' | 'pods' | 'skip' | 'same' | 'done' | 'FAIL' | 'output' | 'decide' | 'end';

/** What line mode says of an event, given the view after it. A `step.output` is said only with `--verbose`. */
export function factOf(event: EngineEvent, view: ViewModel): FactLine | undefined {
  switch (event.type) {
    case 'run.planned':
      return undefined; // Shown by `showPlan`, in whole.
    case 'run.started':
      return { word: 'begin', text: startText(view, event.steps) };
    case 'decision.needed':
      return { word: 'decide', text: `${titleOf(view, event.decision.step)}: ${event.decision.question}` };
    case 'run.finished':
      return { word: 'end', text: endText(view, event.exitCode) };
    default:
      return stepFact(event, view);
  }
}

type StepEvent = Extract<EngineEvent, { step: string }>;

function stepFact(event: StepEvent, view: ViewModel): FactLine {
  const title = titleOf(view, event.step);
  const forms = verbForms[stepOf(view, event.step)?.verb ?? 'configure'];
  switch (event.type) {
    case 'step.started':
      return { word: 'start', text: event.attempt > 1 ? `${title}, attempt ${event.attempt}` : title };
    case 'step.progressed':
      return { word: 'run', text: `${title}: ${progressText(event)}` };
    case 'step.waiting':
      return { word: 'wait', text: `${title}: ${event.blocker}` };
    case 'rollout.changed':
      return { word: 'pods', text: rolloutText(event) };
    case 'step.skipped':
      return { word: 'skip', text: `${title} ${leftOutText(event.reason)}` };
    case 'step.finished':
      return {
        ...(event.changed || hasProved(view, event.step)
          ? { word: 'done', text: `${title} ${forms.done} in ${durationText(event.duration)}` }
          : {
              word: 'same',
              text: `${title} ${unchangedText({ verb: stepOf(view, event.step)?.verb ?? 'configure' })}, ${durationText(event.duration)}`,
            }),
        more: (event.warnings ?? []).map((text) => `warning: ${text}`),
      };
    case 'step.failed':
      return {
        word: 'FAIL',
        text: `${title} [${event.code}]`,
        more: failureFacts(event).map(({ label, text }) => `${label}: ${text}`),
      };
    case 'step.output':
      return { word: 'output', text: title, more: event.lines };
    default:
      return event satisfies never;
  }
}

function startText({ plan }: ViewModel, steps: number): string {
  const what = plan === undefined ? '' : `${plan.recipe.title} on ${plan.target.name} (${plan.namespace}), `;
  return what + counted(steps, 'step');
}

function endText(view: ViewModel, exitCode: number): string {
  const { finished } = view;
  const totals = totalsOf(view);
  const parts = [
    `${totals.changed} changed`,
    `${totals.unchanged} unchanged`,
    ...(totals.skipped > 0 ? [`${totals.skipped} left out`] : []),
    ...(totals.failed > 0 ? [`${totals.failed} failed`] : []),
    ...(totals.stopped > 0 ? [`${totals.stopped} stopped`] : []),
    ...(totals.pending > 0 ? [`${totals.pending} not reached`] : []),
  ];
  const verdict = finished?.ok === true ? 'done' : `not done, exit code ${exitCode}`;
  return `${verdict} in ${durationText(finished?.duration ?? 0)}: ${parts.join(', ')}`;
}

function hasProved(view: ViewModel, id: string): boolean {
  const state = stepOf(view, id)?.state;
  return state?.is === 'done' && state.proved;
}
