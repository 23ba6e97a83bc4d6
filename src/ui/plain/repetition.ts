import type { EngineEvent } from '../../events/events.ts';
import type { StepId } from '../../plan/plan.ts';
import type { Clock } from '../../clock.ts';
import { conditionOf } from '../session/step-text.ts';
import type { StepView, ViewModel } from '../session/view-model.ts';

/** Says which events are news: programs repeat their progress, readers of lines need not. */
export function createNewsFilter(): (event: EngineEvent) => boolean {
  const said = new Map<string, string>();
  return (event) => {
    const topic = topicOf(event);
    if (topic === undefined) return true;
    const isNews = said.get(topic.about) !== topic.text;
    said.set(topic.about, topic.text);
    return isNews;
  };
}

function topicOf(event: EngineEvent): { about: string; text: string } | undefined {
  switch (event.type) {
    case 'step.waiting':
      return { about: `wait ${event.step}`, text: event.blocker };
    case 'step.progressed':
      return { about: `progress ${event.step}`, text: event.message };
    case 'rollout.changed': {
      const { step, object, state, waitingFor, ready, wanted } = event;
      return { about: `rollout ${step} ${object}`, text: JSON.stringify([state, waitingFor, ready, wanted]) };
    }
    default:
      return undefined;
  }
}

/** Milliseconds after which a wait that goes on is said again. */
const remindAfter = 10_000;

/** Reminds of steps that go on waiting for the same. Facts come once; a reader of lines must see that it is not dead. */
export function createReminder({ clock, remind }: { clock: Clock; remind: (step: StepId) => void }): {
  look(view: ViewModel): void;
  stop(): void;
} {
  const waits = new Map<StepId, { blocker: string; cancel: () => void }>();
  const start = (step: StepId, blocker: string) => {
    const cancel = clock.after(remindAfter, () => {
      remind(step);
      start(step, blocker);
    });
    waits.set(step, { blocker, cancel });
  };
  const end = (step: StepId) => {
    waits.get(step)?.cancel();
    waits.delete(step);
  };
  return {
    look({ steps }) {
      for (const step of steps) {
        const blocker = blockerOf(step);
        if (waits.get(step.id)?.blocker === blocker) continue;
        end(step.id);
        if (blocker !== undefined) start(step.id, blocker);
      }
    },
    stop() {
      for (const step of waits.keys()) end(step);
    },
  };
}

function blockerOf({ state }: StepView): string | undefined {
  const condition = conditionOf(state);
  if (state.is !== 'running' || (condition !== 'waiting' && condition !== 'stalled')) return undefined;
  return JSON.stringify([state.waiting?.blocker, state.rollouts]);
}
