import { expect, test } from 'vitest';
import { planView } from '../../../src/ui/session/plan-view.ts';
import { planOf, readScenario, todoEstimates, todoReport } from '../../support/scenario.ts';

const plan = planOf(readScenario('success'));

test('steps that start at the same time are marked as a group, in order', () => {
  const { rows } = planView(plan, todoReport, todoEstimates);
  expect(rows.map(({ step, beside }) => [step, beside])).toEqual([
    ['cluster.minikube', undefined],
    ['image.backend', 'first'],
    ['image.frontend', 'middle'],
    ['namespace.todo', 'last'],
    ['secret.backend-secrets', undefined],
    ['database.postgres', undefined],
    ['release.backend', undefined],
    ['release.frontend', undefined],
    ['http-check.page', 'first'],
    ['http-check.api', 'last'],
  ]);
});

test('time: what it is based on, and the longest step of the critical path', () => {
  expect(planView(plan, todoReport, todoEstimates).time).toBe(
    "About 2 min 40 s (the recipe author's estimate); todo-frontend:a81e07 decides.",
  );
  expect(planView(plan, todoReport, { ...todoEstimates, source: 'measured' }).time).toContain(
    'measured on this machine',
  );
  expect(planView(plan, todoReport, { steps: {}, total: 0, source: 'author' }).time).toBe(
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
    todoEstimates,
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
  expect(planView({ ...plan, steps: circle }, todoReport, todoEstimates).rows).toHaveLength(2);
});
