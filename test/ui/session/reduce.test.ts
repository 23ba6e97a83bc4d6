import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/events/events.ts';
import { reduce } from '../../../src/ui/session/reduce.ts';
import { elapsedOf, emptyView, stepOf, totalsOf, type ViewModel } from '../../../src/ui/session/view-model.ts';
import { planOf, readScenario, scenarioNames } from '../../support/scenario.ts';

const plan = planOf(readScenario('success'));
const planned: EngineEvent = { type: 'run.planned', plan };

/** The view after events that come one second after another. */
function after(...events: EngineEvent[]): ViewModel {
  return events.reduce((view, event, index) => reduce(view, event, index * 1000), emptyView);
}

const stateOf = (view: ViewModel, id: string) => stepOf(view, id)?.state;

describe('one step through its states', () => {
  test('planned: pending, after what it needs', () => {
    const view = after(planned);
    expect(stateOf(view, 'release.frontend')).toEqual({
      is: 'pending',
      after: ['image.frontend', 'namespace.app', 'release.backend', 'secret.frontend'],
    });
    expect(stateOf(view, 'cluster.target')).toEqual({ is: 'pending', after: [] });
  });

  test('what a step waited for goes from its list when it is over, changed or left out', () => {
    const view = after(
      planned,
      { type: 'step.finished', step: 'image.frontend', changed: false, duration: 1 },
      { type: 'step.finished', step: 'namespace.app', changed: true, duration: 1 },
      { type: 'step.finished', step: 'secret.frontend', changed: true, duration: 1 },
      { type: 'step.skipped', step: 'release.backend', reason: 'not wanted' },
    );
    expect(stateOf(view, 'release.frontend')).toEqual({ is: 'pending', after: [] });
    expect(stateOf(view, 'release.backend')).toEqual({ is: 'skipped', reason: 'not wanted' });
  });

  test('running: progress ends a wait, a wait keeps the progress', () => {
    const step = 'image.backend';
    const waiting: EngineEvent = {
      type: 'step.waiting',
      step,
      blocker: 'the registry',
      since: '1970-01-01T00:00:02.000Z',
    };
    const view = after(planned, { type: 'step.started', step, attempt: 1 }, waiting);
    expect(stateOf(view, step)).toEqual({
      is: 'running',
      since: 1000,
      rollouts: [],
      waiting: { blocker: 'the registry', since: 2000 },
    });
    const later = reduce(view, { type: 'step.progressed', step, message: 'pushing', done: 1, total: 2 }, 3000);
    expect(stateOf(later, step)).toEqual({
      is: 'running',
      since: 1000,
      rollouts: [],
      progress: { message: 'pushing', done: 1, total: 2 },
    });
  });

  test('rollouts: the latest word on each object, in order of appearance', () => {
    const step = 'release.backend';
    const rollout = (object: string, ready: number): EngineEvent => ({
      type: 'rollout.changed',
      step,
      object,
      state: 'progressing',
      ready,
      wanted: 2,
    });
    const view = after(
      planned,
      { type: 'step.started', step, attempt: 1 },
      rollout('Deployment/a', 0),
      rollout('Deployment/b', 0),
      rollout('Deployment/a', 1),
    );
    expect(stateOf(view, step)).toMatchObject({
      rollouts: [
        { object: 'Deployment/a', ready: 1 },
        { object: 'Deployment/b', ready: 0 },
      ],
    });
  });

  test('failed, and again from the start after a retry', () => {
    const step = 'release.backend';
    const failure = { code: 'c', cause: 'because', evidence: ['e'], remedy: ['r'] };
    const decision = { id: 'd', step, question: 'What now?', options: [] };
    const failed = after(
      planned,
      { type: 'step.started', step, attempt: 1 },
      { type: 'step.failed', step, ...failure },
      { type: 'decision.needed', decision },
    );
    expect(stateOf(failed, step)).toEqual({ is: 'failed', failure, duration: 1 });
    expect(failed.decision).toEqual(decision);
    const again = reduce(failed, { type: 'step.started', step, attempt: 2 }, 9000);
    expect(stateOf(again, step)).toEqual({ is: 'running', since: 9000, rollouts: [] });
    expect(stepOf(again, step)?.attempt).toBe(2);
    expect(again.decision).toBeUndefined();
  });

  test('a word that comes after the end changes nothing', () => {
    const step = 'image.backend';
    const done = after(planned, { type: 'step.finished', step, changed: true, duration: 3 });
    const late = reduce(done, { type: 'step.progressed', step, message: 'late' }, 5000);
    expect(stateOf(late, step)).toEqual({ is: 'done', changed: true, proved: false, duration: 3, warnings: [] });
  });

  test('the end of the run stops what still ran and keeps what never began', () => {
    const view = after(
      planned,
      { type: 'run.started', run: 'r', steps: plan.steps.length },
      { type: 'step.started', step: 'image.backend', attempt: 1 },
      { type: 'run.finished', ok: false, exitCode: 130, changed: false, endpoints: {}, duration: 2.5 },
    );
    expect(stateOf(view, 'image.backend')).toEqual({ is: 'stopped', duration: 1 });
    expect(stateOf(view, 'release.frontend')).toMatchObject({ is: 'pending' });
    expect(elapsedOf(view, 99_000)).toBe(2.5);
  });

  test('a step that no plan announced shows under its id', () => {
    const view = after({ type: 'step.progressed', step: 'release.old', message: 'removing' });
    expect(stepOf(view, 'release.old')).toMatchObject({ title: 'release.old', state: { is: 'running' } });
  });

  test('a wait with a time that is none counts from when it was heard', () => {
    const view = after(planned, { type: 'step.waiting', step: 'image.backend', blocker: 'x', since: 'yesterday' });
    expect(stateOf(view, 'image.backend')).toMatchObject({ waiting: { since: 1000 } });
  });
});

test.each(scenarioNames)('the totals of %s add up to its steps after every event', (name) => {
  let view = emptyView;
  for (const { at, event } of readScenario(name)) {
    view = reduce(view, event, at);
    const { steps, skipped, ...rest } = totalsOf(view);
    expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(steps);
    expect(view.steps).toHaveLength(steps + skipped);
  }
  expect(totalsOf(view).running).toBe(0);
});

test('whatever order events come in, the view stays whole', () => {
  const events = readScenario('stall').map(({ event }) => event);
  fc.assert(
    fc.property(fc.shuffledSubarray(events), (shuffled) => {
      const view = after(...shuffled);
      const { steps, skipped, ...rest } = totalsOf(view);
      expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(steps);
      expect(new Set(view.steps.map(({ id }) => id)).size).toBe(steps + skipped);
    }),
    { numRuns: 60 },
  );
});
