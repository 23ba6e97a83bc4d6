import type { EngineEvent } from '../../events/events.ts';
import type { Moment } from '../session/view-model.ts';

/** Milliseconds after which a wait that goes on is said again. */
export const repeatAfter = 10_000;

/** Says which events are news: engines repeat progress, waits and rollouts, readers of lines need not. */
export function createNewsFilter(): (event: EngineEvent, now: Moment) => boolean {
  const said = new Map<string, { text: string; at: Moment }>();
  return (event, now) => {
    const topic = topicOf(event);
    if (topic === undefined) return true;
    const before = said.get(topic.about);
    const isNews = before?.text !== topic.text || (topic.isRepeated && now - before.at >= repeatAfter);
    if (isNews) said.set(topic.about, { text: topic.text, at: now });
    return isNews;
  };
}

function topicOf(event: EngineEvent): { about: string; text: string; isRepeated: boolean } | undefined {
  switch (event.type) {
    case 'step.waiting':
      return { about: `wait ${event.step}`, text: event.blocker, isRepeated: true };
    case 'step.progressed':
      return { about: `progress ${event.step}`, text: event.message, isRepeated: false };
    case 'rollout.changed': {
      const { object, state, waitingFor, ready, wanted } = event;
      const text = JSON.stringify([state, waitingFor, ready, wanted]);
      return { about: `rollout ${event.step} ${object}`, text, isRepeated: true };
    }
    default:
      return undefined;
  }
}
