import { describe, expect, test } from 'vitest';
import { conditionOf, rolloutText, stateText, stepTime } from '../../../src/ui/session/step-text.ts';
import { emptyView, unannouncedStep, type StepState, type StepView } from '../../../src/ui/session/view-model.ts';

const step = (state: StepState): StepView => ({ ...unannouncedStep('release.backend'), verb: 'install', state });
const running = (more: object): StepState => ({ is: 'running', since: 0, rollouts: [], ...more });
const rollout = {
  object: 'Deployment/backend',
  state: 'progressing',
  waitingFor: 'pods to become available',
  ready: 1,
  wanted: 2,
} as const;

test.each<[string, StepState, string, string]>([
  ['nothing known yet', running({}), 'running', 'installing'],
  ['progress', running({ progress: { message: 'npm ci', done: 4, total: 9 } }), 'running', '[4/9] npm ci'],
  [
    'a wait',
    running({ waiting: { blocker: 'the registry', since: 4000 } }),
    'waiting',
    'waiting: the registry, for 6 s',
  ],
  ['its one object', running({ rollouts: [rollout] }), 'waiting', '1 of 2 pods: waiting for pods to become available'],
  [
    'its one object, explained by the wait',
    running({
      rollouts: [rollout],
      waiting: { blocker: 'backend: pods to become available (api: pulling)', since: 4000 },
    }),
    'waiting',
    '1 of 2 pods: waiting for pods to become available (api: pulling), for 6 s',
  ],
  [
    'the worst of several objects',
    running({ rollouts: [rollout, { object: 'Deployment/web', state: 'stalled', waitingFor: 'a node' }, rollout] }),
    'stalled',
    'web: stalled: waiting for a node',
  ],
  [
    'an object that failed',
    running({ rollouts: [{ ...rollout, state: 'failed', waitingFor: 'its pods did not become available in time' }] }),
    'stalled',
    '1 of 2 pods: its pods did not become available in time',
  ],
  ['all objects ready', running({ rollouts: [{ ...rollout, state: 'ready' }] }), 'running', 'installing'],
  ['done', { is: 'done', changed: true, proved: false, duration: 3, warnings: [] }, 'changed', 'installed'],
  [
    'done without a change',
    { is: 'done', changed: false, proved: false, duration: 3, warnings: [] },
    'unchanged',
    'unchanged',
  ],
  ['left out', { is: 'skipped', reason: 'no ingress' }, 'skipped', 'left out, because not: no ingress'],
  ['stopped', { is: 'stopped', duration: 1 }, 'stopped', 'stopped before it was over'],
  ['next', { is: 'pending', after: [] }, 'pending', 'next'],
])('%s', (_what, state, condition, text) => {
  expect(conditionOf(state)).toBe(condition);
  expect(stateText(emptyView, step(state), 10_000)).toBe(text);
});

describe('times', () => {
  test('a running step counts whole seconds, one that is over says what it took', () => {
    expect(stepTime(running({}), 61_900)).toBe('1 min 1 s');
    expect(stepTime({ is: 'done', changed: true, proved: false, duration: 0.62, warnings: [] }, 0)).toBe('0.6 s');
    expect(stepTime({ is: 'pending', after: [] }, 0)).toBe('');
  });

  test('a clock that was set back does not count below zero', () => {
    expect(stepTime(running({}), -5000)).toBe('0 s');
  });
});

test('an object by its name', () => {
  expect(rolloutText({ object: 'StatefulSet/todo-postgres', state: 'ready' })).toBe('todo-postgres: ready');
  expect(rolloutText({ object: 'Job/init', state: 'unknown' })).toBe('init: unknown');
});
