import { expect, test } from 'vitest';
import { planView } from '../../../src/ui/session/plan-view.ts';
import { estimatesOf, planOf, readScenario, reportOf } from '../../support/scenario.ts';

const plan = planOf(readScenario('success'));
const [report, estimates] = [reportOf('success'), estimatesOf('success')];

test('steps that start at the same time are marked as a group, in order', () => {
  const { rows } = planView(plan, report, estimates);
  expect(rows.map(({ step, beside }) => [step, beside])).toEqual([
    ['cluster.target', undefined],
    ['namespace.app', undefined],
    ['image.backend', 'first'],
    ['image.frontend', 'last'],
    ['database.postgres', undefined],
    ['secret.backend', undefined],
    ['secret.frontend', 'first'],
    ['release.backend', 'last'],
    ['rollout.backend', undefined],
    ['helm-test.backend', undefined],
    ['release.frontend', undefined],
    ['rollout.frontend', undefined],
    ['http-check.page', undefined],
    ['http-check.health', undefined],
    ['http-check.task', undefined],
  ]);
});

test('a group of three has a middle', () => {
  const steps = plan.steps.filter(({ id }) => ['cluster.target', 'image.backend', 'image.frontend'].includes(id));
  const { rows } = planView({ ...plan, steps }, report, estimates);
  expect(rows.map(({ step, beside }) => [step, beside])).toEqual([
    ['cluster.target', 'first'],
    ['image.backend', 'middle'],
    ['image.frontend', 'last'],
  ]);
});

test('time: what it is based on, and the longest step of the critical path', () => {
  expect(planView(plan, report, estimates).time).toBe(
    "About 1 min 27 s (the recipe author's estimate); todo-frontend:aef1e962becf decides.",
  );
  expect(planView(plan, report, { ...estimates, source: 'measured' }).time).toContain('measured on this machine');
  expect(planView(plan, report, { steps: {}, total: 0, source: 'author' }).time).toBe(
    'How long it takes is not known yet.',
  );
});

test('what would fail is apart from what is only worth knowing', () => {
  const problem = { code: 'c', message: 'm', remedy: [], answers: [] };
  const view = planView(
    plan,
    {
      proven: [],
      problems: [
        { ...problem, isFatal: true },
        { ...problem, isFatal: false },
      ],
    },
    estimates,
  );
  expect([view.fatal.length, view.warnings.length]).toEqual([1, 1]);
});

test('a plan that goes round in circles is shown all the same', () => {
  const [first, second] = plan.steps;
  if (first === undefined || second === undefined) throw new Error('two steps are needed');
  const circle = [
    { ...first, needs: [second.id] },
    { ...second, needs: [first.id] },
  ];
  expect(planView({ ...plan, steps: circle }, report, estimates).rows).toHaveLength(2);
});
