import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Answer, Plain } from './answer.ts';
import type { Client } from './clients.ts';
import { apiPath, type ClusterApi } from './cluster-api.ts';
import { Normaliser } from './normalise.ts';
import type { Pace } from './pace.ts';
import { start, type Ended, type Running } from './run-process.ts';
import { stepName, type Command, type Observation, type Scenario, type Step, type Wait } from './scenario.ts';

/** Where a scenario runs. */
export interface Stage {
  api: ClusterApi;
  namespace: string;
  /** Names of the nodes that run pods; `{node}` is the first. */
  nodes: readonly string[];
  /** Of the server: `v1.34.10`. */
  version: string;
  /** Of the default StorageClass. */
  provisioner: string | undefined;
  /** Own directory of this run; nobody else writes there. */
  directory: string;
  /** What the clients are given besides their own places. */
  environment: NodeJS.ProcessEnv;
  pace: Pace;
  clients: readonly Client[];
}

export interface ScenarioAnswers {
  answers: Answer[];
  /** Why it could not be told to its end. */
  failure?: string;
  /** Programs that were run. */
  commands: number;
}

/** True for an answer that need not be waited for any longer. */
type IsAsExpected = (index: number, answer: Answer) => boolean;

/** Milliseconds between two looks. */
const rhythm = 150;
/** Milliseconds without a change after which objects are at rest. */
const rest = 1500;
/** Milliseconds that an observation is given to come to rest, or to become what is expected. */
const patience = 10_000;
const commandLimit = 150_000;

/**
 * Tells a scenario to a cluster. With `isAsExpected` observations are repeated until they are as expected, so that what is right
 * is not waited for; without it until nothing changes any more.
 */
export async function runScenario(
  scenario: Scenario,
  stage: Stage,
  isAsExpected?: IsAsExpected,
): Promise<ScenarioAnswers> {
  const run = new ScenarioRun(stage, isAsExpected);
  try {
    await run.prepare(scenario);
    for (const step of stepsFor(scenario, stage.clients)) await run.step(step);
    return run.told();
  } catch (error) {
    return { ...run.told(), failure: String(error) };
  } finally {
    await run.end();
  }
}

/** A step of one client alone is left out with the others. */
export const stepsFor = ({ steps }: Scenario, clients: readonly Client[]): Step[] =>
  steps.filter((step) => !('with' in step) || clients.some(({ name }) => name === step.with));

class ScenarioRun {
  readonly #stage: Stage;
  readonly #isAsExpected: IsAsExpected | undefined;
  readonly #normaliser: Normaliser;
  readonly #answers: Answer[] = [];
  readonly #started = new Map<string, Running>();
  #commands = 0;

  constructor(stage: Stage, isAsExpected: IsAsExpected | undefined) {
    this.#stage = stage;
    this.#isAsExpected = isAsExpected;
    this.#normaliser = new Normaliser({ ...stage, server: stage.api.server });
  }

