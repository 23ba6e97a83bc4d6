import { describe, expect, test } from 'vitest';
import { keys } from '../../support/terminal.ts';
import { estimatesOf, planOf, readScenario, reportOf } from '../../support/scenario.ts';
import { openInk } from './open-ink.ts';

describe('the plan', () => {
  const plan = planOf(readScenario('success'));
  const [report, estimates] = [reportOf('success'), estimatesOf('success')];

  test.each([
    [keys.enter, 'start'],
    [keys.left, 'back'],
    [keys.escape, 'back'],
    ['s', 'save'],
    ['q', 'quit'],
    [keys.ctrlC, 'quit'],
  ])('%j: %s', async (key, reply) => {
    const { frontend, terminal } = openInk();
    const shown = frontend.showPlan(plan, report, estimates);
    await terminal.waitFor('enter start');
    terminal.type(key);
    expect(await shown).toEqual({ reply });
  });

  test('commands and details, and the way through them', async () => {
    const { frontend, terminal } = openInk({ cols: 80, rows: 20 });
    const shown = frontend.showPlan(plan, report, estimates);
    await terminal.waitFor('enter start');
    terminal.type('c');
    await terminal.waitFor(/\$ minikube start -o json --keep-context --interactive=false --profile\s+minikube/);
    terminal.type(keys.end);
    await terminal.waitFor('3 HTTP requests from this host, only after a change');
    terminal.type('d');
    await terminal.waitFor('after Minikube');
    terminal.type('q');
    await shown;
  });

  test('with a problem that would make it fail it cannot be started', async () => {
    const { frontend, terminal } = openInk();
    const problem = {
      code: 'missing-secret-key',
      message: 'Secret backend-secrets has no key api-key.',
      neededBy: 'templates/deployment.yaml:34',
      remedy: ['Give the answer "API key".'],
      answers: ['api-key'],
      isFatal: true,
    };
    const shown = frontend.showPlan(plan, { proven: [], problems: [problem] }, estimates);
    await terminal.waitFor('✗ Secret backend-secrets has no key api-key.');
    expect(terminal.screen.text()).not.toContain('enter start');
    terminal.type(keys.enter + keys.left);
    expect(await shown).toEqual({ reply: 'back' });
  });
});
