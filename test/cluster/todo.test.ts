import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allObjects, auditMark, context, kubeconfig, kubectl, requireCluster } from '../support/real-cluster.ts';
import { driveTodoPage } from '../support/todo-page.ts';
import { privateHome, wizard, type WizardEvent, type WizardResult } from '../support/wizard.ts';

/** The promise of the product, on a real node with real images: from nothing to a page that answers, and back. */
describe.skipIf(!requireCluster())('todo on a real node', () => {
  const home = privateHome();
  const env = { ...home.env, KUBECONFIG: kubeconfig };
  const up = (...args: string[]) =>
    wizard(['up', 'todo', '--target', `context:${context}`, '--yes', '--output', 'json', ...args], {
      env,
      cwd: home.folder,
    });
  let before: string[] = [];
  let first: WizardResult;

  beforeAll(async () => {
    before = allObjects();
    first = await up();
  });
  afterAll(() => home.remove());

  test('the first run ends with exit 0 and addresses that answer', async () => {
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    const end = last(first.events);
    expect(end).toMatchObject({ type: 'run.finished', ok: true, exitCode: 0, changed: true });
    const { 'frontend.page': page, 'backend.api': api } = end['endpoints'] as Record<string, string>;
    expect(await (await fetch(page ?? '')).text()).toContain('<html');
    expect((await fetch(`${api}/health`)).status).toBe(200);
    const made = await fetch(`${page}/api/todos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'through the page' }),
    });
    expect(made.status).toBe(201);
    expect(await (await fetch(`${page}/api/todos`)).text()).toContain('through the page');
  });

  test('events are an envelope of v, seq and time, in order, and hold the plan first', () => {
    expect(first.events.map(({ seq }) => seq)).toEqual(first.events.map((_, index) => index + 1));
    expect(first.events.every(({ v, time }) => v === 1 && /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/.test(time))).toBe(true);
    expect(first.events[0]?.type).toBe('run.planned');
  });

  test('a person adds, ticks and deletes a task in a browser; it survives a reload and a restart of the back end', async () => {
    const { 'frontend.page': page } = last(first.events)['endpoints'] as Record<string, string>;
    await driveTodoPage(page ?? '', {
      beforeReload: async () => {
        kubectl('-n', 'todo', 'rollout', 'restart', 'deployment/backend');
        kubectl('-n', 'todo', 'rollout', 'status', 'deployment/backend', '--timeout=120s');
      },
    });
  });

  test('no secret is in any event, file of state, or log', () => {
    const values = ['backend-secrets', 'frontend-secrets', 'postgres'].flatMap((name) => {
      const { data } = JSON.parse(kubectl('-n', 'todo', 'get', 'secret', name, '-o', 'json')) as {
        data: Record<string, string>;
      };
      return Object.entries(data).flatMap(([key, value]) =>
        ['username', 'database'].includes(key) ? [] : [value, Buffer.from(value, 'base64').toString()],
      );
    });
    expect(values.length).toBeGreaterThan(6);
    const texts = [first.stdout, first.stderr, ...filesBelow(home.folder).map((file) => readFileSync(file, 'utf8'))];
    for (const value of values) expect(texts.some((text) => text.includes(value))).toBe(false);
    // The detector sees what is there: a canary written beside them is found.
    writeFileSync(join(home.folder, 'canary'), values[0] ?? '');
    expect(filesBelow(home.folder).some((file) => readFileSync(file, 'utf8').includes(values[0] ?? ''))).toBe(true);
  });

  test('state is private: directories 0700, files 0600', () => {
    const state = join(home.folder, 'state', 'deploy-wizard');
    for (const file of filesBelow(state))
      expect(`${file} ${(statSync(file).mode & 0o777).toString(8)}`).toBe(`${file} 600`);
    expect((statSync(state).mode & 0o777).toString(8)).toBe('700');
  });

  test('the second run changes nothing: every step unchanged, no write to the API, no build, 5 s at most', async () => {
    const audit = auditMark();
    const second = await up();
    expect(second.status).toBe(0);
    expect(last(second.events)).toMatchObject({ type: 'run.finished', ok: true, changed: false });
    const finished = second.events.filter(({ type }) => type === 'step.finished');
    expect(finished.length).toBeGreaterThan(10);
    expect(finished.filter(({ changed }) => changed === true)).toEqual([]);
    expect(audit.writes()).toEqual([]);
    expect(second.seconds).toBeLessThan(5);
  });

  test('one changed line of the front end: only its image is built and only its release upgraded, and the page shows it', async () => {
    const source = join(home.folder, 'code');
    mkdirSync(source);
    cpSync(resolve('recipes/todo/sample'), source, {
      recursive: true,
      filter: (path) => !/node_modules|\.next/.test(path),
    });
    // The same code from another folder: the images are the same, so nothing is built.
    const moved = await up('--source', source);
    expect(changedSteps(moved).filter((step) => step.startsWith('image.'))).toEqual([]);
    // Never built before, so that no registry has its image.
    const heading = `Changed by a test at ${Date.now()}`;
    const file = join(source, 'frontend/app/page.tsx');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('<h1>Todo list</h1>');
    writeFileSync(file, text.replace('<h1>Todo list</h1>', `<h1>${heading}</h1>`));
    const changed = await up('--source', source);
    expect(changed.status).toBe(0);
    expect(changedSteps(changed)).toEqual(['image.frontend', 'release.frontend']);
    const { 'frontend.page': page } = last(changed.events)['endpoints'] as Record<string, string>;
    // A new connection: one that is kept alive stays with the old pod until that has ended.
    const fresh = async () => (await fetch(page ?? '', { headers: { connection: 'close' } })).text();
    await expect.poll(fresh, { timeout: 15_000 }).toContain(heading);
  });

  test('status says ready and exits 0; nothing else of the cluster has changed', async () => {
    const status = await wizard(['status', 'todo', '--target', `context:${context}`], { env });
    expect(status.status).toBe(0);
    expect(status.stdout).toContain('ready');
  });

  test('down --yes --data leaves the cluster as it was', async () => {
    const down = await wizard(['down', 'todo', '--target', `context:${context}`, '--yes', '--data'], { env });
    expect(down.stderr).toBe('');
    expect(down.status).toBe(0);
    expect(allObjects()).toEqual(before);
  });
});

/** Steps that changed something, in the order in which they finished. */
function changedSteps({ events }: WizardResult): string[] {
  return events.flatMap(({ type, changed, step }) =>
    type === 'step.finished' && changed === true && step !== undefined ? [step] : [],
  );
}

function last(events: WizardEvent[]): WizardEvent {
  const event = events.at(-1);
  if (event === undefined) throw new Error('no events');
  return event;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}
