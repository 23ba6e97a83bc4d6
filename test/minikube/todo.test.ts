import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { driveTodoPage } from '../support/todo-page.ts';
import { privateHome, wizard, wizardEnvironment, type WizardResult } from '../support/wizard.ts';

/** Folder of the scripts that start and stop the Minikube of this ring; its `shims` stand for what the machine lacks. */
const scripts = process.env['DEPLOY_WIZARD_TEST_MINIKUBE'];

function requireMinikube(): boolean {
  if (scripts !== undefined) return true;
  if (process.env['CI'] !== undefined)
    throw new Error('DEPLOY_WIZARD_TEST_MINIKUBE is not set: this ring needs a Minikube');
  process.stderr.write('skipped: DEPLOY_WIZARD_TEST_MINIKUBE names no Minikube\n');
  return false;
}

/** The todo application on a real Minikube: once with the profile running, once with it stopped, so that the wizard starts it. */
describe.skipIf(!requireMinikube())('todo on a real Minikube', () => {
  const home = privateHome();
  const env = {
    ...home.env,
    PATH: `${scripts}/shims:${process.env['PATH']}`,
    MK_RUN: process.env['MK_RUN'] ?? '/run/minikube-none',
  };
  const up = () =>
    wizard(['up', 'todo', '--target', 'minikube', '--yes', '--output', 'json'], { env, cwd: home.folder });
  const minikube = (...args: string[]) =>
    execFileSync('minikube', args, {
      env: wizardEnvironment(env),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const failures = ({ events }: WizardResult) => events.filter(({ type }) => type === 'step.failed');
  const endpoints = (result: WizardResult) => result.events.at(-1)?.['endpoints'] as Record<string, string>;

  beforeAll(() => {
    minikube('image', 'load', 'postgres:17');
  });
  afterAll(() => home.remove());

  test('with the profile running: exit 0 and a page that works in a browser', async () => {
    const result = await up();
    expect([result.status, result.stderr, failures(result)]).toEqual([0, expect.any(String), []]);
    expect(result.events.at(-1)).toMatchObject({ type: 'run.finished', ok: true, changed: true });
    await driveTodoPage(endpoints(result)['frontend.page'] ?? '');
    expect((await fetch(`${endpoints(result)['backend.api']}/health`)).status).toBe(200);
  });

  test('a second run changes nothing', async () => {
    const result = await up();
    expect([result.status, result.stderr, failures(result)]).toEqual([0, expect.any(String), []]);
    expect(result.events.at(-1)).toMatchObject({ type: 'run.finished', changed: false });
    expect(result.seconds).toBeLessThan(5);
  });

  test('with the profile stopped: the wizard starts it, says how far it is, and goes on to a page that answers', async () => {
    minikube('stop');
    const result = await up();
    expect(result.stderr).toBe('');
    expect([result.status, result.stderr, failures(result)]).toEqual([0, expect.any(String), []]);
    const progress = result.events.filter(
      ({ type, step, done }) => type === 'step.progressed' && step === 'cluster.target' && done !== undefined,
    );
    expect(progress.length).toBeGreaterThan(5);
    expect(progress.map(({ done }) => Number(done))).toEqual(
      progress.map(({ done }) => Number(done)).sort((a, b) => a - b),
    );
    expect(progress.every(({ total }) => total === 19)).toBe(true);
    const changed = result.events.flatMap(({ type, step, changed: did }) =>
      type === 'step.finished' && did === true ? [step] : [],
    );
    // What ran before it was stopped comes back by itself; nothing is built, installed or made anew.
    const anew = changed.filter((step) => step !== 'cluster.target' && step !== 'database.postgres');
    // What these steps said comes with the failure: whether something was built, or only delivered again.
    expect(result.events.filter(({ step }) => anew.includes(step))).toEqual([]);
    expect((await fetch(endpoints(result)['frontend.page'] ?? '')).status).toBe(200);
  });

  test('down removes all of it', async () => {
    const down = await wizard(['down', 'todo', '--target', 'minikube', '--yes', '--data'], { env });
    expect(down.stderr).toBe('');
    expect(down.status).toBe(0);
    expect(
      execFileSync('kubectl', ['--context', 'minikube', 'get', 'namespaces', '-o', 'name'], { encoding: 'utf8' }),
    ).not.toContain('todo');
  });
});
