import { expect, test } from 'vitest';
import { UserError } from '../../../src/errors/errors.ts';
import { exitCodes } from '../../../src/errors/exit-codes.ts';
import { createJsonFrontend } from '../../../src/ui/json/frontend.ts';
import { estimatesOf, planOf, readScenario, reportOf } from '../../support/scenario.ts';

function json() {
  const lines: string[] = [];
  const frontend = createJsonFrontend({
    stdout: { write: (text: string) => lines.push(text) },
    clock: { now: () => Date.parse('2026-01-01T12:00:00.250Z') },
  });
  return { frontend, objects: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('the envelope comes first, then the fields of the type', () => {
  const { frontend, objects } = json();
  frontend.emit({ type: 'step.finished', step: 'image.backend', changed: false, duration: 0.2 });
  expect(Object.entries(objects()[0] ?? {})).toEqual([
    ['v', 1],
    ['seq', 1],
    ['time', '2026-01-01T12:00:00.250Z'],
    ['type', 'step.finished'],
    ['step', 'image.backend'],
    ['changed', false],
    ['duration', 0.2],
  ]);
});

test('nothing is asked: every question is a user error with exit code 3, a decision is to stop', async () => {
  const { frontend } = json();
  const recipe = { name: 'todo', title: 'Todo list', description: '', parts: '', needs: '' };
  const asks = [
    frontend.chooseRecipe([recipe]),
    frontend.chooseCluster({ found: Promise.resolve([]), recipe, canGoBack: false }),
    frontend.confirm({ question: 'Go on?', detail: [], yes: 'y', no: 'n', isDefaultYes: true }),
  ];
  for (const asked of await Promise.allSettled(asks)) {
    const reason = (asked as PromiseRejectedResult).reason as UserError;
    expect(reason).toBeInstanceOf(UserError);
    expect(reason.exitCode).toBe(exitCodes.answerMissing);
  }
  const decision = { id: 'd', step: 's', question: 'What now?', options: [{ action: 'stop' as const, label: 'stop' }] };
  expect(await frontend.decide(decision, new AbortController().signal)).toEqual({ id: 'd', action: 'stop' });
});

test('what preflight found and what is said to a person are objects too', async () => {
  const { frontend, objects } = json();
  const plan = planOf(readScenario('unchanged'));
  const [report, estimates] = [reportOf('unchanged'), estimatesOf('unchanged')];
  expect(await frontend.showPlan(plan, report, estimates)).toEqual({ reply: 'start' });
  frontend.say({ level: 'warning', text: 'two\nlines\u001b[2J' });
  frontend.busy('reading the cluster');
  expect(objects()).toMatchObject([
    {
      seq: 1,
      type: 'preflight.finished',
      problems: [],
      proven: ['18 references resolve', 'you may do all of this', '0.9 CPU and 22.9 GiB are free'],
      estimates,
    },
    { seq: 2, type: 'message', level: 'warning', text: 'two\nlines\u001b[2J' },
  ]);
});
