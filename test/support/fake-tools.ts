import type { Plan } from '../../src/plan/plan.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import { chartFlags, rollbackArgv, testArgv, upgradeArgv } from '../../src/tools/helm/argv.ts';
import type { Helm, ReleaseRequest, ReleaseStatus } from '../../src/tools/helm/helm.ts';
import type { Docker } from '../../src/tools/docker/docker.ts';
import type { CommandOptions } from '../../src/tools/shell/run.ts';

/** Where all fakes write down which argument vectors they were given to run, in order. */
export interface Executed {
  executed: string[][];
  /** Makes the next vector that it recognises fail. */
  failure?: ((argv: readonly string[]) => Error | undefined) | undefined;
}

async function execute(record: Executed, argv: readonly string[], options?: CommandOptions): Promise<void> {
  options?.signal?.throwIfAborted();
  record.executed.push([...argv]);
  const failure = record.failure?.(argv);
  if (failure !== undefined) throw failure;
}

const target = { program: 'helm', context: 'test', kubeconfig: undefined, major: 4 as const };

/** Releases in memory. A chart is a function of the flags that give it its values. */
export class FakeHelm implements Helm {
  readonly major = 4;
  readonly version = '4.1.4';
  readonly releases = new Map<string, ReleaseStatus & { objects: KubernetesObject[] }>();
  chart: (flags: string) => KubernetesObject[] = () => [];
  /** Called with the objects of a release after an upgrade. */
  installed: (objects: KubernetesObject[]) => void = () => undefined;
  /** Options of each rendering. */
  readonly rendered: unknown[] = [];
  readonly #record: Executed;

  constructor(record: Executed) {
    this.#record = record;
  }

  upgradeArgv = (request: ReleaseRequest) => upgradeArgv(target, request);
  rollbackArgv = (name: string, namespace: string, revision: number) => rollbackArgv(target, name, namespace, revision);
  testArgv = (name: string, namespace: string) => testArgv(target, name, namespace);

  async render(request: ReleaseRequest, options?: object) {
    this.rendered.push(options);
    return this.chart(chartFlags(request).join(' ')).map((object) => ({ object, source: 'chart/templates/all.yaml' }));
  }

  async lint(): Promise<void> {}

  /** Runs `upgrade --install NAME CHART --namespace N …` and `rollback NAME …`: whatever writes. */
  async upgrade(argv: readonly string[], options?: CommandOptions): Promise<void> {
    const [, command, first = '', second = ''] = argv;
    const name = command === 'upgrade' ? second : first;
    const namespace = argv[argv.indexOf('--namespace') + 1] ?? '';
    const key = `${namespace}/${name}`;
    const before = this.releases.get(key);
    const revision = (before?.revision ?? 0) + 1;
    const objects = command === 'upgrade' ? this.chart(flagsIn(argv)) : (before?.objects ?? []);
    try {
      await execute(this.#record, argv, options);
    } catch (error) {
      this.releases.set(key, { name, namespace, revision, status: 'failed', objects });
      throw error;
    }
    if (command === 'upgrade' && before?.status.startsWith('pending-') === true)
      throw new Error('another operation (install/upgrade/rollback) is in progress');
    this.releases.set(key, { name, namespace, revision, status: 'deployed', objects });
    this.installed(objects);
  }

  async status(name: string, namespace: string): Promise<ReleaseStatus | undefined> {
    return this.releases.get(`${namespace}/${name}`);
  }

  async manifest(name: string, namespace: string): Promise<KubernetesObject[]> {
    return this.releases.get(`${namespace}/${name}`)?.objects ?? [];
  }

  test = (argv: readonly string[], options?: CommandOptions) => execute(this.#record, argv, options);

  async uninstall(name: string, namespace: string): Promise<void> {
    await execute(this.#record, ['helm', 'uninstall', name, '--namespace', namespace]);
    this.releases.delete(`${namespace}/${name}`);
  }
}

/** What comes between place and history in an upgrade: the values. */
function flagsIn(argv: readonly string[]): string {
  return argv.slice(argv.indexOf('--kube-context') + 2, argv.indexOf('--history-max')).join(' ');
}

/** An engine whose images are a set of tags. */
export class FakeDocker implements Docker {
  readonly images = new Set<string>();
  readonly #record: Executed;

  constructor(record: Executed) {
    this.#record = record;
  }

  engine = async () => ({ client: '28.0.0', server: '28.0.0', architecture: 'amd64', builder: 'buildkit' as const });
  buildArgv: Docker['buildArgv'] = ({ tag, dockerfile, context }) => [
    'docker',
    'build',
    '-t',
    tag,
    '-f',
    dockerfile,
    context,
  ];
  pushArgv = (tag: string) => ['docker', 'push', tag];

  build: Docker['build'] = async (argv, options) => {
    options.onProgress?.({ message: '[1/2] FROM scratch', done: 1, total: 2 });
    await execute(this.#record, argv, options);
    this.images.add(argv[3] ?? '');
  };

  /** Called with each tag that reached its registry. */
  pushed: (tag: string) => void = () => undefined;

  push: Docker['push'] = async (argv, options) => {
    await execute(this.#record, argv, options);
    this.pushed(argv[2] ?? '');
  };

  /** Bytes of every image. */
  imageSize = 10_000_000;

  async image(tag: string): Promise<{ id: string; bytes: number } | undefined> {
    return this.images.has(tag) ? { id: `sha256:${tag}`, bytes: this.imageSize } : undefined;
  }

  async remove(tag: string): Promise<void> {
    this.images.delete(tag);
  }
}

/** A local cluster that is started by two commands, and nodes whose images are a set of tags. */
export class FakeProvider implements Provider {
  readonly kind = 'minikube';
  readonly onNodes = new Set<string>();
  addresses: string[] = [];
  readonly #record: Executed;

  constructor(record: Executed) {
    this.#record = record;
  }

  list = async () => [];
  find: Provider['find'] = async (name) => ({
    provider: 'minikube',
    name,
    context: 'test',
    state: 'running',
    detail: '',
  });
  startArgv = (name: string) => [
    ['minikube', 'start', '-p', name],
    ['minikube', 'addons', 'enable', 'metrics-server', '-p', name],
  ];

  async start(name: string, options: CommandOptions & { onProgress: (progress: { message: string }) => void }) {
    for (const argv of this.startArgv(name)) {
      options.onProgress({ message: argv.join(' ') });
      await execute(this.#record, argv, options);
    }
  }

  delivery = async (): Promise<Plan['target']['delivery']> => ({
    by: 'load',
    program: 'minikube',
    cluster: 'minikube',
  });
  deliverArgv: Provider['deliverArgv'] = (delivery, tag) =>
    delivery.by === 'load' ? [['minikube', 'image', 'load', tag]] : [];

  async hasImage(_delivery: Plan['target']['delivery'], tag: string): Promise<boolean | undefined> {
    return this.onNodes.has(tag);
  }

  nodeAddresses = async () => this.addresses;
}
