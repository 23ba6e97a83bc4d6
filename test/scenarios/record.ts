import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readInvocation } from '../../src/cli/invocation.ts';
import { up } from '../../src/commands/up.ts';
import { compose } from '../../src/compose.ts';
import type { DecisionAction, EngineEvent } from '../../src/events/events.ts';
import type { AskRequest } from '../../src/questions/question.ts';
import { liveGroups } from '../../src/tools/shell/groups.ts';
import type { Frontend, Summary } from '../../src/ui/frontend.ts';
import { createJsonFrontend } from '../../src/ui/json/frontend.ts';

// Records the runs of this folder on the Minikube profile "minikube": node test/scenarios/record.ts [NAME...]
// Everything is real: builds, pods, failures. What a person does is done by the functions of the table below.

/** One run and what the person does in it. */
interface Scenario {
  /** Before the run: the state that it finds. */
  before?: () => void | Promise<void>;
  recipe?: (folder: string) => void;
  source?: (folder: string) => void;
  /** Answers by question id; else the default. */
  answers?: Record<string, string>;
  heard?: (event: EngineEvent, stop: () => void) => void;
  decide?: () => DecisionAction | Promise<DecisionAction>;
}

const root = resolve(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'dw-record-'));
const namespace = 'todo';
const kubectl = (...args: string[]) =>
  execFileSync('kubectl', ['--context', 'minikube', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const edit = (file: string, from: string, to: string) => {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
  writeFileSync(file, text.replace(from, to));
};

const scenarios: Record<string, Scenario> = {
  success: {
    before: () => void execFileSync('minikube', ['stop'], { stdio: 'inherit' }),
    source(folder) {
      for (const part of ['backend', 'frontend'])
        writeFileSync(join(folder, part, 'recorded.txt'), new Date().toISOString());
    },
  },
  // The same source as before.
  unchanged: {},
  'build-failure': {
    source: (folder) => edit(join(folder, 'frontend/app/todo-list.tsx'), '>{todo.title}<', '>{todo.titel}<'),
  },
  stall: {
    recipe: (folder) =>
      edit(
        join(folder, 'recipe.yaml'),
        "- { from: '${database.url}', format: asyncpg-url }",
        "- { from: 'postgresql://todo:outdated@${database.host}:5432/todo', format: asyncpg-url }",
      ),
    decide: () => 'stop',
  },
  'decision-retry': {
    before: pendingRelease,
    decide() {
      execFileSync('helm', ['--kube-context', 'minikube', '-n', namespace, 'uninstall', 'backend', '--wait']);
      return 'retry';
    },
  },
  cancelled: {
    source: (folder) => writeFileSync(join(folder, 'frontend', 'recorded.txt'), new Date().toISOString()),
    heard(event, stop) {
      if (event.type === 'step.output' && event.step === 'image.frontend' && /npm ci/.test(event.lines.join())) stop();
    },
  },
  'left-out': {
    before: externalDatabase,
    answers: { database: 'url', 'secrets.backend.database-url': 'postgresql://todo:outside@192.0.2.2:15432/todo' },
  },
};

/** A helm that was killed leaves its release pending: the next one refuses to touch it. */
async function pendingRelease(): Promise<void> {
  kubectl('create', 'namespace', namespace);
  const chart = join(root, 'recipes/todo/chart/backend');
  const values = [
    '--set',
    'image.repository=nowhere.example.com/never,secrets.existing=none',
    '--wait',
    '--timeout',
    '10m',
  ];
  const helm = spawn('helm', ['--kube-context', 'minikube', '-n', namespace, 'install', 'backend', chart, ...values]);
  const isPending = () =>
    kubectl('-n', namespace, 'get', 'secrets', '-l', 'owner=helm,status=pending-install', '-o', 'name') !== '';
  while (!isPending()) {
    if (helm.exitCode !== null) throw new Error(`helm ended with ${helm.exitCode} before its release was pending`);
    await pause(200);
  }
  helm.kill('SIGKILL');
}

/** A PostgreSQL outside of the cluster. */
async function externalDatabase(): Promise<void> {
  spawnSync('docker', ['rm', '-f', 'recorded-postgres']);
  const settings = { POSTGRES_USER: 'todo', POSTGRES_PASSWORD: 'outside', POSTGRES_DB: 'todo', PGPORT: '15432' };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  execFileSync('docker', ['run', '-d', '--name', 'recorded-postgres', '--network', 'host', ...flags, 'postgres:17']);
  const isReady = () =>
    spawnSync('docker', ['exec', 'recorded-postgres', 'pg_isready', '-h', '127.0.0.1', '-p', '15432']).status === 0;
  while (!isReady()) await pause(500);
}

async function record(name: string, scenario: Scenario): Promise<void> {
  const { answers = {}, heard, decide } = scenario;
  const [recipe, source] = [join(work, 'recipe'), join(work, 'source')];
  if (name !== 'unchanged') {
    await remove();
    for (const [folder, from] of [
      [recipe, 'recipes/todo'],
      [source, 'recipes/todo/sample'],
    ] as const) {
      rmSync(folder, { recursive: true, force: true });
      cpSync(join(root, from), folder, { recursive: true, filter: (path) => !/node_modules|\.next/.test(path) });
    }
    scenario.recipe?.(recipe);
    scenario.source?.(source);
  }
  await scenario.before?.();
  process.env['XDG_STATE_HOME'] = join(work, 'state');
  const [stop, kill] = [new AbortController(), new AbortController()];
  let written = '';
  let summary: Summary | undefined;
  const json = createJsonFrontend({ stdout: { write: (text) => (written += text) }, clock: Date, verbose: true });
  const frontend: Frontend = {
    ...json,
    isInteractive: true,
    prompter: {
      ask: async (request) => ({ reply: 'answer', text: answers[request.question.id] ?? defaultOf(request) }),
    },
    emit(event) {
      json.emit(event);
      heard?.(event, () => stop.abort(new Error('interrupted')));
    },
    decide: async ({ id }) => ({ id, action: (await decide?.()) ?? 'stop' }),
    async finish(last) {
      summary = last;
      return 'leave';
    },
  };
  const invocation = readInvocation(['up', recipe, '--target', 'minikube', '--source', source, '--verbose'], {});
  const stage = { frontend, stop: stop.signal, kill: kill.signal, close: async () => undefined };
  const program = await compose(stage, invocation, root, '0.1.0');
  try {
    process.stdout.write(`${name}: exit ${await up(program)}\n`);
  } finally {
    kill.abort('end');
    liveGroups.signalAll('SIGTERM');
    await program.end();
  }
  writeFileSync(join(import.meta.dirname, `${name}.jsonl`), clean(written));
  const last = summary === undefined ? undefined : (JSON.parse(clean(JSON.stringify(summary))) as Summary);
  const path = join(import.meta.dirname, 'summaries.json');
  const all = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Summary>;
  writeFileSync(path, `${JSON.stringify({ ...all, ...(last === undefined ? {} : { [name]: last }) }, undefined, 2)}\n`);
}

/** What Enter alone gives. */
function defaultOf({ suggestion, choices }: AskRequest): string {
  return suggestion ?? choices[0]?.value ?? '';
}

/** Paths of the machine that recorded as those of anybody. */
function clean(text: string): string {
  return text
    .replaceAll(join(work, 'recipe'), '/home/dev/shop/deploy/todo')
    .replaceAll(join(work, 'source'), '/home/dev/shop')
    .replaceAll(join(work, 'state'), '/home/dev/.local/state')
    .replaceAll(root, '/home/dev/deploy-wizard')
    .replaceAll(homedir(), '/home/dev');
}

/** Nothing of an earlier run is left. */
async function remove(): Promise<void> {
  spawnSync('docker', ['rm', '-f', 'recorded-postgres']);
  if (spawnSync('minikube', ['status']).status !== 0) execFileSync('minikube', ['start'], { stdio: 'inherit' });
  kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait');
  rmSync(join(work, 'state'), { recursive: true, force: true });
}

const wanted = process.argv.slice(2);
try {
  for (const [name, scenario] of Object.entries(scenarios))
    if (wanted.length === 0 || wanted.includes(name)) await record(name, scenario);
  await remove();
} finally {
  rmSync(work, { recursive: true, force: true });
}
