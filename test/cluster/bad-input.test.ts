import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditMark, context, kubeconfig, kubectl, requireCluster } from '../support/real-cluster.ts';
import { privateHome, wizard, type WizardResult } from '../support/wizard.ts';

/** Mistakes that only a cluster can tell: found before the first change where that is possible, named with the answer to change. */
describe.skipIf(!requireCluster())('bad input on a real node', () => {
  const home = privateHome();
  const env = { ...home.env, KUBECONFIG: kubeconfig };
  const up = (recipe: string, args: string[], more: NodeJS.ProcessEnv = {}) =>
    wizard(['up', recipe, '--target', `context:${context}`, '--yes', ...args], {
      env: { ...env, ...more },
      cwd: home.folder,
    });
  /** A copy of a recipe, changed by the test. */
  const changed = (name: string, recipe: string, edits: Record<string, (text: string) => string>) => {
    const folder = join(home.folder, name);
    cpSync(resolve('recipes', recipe), folder, {
      recursive: true,
      filter: (path) => !/node_modules|\.next/.test(path),
    });
    for (const [file, edit] of Object.entries(edits)) {
      const before = readFileSync(join(folder, file), 'utf8');
      const after = edit(before);
      expect(after).not.toBe(before);
      writeFileSync(join(folder, file), after);
    }
    return folder;
  };

  beforeAll(() => {
    kubectl('create', 'namespace', 'bad-input');
  });
  afterAll(() => {
    kubectl('delete', 'namespace', 'bad-input', '--wait');
    home.remove();
  });

  test('a Secret key that nothing makes: object, key, template line; exit 4, cluster untouched', async () => {
    const recipe = changed('missing-key', 'todo', {
      'recipe.yaml': (text) =>
        text
          .replace('jwt-secret: { generate', 'jwt-sekret: { generate')
          .replace('keys["jwt-secret"]', 'keys["jwt-sekret"]'),
    });
    const audit = auditMark();
    const result = await up(recipe, ['--namespace', 'bad-input']);
    expect(result.stderr).toMatch(/Secret backend-secrets has no key jwt-secret/);
    expect(result.stderr).toMatch(
      /backend\/templates\/deployment\.yaml:\d+ \(Deployment backend, container \w+, variable JWT_SECRET_KEY\)/,
    );
    expectRefused(result, 4);
    expect(audit.writes()).toEqual([]);
  });

  test('a StorageClass that is not there names the answer and those that are', async () => {
    const audit = auditMark();
    const result = await up('todo', ['--namespace', 'bad-input', '--set', 'storageClass=fast']);
    expect(result.stderr).toMatch(/StorageClass fast/);
    expect(result.stderr).toMatch(/standard/);
    expectRefused(result, 2, 4);
    expect(audit.writes()).toEqual([]);
  });

  test('a node port that another Service has: found before the first change', async () => {
    kubectl('-n', 'bad-input', 'create', 'service', 'nodeport', 'squatter', '--tcp=80:80', '--node-port=30077');
    const audit = auditMark();
    const result = await up('hello', ['--namespace', 'bad-input', '--set', 'port=30077']);
    expect(result.stderr).toMatch(/Node port 30077 belongs to Service bad-input\/squatter/);
    expectRefused(result, 4);
    expect(audit.writes()).toEqual([]);
  });

  test('a database that does not answer', async () => {
    const answers = join(home.folder, 'answers.yaml');
    writeFileSync(
      answers,
      'recipe: todo\nanswers: { database: url }\nsecrets: { secrets.backend.database-url: { env: DATABASE_URL } }\n',
    );
    const audit = auditMark();
    const result = await up('todo', ['--namespace', 'bad-input', '--answers', answers], {
      DATABASE_URL: 'postgresql://me:hush-hush@127.0.0.1:1/tasks',
    });
    expect(result.stderr).toMatch(/database at 127\.0\.0\.1:1 does not answer: the connection is refused/);
    expect(result.stdout + result.stderr).not.toContain('hush-hush');
    expectRefused(result, 4);
    expect(audit.writes()).toEqual([]);
  });

  test('answers that are missing are listed at once', async () => {
    const recipe = changed('asking', 'hello', {
      'recipe.yaml': (text) =>
        text.replace(
          'images:',
          '  - { id: owner, ask: Who owns it?, why: There is no default for this. }\n  - { id: team, ask: Which team?, why: Nor for this one. }\n\nimages:',
        ),
    });
    const result = await up(recipe, ['--namespace', 'bad-input']);
    expect(result.stderr).toMatch(/2 answers are missing/);
    expect(result.stderr).toMatch(/owner: Who owns it\?/);
    expect(result.stderr).toMatch(/team: Which team\?/);
    expectRefused(result, 3);
  });

  test('an answers file with an unknown answer is named with its line', async () => {
    const answers = join(home.folder, 'unknown.yaml');
    writeFileSync(answers, 'recipe: hello\nanswers:\n  prot: 30081\n');
    const result = await up('hello', ['--namespace', 'bad-input', '--answers', answers]);
    expect(result.stderr).toMatch(/unknown\.yaml:3:\d+/);
    expect(result.stderr).toMatch(/Did you mean port/);
    expectRefused(result, 2);
  });

  test('a chart that does not render: the template and its line', async () => {
    const recipe = changed('broken-chart', 'hello', {
      'chart/templates/service.yaml': (text) => `${text}\n{{ .Values.no.such.value }}\n`,
    });
    const audit = auditMark();
    const result = await up(recipe, ['--namespace', 'bad-input']);
    expect(result.stderr).toMatch(/templates\/service\.yaml:\d+/);
    expectRefused(result, 4);
    expect(audit.writes()).toEqual([]);
  });

  test('a Dockerfile that fails: step, file and last lines; exit 1', async () => {
    const recipe = changed('broken-image', 'hello', {
      'docker/Dockerfile': (text) => `${text}\nRUN echo about-to-fail && exit 3\n`,
    });
    const result = await up(recipe, ['--namespace', 'bad-input']);
    expect(result.stdout + result.stderr).toMatch(/about-to-fail/);
    expect(result.stdout + result.stderr).toMatch(/Dockerfile/);
    expect(result.status).toBe(1);
    expectNoStack(result);
  });

  test('a Docker engine that does not run, when an image must be built', async () => {
    const recipe = changed('new-image', 'hello', {
      'sample/index.html': (text) => `${text}<!-- never built before ${Date.now()} -->`,
    });
    const result = await up(recipe, ['--namespace', 'bad-input'], { DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    expect(result.stderr).toMatch(/Docker/);
    expectRefused(result, 4);
  });

  describe('programs of the person', () => {
    /** A PATH with these programs alone, besides those of the system; text is a script in a program's place. */
    const pathWith = (name: string, programs: Record<string, string | undefined>) => {
      const bin = join(home.folder, `bin-${name}`);
      mkdirSync(bin);
      for (const [program, script] of Object.entries(programs)) {
        if (script === undefined) symlinkSync(onPath(program), join(bin, program));
        else writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      }
      return { PATH: bin };
    };
    /** The real program, which says another version of itself. */
    const aged = (program: string, from: string, to: string) =>
      `case " $* " in *" version "*) "${onPath(program)}" "$@" | /usr/bin/sed 's/${from}/${to}/' ;; *) exec "${onPath(program)}" "$@" ;; esac`;
    const all = { kubectl: undefined, helm: undefined, docker: undefined };
    const cases: { name: string; programs: () => Record<string, string | undefined>; says: RegExp; next: RegExp }[] = [
      {
        name: 'no kubectl',
        programs: () => ({ helm: undefined, docker: undefined }),
        says: /kubectl is not installed/,
        next: /kubernetes\.io\/docs\/tasks\/tools/,
      },
      {
        name: 'a kubectl that is too old',
        programs: () => ({ ...all, kubectl: aged('kubectl', 'v1\\.[0-9]*', 'v1.21') }),
        says: /kubectl 1\.21\.\d+ is too old/,
        next: /kubernetes\.io\/docs\/tasks\/tools/,
      },
      {
        name: 'no helm',
        programs: () => ({ kubectl: undefined, docker: undefined }),
        says: /helm is not installed/,
        next: /helm\.sh\/docs\/intro\/install/,
      },
      {
        name: 'a helm that is too old',
        programs: () => ({ ...all, helm: aged('helm', 'v[0-9]*\\.[0-9]*', 'v3.2') }),
        says: /Helm 3\.2\.\d+ is too old/,
        next: /helm\.sh\/docs\/intro\/install/,
      },
      {
        name: 'no Docker, when an image must be built',
        programs: () => ({ kubectl: undefined, helm: undefined }),
        says: /docker is not installed/i,
        next: /docs\.docker\.com/,
      },
    ];

    test.each(cases)('$name', async ({ name, programs, says, next }) => {
      const recipe = changed(`tools-${name.replaceAll(/\W+/g, '-')}`, 'hello', {
        'sample/index.html': (text) => `${text}<!-- never built before ${Date.now()} -->`,
      });
      const audit = auditMark();
      const result = await up(recipe, ['--namespace', 'bad-input'], pathWith(name.replaceAll(/\W+/g, '-'), programs()));
      expect(result.stderr).toMatch(says);
      expect(result.stderr).toMatch(next);
      expectNoStack(result);
      expect(result.status).toBe(4);
      expect(audit.writes()).toEqual([]);
    });
  });

  /** A kubeconfig of a ServiceAccount in the namespace bad-input. */
  const configOf = (account: string): string => {
    const token = kubectl('-n', 'bad-input', 'create', 'token', account).trim();
    const config = JSON.parse(kubectl('config', 'view', '--raw', '-o', 'json')) as {
      users: { name: string; user: object }[];
    };
    const path = join(home.folder, `kubeconfig-${account}`);
    const users = config.users.map(({ name }) => ({ name, user: { token } }));
    writeFileSync(path, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return path;
  };

  test('rights in one namespace alone are enough: up, status, down', async () => {
    kubectl('-n', 'bad-input', 'create', 'serviceaccount', 'tenant');
    const role = ['--clusterrole=admin', '--serviceaccount=bad-input:tenant'];
    kubectl('-n', 'bad-input', 'create', 'rolebinding', 'tenant', ...role);
    const registry = JSON.parse(
      kubectl('-n', 'kube-public', 'get', 'configmap', 'local-registry-hosting', '-o', 'json'),
    ) as { data: Record<string, string> };
    const host = /host: *"?([^"\n]+)/.exec(registry.data['localRegistryHosting.v1'] ?? '')?.[1] ?? '';
    const as = { KUBECONFIG: configOf('tenant') };
    const where = ['--target', `context:${context}`, '--namespace', 'bad-input'];
    const deployed = await up('hello', ['--namespace', 'bad-input', '--registry', host, '--set', 'port=30176'], as);
    expect([deployed.stderr, failuresIn(deployed), deployed.status]).toEqual(['', [], 0]);
    const status = await wizard(['status', 'hello', ...where], { env: { ...env, ...as } });
    expect([status.stdout, status.status]).toEqual([expect.stringContaining('ready'), 0]);
    const down = await wizard(['down', 'hello', ...where, '--yes', '--data'], { env: { ...env, ...as } });
    expect([down.stderr, down.status]).toEqual(['', 0]);
    expect(kubectl('-n', 'bad-input', 'get', 'deployments', '-o', 'name')).toBe('');
  });

  test('no right to make a namespace: verb and resource are named', async () => {
    kubectl('-n', 'bad-input', 'create', 'serviceaccount', 'visitor');
    kubectl(
      'create',
      'clusterrolebinding',
      'bad-input-visitor',
      '--clusterrole=view',
      '--serviceaccount=bad-input:visitor',
    );
    try {
      const limited = configOf('visitor');
      const result = await up('hello', ['--namespace', 'of-my-own'], { KUBECONFIG: limited });
      expect(result.stderr).toMatch(/You may not create namespaces/);
      expectRefused(result, 4);
    } finally {
      kubectl('delete', 'clusterrolebinding', 'bad-input-visitor');
    }
  });

  test('a quota that is exceeded is named as the cause', async () => {
    mkdirSync(join(home.folder, 'x'), { recursive: true });
    kubectl('create', 'namespace', 'small-quota');
    try {
      kubectl('-n', 'small-quota', 'create', 'quota', 'tiny', '--hard=pods=0');
      const result = await up('hello', ['--namespace', 'small-quota', '--set', 'port=30078', '--timeout', '60s']);
      expect(result.stdout + result.stderr).toMatch(/quota/i);
      expect(result.status).toBe(1);
      expectNoStack(result);
      const down = await wizard(
        ['down', 'hello', '--target', `context:${context}`, '--namespace', 'small-quota', '--yes'],
        { env },
      );
      expect(down.status).toBe(0);
    } finally {
      kubectl('delete', 'namespace', 'small-quota', '--wait');
    }
  });
});

function expectRefused(result: WizardResult, ...statuses: number[]): void {
  expect(statuses).toContain(result.status);
  expectNoStack(result);
  expect(result.stderr).toMatch(/next: /);
}

function expectNoStack(result: WizardResult): void {
  const text = result.stdout + result.stderr;
  expect(text).not.toMatch(/^\s+at .*[(:]\d+:\d+\)?$/m);
  expect(text).not.toMatch(/A mistake in deploy-wizard/);
}

function onPath(program: string): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no ${program} in PATH`);
  return found;
}

/** What a run in plain lines says of steps that failed. */
function failuresIn({ stdout }: WizardResult): string[] {
  return stdout.split('\n').filter((line) => line.startsWith('FAIL') || line.startsWith('        '));
}
