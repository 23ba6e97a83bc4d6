import { systemTime } from '../../src/clock.ts';
import { contextFactory } from '../../src/commands/step-context.ts';
import type { Prepared } from '../../src/commands/prepare.ts';
import { startLedger } from '../../src/commands/run-ledger.ts';
import type { Program } from '../../src/commands/program.ts';
import { LedgerWriter, ledgerName, withEntry, type Ledger } from '../../src/engine/journal/ledger.ts';
import { runPlan } from '../../src/engine/run-plan.ts';
import type { RunRecord, RunRequest, RunResult } from '../../src/engine/run-request.ts';
import type { AnyStep, LedgerEntry, StepContext } from '../../src/engine/step.ts';
import type { EngineEvent } from '../../src/events/events.ts';
import { orderSteps } from '../../src/plan/graph.ts';
import { hashOf } from '../../src/plan/build.ts';
import type { JsonObject, Plan, PlanStep, PlanTarget, StepId, StepKind } from '../../src/plan/plan.ts';
import type { DescribeContext } from '../../src/plan/step-plan.ts';
import { Vault } from '../../src/secrets/vault.ts';
import { stepPlans } from '../../src/steps/plans.ts';
import { steps } from '../../src/steps/steps.ts';
import { createKubectl } from '../../src/tools/kubectl/create-kubectl.ts';
import type { RunCommand } from '../../src/tools/shell/run.ts';
import { becomesReady, FakeCluster } from './fake-cluster.ts';
import { fakeKubectl } from './fake-kubectl.ts';
import { fakeRun } from './fake-run.ts';
import { FakeDocker, FakeHelm, FakeProvider } from './fake-tools.ts';

export const runningTarget: PlanTarget = {
  provider: 'minikube',
  name: 'minikube',
  context: 'test',
  isLocal: true,
  state: 'running',
  delivery: { by: 'load', program: 'minikube', cluster: 'minikube' },
  architecture: 'amd64',
};

/** A step of a plan, described as the plan would: what a recipe says of it in the end. */
export interface Wish {
  id: StepId;
  kind: StepKind;
  params: JsonObject;
  needs?: StepId[];
  timeout?: number;
}

/**
 * Everything around the steps: a cluster in memory behind the real kubectl adapter, Helm, Docker and a provider that
 * write down what they are given to run, the context of each step as the program makes it, and whatever was said.
 */
export class World {
  readonly executed: string[][] = [];
  readonly stdin: (string | undefined)[] = [];
  failure: ((argv: readonly string[]) => Error | undefined) | undefined;
  readonly cluster = new FakeCluster();
  readonly vault = new Vault();
  readonly helm = new FakeHelm(this);
  readonly docker = new FakeDocker(this);
  readonly provider = new FakeProvider(this);
  readonly environment: Record<string, string> = {};
  readonly forwarded: string[] = [];
  readonly events: EngineEvent[] = [];
  readonly journal: string[] = [];
  readonly target: PlanTarget;
  /** What the cluster remembered before this run. */
  ledger: Ledger | undefined;
  folder = '/recipe';
  forward: (service: string) => number = () => 40000;
  readonly kubectl;

  constructor(target: Partial<PlanTarget> = {}) {
    this.target = { ...runningTarget, ...target };
    const fake = fakeKubectl(this.cluster);
    const { run } = fakeRun({
      kubectl: (argv, options) => {
        this.executed.push([...argv]);
        this.stdin.push(options.stdin);
        return fake(argv, options);
      },
      minikube: (argv) => {
        this.executed.push([...argv]);
        if (argv[2] === 'load') this.provider.onNodes.add(argv[3] ?? '');
        return {};
      },
    });
    this.run = async (argv, options) => {
      const failure = this.failure?.(argv);
      if (failure !== undefined) throw failure;
      return run(argv, options);
    };
    this.kubectl = createKubectl({ run: this.run, context: 'test', kubeconfigFiles: ['/nonexistent'] });
    this.docker.pushed = (tag) => this.provider.onNodes.add(tag);
    this.cluster.react = (object) => {
      const ready = becomesReady(object);
      if (ready !== undefined) this.cluster.put(ready);
    };
  }

  readonly run: RunCommand;

  get describe(): DescribeContext {
    const { target, folder, kubectl, helm, docker, provider } = this;
    return { target, folder, source: '/source', kubectl, helm, docker, provider };
  }

