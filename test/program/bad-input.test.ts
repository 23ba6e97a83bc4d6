import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubernetesTools } from '../support/kubernetes-tools.ts';
import { privateHome, wizard, type WizardResult } from '../support/wizard.ts';

/** What a person gets for a mistake: a sentence, a next step, the exit code of the README, no stack trace. */
describe('bad input, without a cluster', () => {
  const home = privateHome();
  let silent: Server;
  let path = '';
  let env: NodeJS.ProcessEnv = {};

  beforeAll(async () => {
    const { kubectl, helm } = await kubernetesTools();
    const bin = join(home.folder, 'bin');
    mkdirSync(bin);
    symlinkSync(kubectl, join(bin, 'kubectl'));
    symlinkSync(helm, join(bin, 'helm'));
    path = [bin, '/usr/bin', '/bin'].join(delimiter);
    // Takes connections and never says a word.
    silent = createServer(() => undefined);
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const { port } = silent.address() as { port: number };
    writeFileSync(
      join(home.folder, 'kubeconfig'),
      kubeconfigText({ silent: `https://127.0.0.1:${port}`, closed: 'https://127.0.0.1:1' }),
    );
    env = { ...home.env, HOME: home.folder, PATH: path, KUBECONFIG: join(home.folder, 'kubeconfig') };
  });
  afterAll(() => {
    silent.close();
    home.remove();
  });

  const run = (args: string[], more: NodeJS.ProcessEnv = {}) =>
    wizard(args, { env: { ...env, ...more }, cwd: home.folder, timeout: 30_000 });
  const file = (name: string, text: string) => {
    const at = join(home.folder, name);
    mkdirSync(join(at, '..'), { recursive: true });
    writeFileSync(at, text);
    return at;
  };

  const cases: {
    name: string;
    args: string[];
    env?: () => NodeJS.ProcessEnv;
    status: number;
    says: RegExp;
    next?: RegExp;
  }[] = [
    {
      name: 'an unknown command',
      args: ['upp'],
      status: 2,
      says: /no command upp/,
      next: /Did you mean: deploy-wizard up/,
    },
    {
      name: 'an unknown flag',
      args: ['up', '--targt', 'x'],
      status: 2,
      says: /no option --targt/,
      next: /Did you mean --target/,
    },
    { name: 'a command that is not built yet', args: ['doctor'], status: 2, says: /not supported yet/ },
    {
      name: 'an unknown recipe',
      args: ['up', 'todoo', '--yes', '--target', 'context:closed'],
      status: 2,
      says: /no recipe todoo/,
      next: /Did you mean todo/,
    },
    {
      name: 'a form of target that is none',
      args: ['up', 'todo', '--yes', '--target', 'somewhere'],
      status: 2,
      says: /no form of a target/,
    },
    {
      name: 'a target of a later version',
      args: ['up', 'todo', '--yes', '--target', 'doks:mine'],
      status: 2,
      says: /not supported yet/,
    },
    {
      name: 'a context that does not exist',
      args: ['up', 'todo', '--yes', '--target', 'context:nowhere'],
      status: 2,
      says: /nowhere/,
      next: /silent|closed/,
    },
    {
      name: 'no terminal and no --yes',
      args: ['up', 'todo', '--target', 'context:closed'],
      status: 3,
      says: /no terminal to ask on/,
      next: /--yes/,
    },
    {
      name: 'a cluster that refuses connections',
      args: ['up', 'todo', '--yes', '--target', 'context:closed'],
      status: 4,
      says: /refused|does not answer|cannot be/i,
    },
    {
      name: 'no kubectl',
      args: ['up', 'todo', '--yes', '--target', 'context:closed'],
      env: () => ({ PATH: join(home.folder, 'empty') }),
      status: 4,
      says: /kubectl/,
    },
    { name: 'a timeout that is none', args: ['up', 'todo', '--timeout', 'soon'], status: 2, says: /--timeout/ },
    { name: '--set without a value', args: ['up', 'todo', '--set', 'database'], status: 2, says: /KEY=VALUE/ },
  ];

  test.each(cases)('$name: exit $status', async ({ args, env: more, status, says, next }) => {
    const result = await run(args, more?.());
    expect(result.stderr).toMatch(says);
    if (next !== undefined) expect(result.stderr).toMatch(next);
    expectWords(result, status);
  });

  test('a cluster that never answers: said within 5 s and a bit, not a hang', async () => {
    const result = await run(['up', 'todo', '--yes', '--target', 'context:silent']);
    expectWords(result, 4);
    expect(result.seconds).toBeLessThan(9);
  });

  test('mistakes in a recipe are named with file, line and column, all together', async () => {
    const folder = join(home.folder, 'recipe');
    file(
      'recipe/recipe.yaml',
      'apiVersion: deploy-wizard/v1\nname: wrong\ntitle: Wrong\ndescription: has mistakes\nimges: {}\nquestions:\n  - { id: a, ask: no question mark, why: because it must be }\n',
    );
    const result = await run(['recipe', 'check', folder]);
    expect(result.stderr).toMatch(/recipe\.yaml:5:1: Unknown key imges/);
    expect(result.stderr).toMatch(/Did you mean images/);
    expect(result.stderr).toMatch(/recipe\.yaml:7:\d+: questions\.0\.ask/);
    expectWords(result, 2);
  });

  test('an unfinished YAML text is named with its line', async () => {
    const result = await run(['recipe', 'check', file('yaml/recipe.yaml', 'name: [a, b\n')]);
    expect(result.stderr).toMatch(/recipe\.yaml:\d+:\d+: YAML/);
    expectWords(result, 2);
  });

  test('a secret on the command line is refused', async () => {
    const result = await run([
      'up',
      'todo',
      '--yes',
      '--target',
      'context:closed',
      '--set',
      'secrets.backend.database-url=postgresql://x',
    ]);
    expectWords(result, 4, 2);
    expect(result.stdout + result.stderr).not.toContain('postgresql://x');
  });
});

function expectWords(result: WizardResult, ...statuses: number[]): void {
  expect(statuses).toContain(result.status);
  const text = result.stdout + result.stderr;
  expect(text).not.toMatch(/^\s+at .*[(:]\d+:\d+\)?$/m);
  expect(text).not.toMatch(/A mistake in deploy-wizard/);
  // What to do now is always said.
  expect(result.stderr).toMatch(/next: |Nothing was changed/);
}

function kubeconfigText(servers: Record<string, string>): string {
  const names = Object.keys(servers);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: names.map((name) => ({ name, cluster: { server: servers[name], 'insecure-skip-tls-verify': true } })),
    users: [{ name: 'nobody', user: { token: 'none' } }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: 'nobody' } })),
  });
}