  told(): ScenarioAnswers {
    return { answers: this.#answers, commands: this.#commands };
  }

  /** The namespace with what every namespace gets, and the directory with the programs under their usual names. */
  async prepare({ files = {}, labels = {} }: Scenario): Promise<void> {
    const { api, namespace, directory, clients } = this.#stage;
    const metadata = { name: namespace, labels };
    const { status, body } = await api.send('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
    });
    if (status !== 201) throw new Error(`no namespace ${namespace}: ${JSON.stringify(body)}`);
    await mkdir(join(directory, 'bin'), { recursive: true });
    await mkdir(join(directory, 'tmp'));
    await writeFile(join(directory, 'kubeconfig'), api.kubeconfigFor(namespace), { mode: 0o600 });
    for (const { tool, program } of clients) await symlink(program, join(directory, 'bin', tool));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), this.#fill(text));
    }
    for (const path of ['v1/serviceaccounts/default', 'v1/configmaps/kube-root-ca.crt'])
      await this.#wait({ until: path, what: 'is there', holds: (objects) => objects.length === 1 });
  }

  async step(step: Step): Promise<void> {
    if ('until' in step) return this.#wait(step);
    const answer = { step: stepName(step) };
    if ('observe' in step) return this.#observe(step, answer.step);
    if ('start' in step) {
      const running = this.#run(step.run);
      this.#started.set(step.start, running);
      if (step.shows !== undefined) await running.shows(step.shows);
      return;
    }
    if ('run' in step) return void this.#answers.push({ ...answer, ...(await this.#command(step)) });
    if ('fetch' in step)
      return void this.#answers.push({ ...answer, status: await this.#fetch(step.fetch, step.path) });
    const running = this.#running(step.stop);
    if (step.shows !== undefined) await running.shows(step.shows);
    running.interrupt();
    this.#started.delete(step.stop);
    this.#answers.push({ ...answer, stdout: this.#normaliser.lines((await running.ended).stdout) });
  }

  async end(): Promise<void> {
    for (const running of this.#started.values()) running.interrupt();
    await Promise.allSettled([...this.#started.values()].map(({ ended }) => ended));
  }

  async #command({ run, stdin, exitOnly, isUnordered, exit: wanted = 0 }: Command): Promise<Partial<Answer>> {
    const text =
      typeof stdin === 'string'
        ? stdin
        : (stdin ?? []).map((manifest) => `---\n${stringify(manifest, { version: '1.1' })}`).join('');
    const { exit, stdout, stderr } = await this.#ended(run, this.#run(run, this.#fill(text)));
    if (exit !== wanted && this.#isAsExpected === undefined)
      throw new Error(`${run.join(' ')}: exit code ${exit} instead of ${wanted}\n${stdout}${stderr}`);
    if (exitOnly !== undefined) return { exit };
    const output = this.#normaliser.output(stdout);
    const inOrder = (told: Plain) =>
      isUnordered === true && Array.isArray(told) ? (told as string[]).toSorted() : told;
    return {
      exit,
      stdout: inOrder(output),
      stderr: inOrder(this.#normaliser.lines(stderr)) as string[],
    };
  }

  /** What waits for the cluster ends only if time passes. */
  async #ended([, verb]: readonly string[], { ended }: Running): Promise<Ended> {
    let isOver = verb !== 'wait';
    const over = ended.finally(() => (isOver = true));
    over.catch(() => undefined);
    while (!isOver) await this.#stage.pace.pass(rhythm);
    return over;
  }

  #run(argv: readonly string[], stdin = ''): Running {
    const { directory, environment } = this.#stage;
    const [program = '', ...args] = argv;
    const path = `${join(directory, 'bin')}:${environment['PATH'] ?? process.env['PATH'] ?? ''}`;
    const own = {
      PATH: path,
      HOME: directory,
      TMPDIR: join(directory, 'tmp'),
      KUBECONFIG: join(directory, 'kubeconfig'),
      KUBECACHEDIR: join(directory, 'cache'),
      KUBERC: 'off',
      HELM_CACHE_HOME: join(directory, 'helm', 'cache'),
      HELM_CONFIG_HOME: join(directory, 'helm', 'config'),
      HELM_DATA_HOME: join(directory, 'helm', 'data'),
      TZ: 'UTC',
      LANG: 'C.UTF-8',
    };
    this.#commands += 1;
    const place = { directory, environment: { ...environment, ...own }, limit: commandLimit };
    return start([join(directory, 'bin', program), ...args.map((word) => this.#fill(word))], place, stdin);
  }

  async #wait({ until, what, holds, limit = 60 }: Wait): Promise<void> {
    const { pace } = this.#stage;
    const end = pace.now() + limit * 1000;
    for (;;) {
      const objects = await this.#stage.api.read(apiPath(this.#fill(until), this.#stage.namespace));
      if (holds(objects)) return;
      if (pace.now() > end)
        throw new Error(`${until}: ${what}: not within ${limit} s\n${JSON.stringify(objects).slice(0, 4000)}`);
      await pace.pass(rhythm);
    }
  }

  async #observe({ observe }: Observation, step: string): Promise<void> {
    const { pace } = this.#stage;
    const began = pace.now();
    let answer: Answer = { step };
    let since = began;
    const mark = this.#normaliser.mark();
    for (let last = ''; pace.now() - began < patience; await pace.pass(rhythm)) {
      this.#normaliser.reset(mark);
      answer = { step, objects: await this.#look(observe) };
      const text = JSON.stringify(answer);
      if (text !== last) since = pace.now();
      last = text;
      if (this.#isAsExpected?.(this.#answers.length, answer) ?? pace.now() - since > rest) break;
    }
    this.#answers.push(answer);
  }

  async #look(paths: readonly string[]): Promise<Record<string, Plain>> {
    const { api, namespace } = this.#stage;
    const found: Record<string, Plain> = {};
    for (const path of paths) {
      const objects = await api.read(apiPath(this.#fill(path), namespace));
      found[path] = path.startsWith('v1/events') ? this.#normaliser.events(objects) : this.#normaliser.objects(objects);
    }
    return found;
  }

  async #fetch(name: string, path: string): Promise<number> {
    const forwarding = await this.#running(name).shows(/127\.0\.0\.1:\d+/);
    const address = /127\.0\.0\.1:\d+/.exec(forwarding)?.[0] ?? '';
    const response = await fetch(`http://${address}${path}`, { signal: AbortSignal.timeout(patience) });
    await response.arrayBuffer();
    return response.status;
  }

  #running(name: string): Running {
    const running = this.#started.get(name);
    if (running === undefined) throw new Error(`nothing was started as ${name}`);
    return running;
  }

  #fill(text: string): string {
    const { namespace, nodes } = this.#stage;
    return text.replaceAll('{namespace}', namespace).replaceAll('{node}', nodes[0] ?? '');
  }
}