  plan(wishes: readonly Wish[]): Plan {
    const described = wishes.map(({ id, kind, params, needs = [], timeout = 60 }): PlanStep => {
      const plan = stepPlans.find((one) => one.kind === kind);
      const parsed = plan?.params.parse(params) as JsonObject;
      const words = plan?.describe(parsed, this.describe);
      if (words === undefined) throw new Error(`no kind ${kind}`);
      return {
        id,
        kind,
        ...words,
        params: parsed,
        needs,
        origins: {},
        inputHash: hashOf({ kind, params: parsed }),
        timeout,
      };
    });
    return {
      version: 1,
      recipe: { name: 'shop', title: 'Shop', digest: 'digest' },
      environment: 'local',
      namespace: 'shop',
      target: this.target,
      steps: orderSteps(described, () => ({ file: 'recipe.yaml', line: 1, column: 1 })),
      leftOut: [],
      criticalPath: [],
      endpoints: [],
      checksByHand: [],
    };
  }

  /** The context of a step as the program makes it, with what the engine adds. */
  context(step: PlanStep, plan: Plan, own: Partial<StepContext> = {}): StepContext {
    const silent = () => undefined;
    return {
      ...this.#factory(plan)(step, {
        signal: new AbortController().signal,
        isAfterChange: false,
        finished: async () => undefined,
        progress: silent,
        waiting: silent,
        warn: silent,
        output: silent,
        rollout: silent,
      }),
      ...own,
    };
  }

  /** Runs a plan as the program does: journal and ledger are kept, and the ledger is what the next run begins with. */
  async up(plan: Plan, more: Partial<RunRequest> = {}): Promise<RunResult> {
    await this.kubectl.freezeTarget();
    const writer = new LedgerWriter(
      this.kubectl,
      ledgerName(plan),
      startLedger({ plan, ledger: this.ledger }),
      this.ledger !== undefined,
    );
    if (this.cluster.find('Namespace', plan.namespace) !== undefined) writer.open();
    const result = await runPlan({
      plan,
      steps,
      ledger: new Map(this.ledger?.entries.map((entry) => [entry.step, entry])),
      context: (step, own) => this.#factory(plan)(step, own),
      describe: this.describe,
      record: this.#record(writer),
      emit: (event) => this.events.push(event),
      redact: (text) => this.vault.redact(text),
      stop: new AbortController().signal,
      kill: new AbortController().signal,
      now: () => 0,
      clock: () => new Date(0),
      ...more,
    });
    await writer.flush();
    this.ledger = writer.ledger;
    return result;
  }

  #factory(plan: Plan) {
    const { vault, run, environment, kubectl, helm, docker, provider, cluster, folder, ledger } = this;
    const forwards = new Map<string, number>();
    // Only what the contexts of steps read of them.
    const program = {
      vault,
      run,
      environment,
      directory: folder,
      time: systemTime,
      kill: new AbortController().signal,
    } as unknown as Program;
    const connection = {
      kubectl: { ...kubectl, forward: async (service: string) => this.#forwarding(service) },
      helm,
      docker,
      provider,
      reader: cluster,
      cluster: { provider: 'minikube', name: 'minikube', context: 'test', state: 'running', detail: '' },
    };
    const prepared = { connection, plan, recipe: { folder }, source: '/source', ledger } as unknown as Prepared;
    return contextFactory({
      program,
      prepared,
      forwards,
      known: new Map(ledger?.entries.map((entry) => [entry.step, entry])),
      connected: async () => {
        await kubectl.freezeTarget();
        this.target.state = 'running';
      },
    });
  }

  #forwarding(service: string) {
    this.forwarded.push(service);
    return { port: this.forward(service), ended: new Promise<void>(() => undefined) };
  }

  #record(writer: LedgerWriter): RunRecord {
    const note = (entry: LedgerEntry | undefined) => {
      if (entry !== undefined) writer.change((ledger) => withEntry(ledger, entry));
    };
    return {
      intends: async (step, attempt, entry) => {
        this.journal.push(JSON.stringify({ type: 'intent', step: step.id, attempt }));
        note(entry);
        await writer.flush();
      },
      did: async (step, changed, entry) => {
        this.journal.push(JSON.stringify({ type: 'done', step: step.id, changed }));
        if (step.kind === 'namespace') writer.open();
        note(entry);
        await writer.flush();
      },
      failed: async (step, failure) =>
        void this.journal.push(JSON.stringify({ type: 'failed', step: step.id, failure })),
    };
  }
}

/** The kind of a step, for tests that call its acts by themselves. */
export function kindOf(kind: StepKind): AnyStep {
  const found = steps.get(kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

/** The one step of a plan of one step. */
export function stepIn({ steps: [step] }: Plan): PlanStep {
  if (step === undefined) throw new Error('a plan without steps');
  return step;
}
