import type { Failure } from '../../events/events.ts';
import { rolloutText, withBlocker } from './step-text.ts';
import type { StepView } from './view-model.ts';

/** The four facts of a failure or a stall, in the order in which a person asks for them. */
type FactLabel = 'What' | 'Because' | 'Seen' | 'Do';

export interface Fact {
  label: FactLabel;
  text: string;
}

/** Why a step stands still or failed, each fact a line; a label that repeats belongs to the same kind of fact. */
export function factsOf(step: StepView): Fact[] {
  const { state } = step;
  if (state.is === 'failed') return failureFacts(state.failure);
  if (state.is !== 'running') return [];
  const open = state.rollouts.filter((rollout) => rollout.state !== 'ready');
  const { waiting } = state;
  if (open.length === 1)
    return open.map((rollout) => ({ label: 'What', text: rolloutText(withBlocker(rollout, waiting?.blocker)) }));
  const facts: Fact[] = open.map((rollout) => ({ label: 'What', text: rolloutText(rollout) }));
  return waiting === undefined ? facts : [...facts, { label: 'Because', text: `waiting: ${waiting.blocker}` }];
}

export function failureFacts(failure: Failure): Fact[] {
  return [
    { label: 'Because', text: failure.cause },
    ...failure.evidence.map((text): Fact => ({ label: 'Seen', text })),
    ...failure.remedy.map((text): Fact => ({ label: 'Do', text })),
  ];
}
