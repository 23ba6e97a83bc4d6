import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from './answer.ts';
import type { Client } from './clients.ts';
import { apiPath, ClusterApi } from './cluster-api.ts';
import { realPace, type Pace } from './pace.ts';
import { runScenario, type ScenarioAnswers } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

export interface SuiteOptions {
  kubeconfig: string;
  /** Default: the current one. */
  context?: string;
  /** What the clients are given besides their own places. */
  environment?: NodeJS.ProcessEnv;
  scenarios: readonly Scenario[];
  clients: readonly Client[];
  /** Scenarios side by side. */
  atOnce: number;
  /** How time passes there; without it by itself. */
  pace?: Pace;
  /** Leaves out what is not wanted. */
  includes?(scenario: Scenario, client: Client): boolean;
  /** Answers are waited for until they are as expected; without it until they come to rest. */
  isAsExpected?(scenario: Scenario, client: Client, index: number, answer: Answer): boolean;
  /** Called when one has ended. */
  onEnd?(run: ScenarioRun): void;
}

export interface ScenarioRun extends ScenarioAnswers {
  scenario: Scenario;
  client: Client;
  seconds: number;
}

export interface SuiteRun {
  /** `v1.34.10` */
  server: string;
  runs: ScenarioRun[];
  /** What did not go away within two minutes, and its last state. */
  left: string[];
}

/** Whom a scenario is told with. */
export function clientsFor(scenario: Scenario, clients: readonly Client[]): Client[] {
  const kubectls = clients.filter(({ tool }) => tool === 'kubectl');
  if (scenario.clients === 'newest kubectl') return kubectls.slice(0, 1);
  return scenario.clients === 'every kubectl' ? kubectls : clients.filter(({ tool }) => tool === 'helm');
}

/** Tells every scenario with each of its clients, each in a namespace of its own, and removes what they left. */
export async function runSuite(options: SuiteOptions): Promise<SuiteRun> {
  const api = await ClusterApi.open(options.kubeconfig, options.context);
  const directory = await mkdtemp(join(tmpdir(), 'contract-'));
  const suite = new Suite(options, api, directory);
  try {
    const server = String((await api.send('GET', '/version')).body['gitVersion']);
    const nodes = (await api.read('/api/v1/nodes')).map(({ metadata }) => metadata.name);
    const classes = await api.read('/apis/storage.k8s.io/v1/storageclasses');
    const isDefault = 'storageclass.kubernetes.io/is-default-class';
    const provisioner = classes.find(({ metadata }) => metadata.annotations?.[isDefault] === 'true')?.[
      'provisioner'
    ] as string | undefined;
    const cluster = { server, nodes, provisioner };
    const runs: ScenarioRun[] = [];
    const tales = options.scenarios.flatMap((scenario) =>
      clientsFor(scenario, options.clients)
        .filter((client) => options.includes?.(scenario, client) ?? true)
        .map((client) => ({ scenario, client })),
    );
    for (const tale of tales.filter(({ scenario }) => scenario.isExclusive)) {
      runs.push(await suite.tell(tale.scenario, tale.client, cluster));
      // What others would notice is waited for; if it does not go, the end tells.
      await suite.untilRemoved();
    }
    const rest = tales.filter(({ scenario }) => scenario.isExclusive !== true).values();
    const worker = async () => {
      for (const { scenario, client } of rest) runs.push(await suite.tell(scenario, client, cluster));
    };
    await Promise.all(Array.from({ length: options.atOnce }, worker));
    return { server, runs, left: await suite.untilRemoved() };
  } finally {
    api.close();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Cluster {
  server: string;
  nodes: string[];
  provisioner: string | undefined;
}

class Suite {
  readonly #options: SuiteOptions;
  readonly #api: ClusterApi;
  readonly #directory: string;
  readonly #removed = new Set<string>();

  constructor(options: SuiteOptions, api: ClusterApi, directory: string) {
    this.#options = options;
    this.#api = api;
    this.#directory = directory;
  }

  async tell(scenario: Scenario, client: Client, cluster: Cluster): Promise<ScenarioRun> {
    const { clients, environment = {}, isAsExpected, onEnd, pace = realPace } = this.#options;
    const namespace = `contract-${process.pid.toString(36)}-${scenario.name}-${clients.indexOf(client)}`;
    const kubectl = clients.find(({ tool }) => tool === 'kubectl');
    const stage = {
      api: this.#api,
      namespace,
      nodes: cluster.nodes,
      version: cluster.server,
      provisioner: cluster.provisioner,
      directory: join(this.#directory, namespace),
      environment,
      pace,
      clients: client.tool === 'helm' && kubectl !== undefined ? [client, kubectl] : [client],
    };
    const began = performance.now();
    const told = await runScenario(
      scenario,
      stage,
      isAsExpected && ((index, answer) => isAsExpected(scenario, client, index, answer)),
    );
    await this.#remove(scenario, namespace);
    const run = { ...told, scenario, client, seconds: (performance.now() - began) / 1000 };
    onEnd?.(run);
    return run;
  }

  /** Pods that ignore SIGTERM are given a second. */
  async #remove(scenario: Scenario, namespace: string): Promise<void> {
    const left = (scenario.leaves ?? []).map((path) => apiPath(path.replaceAll('{namespace}', namespace), namespace));
    for (const path of [...left, `/api/v1/namespaces/${namespace}`]) {
      await this.#api.send('DELETE', path);
      this.#removed.add(path);
    }
    await this.#api.send('DELETE', `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=1`);
  }

  /** What is still there after two minutes. */
  async untilRemoved(): Promise<string[]> {
    const { pace = realPace } = this.#options;
    const end = pace.now() + 120_000;
    const left: string[] = [];
    for (const path of this.#removed) {
      let found = await this.#api.read(path);
      for (; found.length > 0 && pace.now() < end; found = await this.#api.read(path)) await pace.pass(300);
      if (found.length > 0) left.push(`${path} does not go away: ${JSON.stringify(found[0])}`);
      else this.#removed.delete(path);
    }
    return left;
  }
}
