import { readContexts, type KubeContext } from '../tools/kubectl/contexts.ts';
import { createKind } from '../tools/kind/kind.ts';
import { asked, listWithin, unanswered } from './board.ts';
import { createDeliveries } from './deliveries.ts';
import { missingCluster } from './missing-cluster.ts';
import { describeCluster } from './nodes.ts';
import { containerNodeAddresses } from './node-addresses.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';
import { untilApiAnswers } from './until-ready.ts';

/** The name that `kind create cluster` gives when no other is told. */
const defaultCluster = 'kind';
/** Seconds until a cluster whose containers were started answers. */
const startLimit = 120;

/** kind: clusters whose nodes are containers of Docker; `dev` has the context `kind-dev`. */
export function createKindProvider(settings: ProviderSettings): Provider {
  const { run, kubeconfig } = settings;
  const kind = createKind({ run });
  /** Names of containers, as the last look found them: `startArgv` must name them. */
  const containers = new Map<string, string[]>();

  const lookAt = async (name: string, context: KubeContext | undefined, signal: AbortSignal): Promise<FoundCluster> => {
    const server = context?.server === undefined ? {} : { server: context.server };
    const found = { provider: 'kind', name, context: `kind-${name}`, ...server } as const;
    const nodes = await asked(kind.nodes(name, { signal }));
    if (nodes === 'missing' || 'problem' in nodes) {
      const problem = nodes === 'missing' ? 'docker is not installed' : nodes.problem;
      return { ...found, state: 'stopped', detail: problem, problem };
    }
    containers.set(name, nodes.answer.map((node) => node.name).sort());
    if (!nodes.answer.every(({ isRunning }) => isRunning)) return { ...found, state: 'stopped', detail: 'stopped' };
    if (context === undefined) {
      const problem = `the kubeconfig has no context for it; write it: kind export kubeconfig --name ${name}`;
      return { ...found, state: 'running', detail: problem, problem };
    }
    const target = { program: 'kubectl', context: context.name, kubeconfig };
    return { ...found, state: 'running', ...(await describeCluster(run, target, signal)) };
  };

  const list: Provider['list'] = (signal) =>
    listWithin(settings.listLimit, signal, async (board, limited) => {
      const clusters = await asked(kind.clusters({ signal: limited }));
      if (clusters === 'missing') return;
      if ('problem' in clusters || clusters.answer.length === 0) {
        board.set(defaultCluster, 'problem' in clusters ? { ...absent, problem: clusters.problem } : absent);
        return;
      }
      for (const name of clusters.answer) {
        board.set(name, unanswered({ provider: 'kind', name, context: `kind-${name}`, state: 'running' }));
      }
      const { contexts } = await readContexts(run, { kubeconfig });
      await Promise.all(
        clusters.answer.map(async (name) => {
          const context = contexts.find((each) => each.name === `kind-${name}`);
          board.set(name, await lookAt(name, context, limited));
        }),
      );
    });

  const find: Provider['find'] = async (name, signal) => {
    const clusters = await list(signal);
    const found = clusters.find((cluster) => cluster.name === name);
    if (found === undefined) throw missingCluster('kind cluster', name, clusters);
    return found;
  };

  const startArgv: Provider['startArgv'] = (name, state = 'stopped') =>
    state === 'absent'
      ? [kind.createArgv(name)]
      : [['docker', 'start', ...(containers.get(name) ?? [`${name}-control-plane`])]];

  return {
    kind: 'kind',
    list,
    find,
    startArgv,
    async start(name, options) {
      const { state } = await find(name, options.signal ?? new AbortController().signal);
      const [argv = []] = startArgv(name, state);
      if (state === 'absent') {
        await keepingCurrentContext(settings, () => kind.create(argv, options));
        return;
      }
      options.onProgress({ message: 'starting its containers' });
      await run(argv, options);
      options.onProgress({ message: 'waiting for the API server' });
      const target = { program: 'kubectl', context: `kind-${name}`, kubeconfig };
      await untilApiAnswers(run, target, options.timeout ?? startLimit, options.signal);
    },
    delivery: ({ name }) => Promise.resolve({ by: 'load', program: 'kind', cluster: name }),
    ...createDeliveries(settings),
    nodeAddresses: (cluster, signal) => containerNodeAddresses(settings, cluster, signal),
  };
}

const absent: FoundCluster = {
  provider: 'kind',
  name: defaultCluster,
  context: `kind-${defaultCluster}`,
  state: 'absent',
  detail: 'a new kind cluster on this machine',
};

/** kind makes its context the current one and has no flag against it: the person's is set again. */
async function keepingCurrentContext({ run, kubeconfig }: ProviderSettings, work: () => Promise<void>): Promise<void> {
  const before = (await readContexts(run, { kubeconfig })).current;
  await work();
  const after = (await readContexts(run, { kubeconfig })).current;
  if (before === undefined || before === after) return;
  const place = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
  await run(['kubectl', 'config', 'use-context', before, ...place], { timeout: 10 });
}
