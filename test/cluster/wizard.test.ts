import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allObjects, context, kubeconfig, kubectl, requireCluster } from '../support/real-cluster.ts';
import { closeTerminals, openTerminal, type TerminalSession } from '../support/terminal.ts';
import { privateHome, program, wizard, wizardEnvironment } from '../support/wizard.ts';

/** The whole wizard in a terminal, by keys alone, on a real node; a picture of each stage is kept for the README. */
describe.skipIf(!requireCluster())('the wizard in a terminal', () => {
  const home = privateHome();
  const pictures = process.env['DEPLOY_WIZARD_PICTURES'] === 'update';
  let before: string[] = [];

  beforeAll(() => {
    before = allObjects();
  });
  afterEach(closeTerminals);
  afterAll(() => home.remove());

  const env = () => wizardEnvironment({ ...home.env, KUBECONFIG: kubeconfig, LANG: 'C.UTF-8' });
  const open = (cols: number, rows: number, ...args: string[]) =>
    openTerminal({ command: process.execPath, args: [program, ...args], cols, rows, cwd: home.folder, env: env() });
  const stateFolders = () => {
    const folder = join(home.folder, 'state', 'deploy-wizard');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  /** Keeps what a person sees at this moment. */
  const picture = (name: string, terminal: TerminalSession) => {
    if (!pictures) return;
    mkdirSync(resolve('test/screens'), { recursive: true });
    writeFileSync(resolve('test/screens', `${name}.svg`), terminal.svg('deploy-wizard'));
  };

  test('by Enter alone, at 80x24: from the first question to an address that answers', async () => {
    const terminal = open(80, 24);
    await terminal.waitFor('What do you want to deploy?');
    await terminal.waitFor('› Hello');
    terminal.keys('enter');
    await terminal.waitFor('Where should');
    await terminal.waitFor(context);
    terminal.keys('enter');
    await throughQuestions(terminal, 'Nothing has been changed yet');
    terminal.keys('enter');
    await terminal.waitFor('Hello runs on', 120_000);
    const url = /http:\/\/[\d.]+:30080/.exec(terminal.screen())?.[0];
    expect((await fetch(url ?? '')).status).toBe(200);
    terminal.keys('enter');
    expect((await terminal.exit()).code).toBe(0);
    expect(terminal.bytes).not.toContain('\u001b[3J');
  });

  test('todo by arrow keys with other answers, at 200x50, looking inside a step', async () => {
    const terminal = open(200, 50, '--namespace', 'todo-in-a-terminal');
    await terminal.waitFor('› Hello');
    picture('choose', terminal);
    terminal.keys('down', 'enter');
    await terminal.waitFor('Where should Todo list run?');
    await terminal.waitFor(context);
    picture('where', terminal);
    terminal.keys('enter');
    await terminal.waitFor('What is it for?');
    terminal.keys('enter');
    await terminal.waitFor('Which code should be built?');
    terminal.keys('enter');
    await terminal.waitFor('Where should the tasks be stored?');
    picture('ask', terminal);
    // There and back: the second choice asks for a URL, the first does not.
    terminal.keys('down', 'enter');
    await terminal.waitFor('How many pods');
    terminal.keys('escape');
    await terminal.waitFor('Where should the tasks be stored?');
    terminal.keys('up', 'enter');
    await terminal.waitFor('How large should');
    terminal.keys('enter');
    await terminal.waitFor('Which StorageClass');
    terminal.keys('enter');
    await terminal.waitFor('How many pods');
    terminal.keys('backspace', { text: '1' }, 'enter');
    await throughQuestions(terminal, 'Nothing has been changed yet');
    picture('plan', terminal);
    terminal.keys({ text: 'c' });
    await terminal.waitFor('helm upgrade --install backend');
    terminal.keys('escape');
    await terminal.waitFor('enter start');
    terminal.keys('enter');
    await terminal.waitFor(/backend.*(pod|waiting)/, 120_000);
    picture('run', terminal);
    terminal.keys('enter');
    await terminal.waitFor('esc');
    terminal.keys('escape');
    await terminal.waitFor('Todo list runs on', 180_000);
    picture('done', terminal);
    const url = /http:\/\/[\d.]+:30001/.exec(terminal.screen())?.[0];
    expect(await (await fetch(url ?? '')).text()).toContain('Todo list');
    expect(kubectl('-n', 'todo-in-a-terminal', 'get', 'deployment', 'backend', '-o', 'jsonpath={.spec.replicas}')).toBe(
      '1',
    );
    terminal.keys('enter');
    expect((await terminal.exit()).code).toBe(0);
  });

  test('Ctrl-C during the questions leaves nothing: exit 130, no file, no object', async () => {
    const objects = allObjects();
    const folders = stateFolders();
    const terminal = open(80, 24, 'up', 'todo', '--target', `context:${context}`, '--namespace', 'never-made');
    await terminal.waitFor('What is it for?', 20_000);
    terminal.keys('enter');
    await terminal.waitFor('Which code should be built?');
    terminal.keys('ctrlC');
    expect((await terminal.exit()).code).toBe(130);
    expect(allObjects()).toEqual(objects);
    expect(stateFolders()).toEqual(folders);
  });

  test('Ctrl-C during the run stops cleanly, and the next start goes on', async () => {
    const terminal = open(
      80,
      24,
      'up',
      'todo',
      '--target',
      `context:${context}`,
      '--namespace',
      'stopped',
      '--set',
      'frontendPort=30011',
      '--set',
      'backendPort=30012',
    );
    await throughQuestions(terminal, 'Nothing has been changed yet', 30_000);
    terminal.keys('enter');
    await terminal.waitFor('PostgreSQL 17', 60_000);
    await terminal.waitUntil(() => /● PostgreSQL 17/.test(terminal.screen()), 'PostgreSQL at work', 60_000);
    terminal.keys('ctrlC');
    const { code } = await terminal.exit(60_000);
    expect(code).toBe(130);
    expect(kubectl('get', 'namespace', 'stopped', '-o', 'name').trim()).toBe('namespace/stopped');

    const again = open(
      80,
      24,
      'up',
      'todo',
      '--target',
      `context:${context}`,
      '--namespace',
      'stopped',
      '--set',
      'frontendPort=30011',
      '--set',
      'backendPort=30012',
    );
    await again.waitFor('Go on with the run that was not finished?', 30_000);
    picture('resume', again);
    again.keys('enter');
    await again.waitFor('Nothing has been changed yet', 30_000);
    again.keys('enter');
    await again.waitFor('Todo list runs on', 180_000);
    again.keys('enter');
    expect((await again.exit()).code).toBe(0);
  });

  test('what the runs made is removed, and the cluster is as before', async () => {
    for (const [recipe, namespace] of [
      ['hello', 'hello'],
      ['todo', 'todo-in-a-terminal'],
      ['todo', 'stopped'],
    ] as const) {
      const down = await wizard(
        ['down', recipe, '--target', `context:${context}`, '--namespace', namespace, '--yes', '--data'],
        { env: { ...home.env, KUBECONFIG: kubeconfig } },
      );
      expect(down.stderr).toBe('');
      expect(down.status).toBe(0);
    }
    expect(allObjects()).toEqual(before);
  });
});

/** Presses Enter at each question until the text appears. A new question is a changed screen. */
async function throughQuestions(terminal: TerminalSession, until: string, timeout = 15_000): Promise<void> {
  for (let number = 0; number < 40; number += 1) {
    const question = () => /^ ?(\S.*\?)\s+\d+ of \d+/m.exec(terminal.screen())?.[1];
    await terminal.waitUntil(
      () => question() !== undefined || terminal.screen().includes(until),
      `a question or ${until}`,
      timeout,
    );
    if (terminal.screen().includes(until)) return;
    const asked = question();
    terminal.keys('enter');
    await terminal.waitUntil(() => question() !== asked, `the question after ${asked}`, timeout);
  }
  throw new Error(`no end of questions:\n${terminal.screen()}`);
}
