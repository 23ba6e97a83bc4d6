import { readContexts, type KubeContext } from '../tools/kubectl/contexts.ts';
import { createK3d, type K3dCluster } from '../tools/k3d/k3d.ts';
import { asked, listWithin, unanswered } from './board.ts';
import { createDeliveries } from './deliveries.ts';
import { missingCluster } from './missing-cluster.ts';
import { containerNodeAddresses } from './node-addresses.ts';
import { describeCluster } from './nodes.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** The name that `k3d cluster create` gives when no other is told. */
const defaultCluster = 'k3s-default';

/** k3d: k3s in containers of Docker; `dev` has the context `k3d-dev`. */
export function createK3dProvider(settings: ProviderSettings): Provider {
  const { run, kubeconfig } = settings;
  const k3d = createK3d({ run });

  const lookAt = async (
    { name, servers }: K3dCluster,
    context: KubeContext | undefined,
    signal: AbortSignal,
  ): Promise<FoundCluster> => {
    const server = context?.server === undefined ? {} : { server: context.server };
    const found = { provider: 'k3d', name, context: `k3d-${name}`, ...server } as const;
    if (servers.running < servers.count) return { ...found, state: 'stopped', detail: 'stopped' };
    if (context === undefined) {
      const problem = `the kubeconfig has no context for it; write it: k3d kubeconfig merge ${name} --kubeconfig-merge-default`;
      return { ...found, state: 'running', detail: problem, problem };
    }
    const target = { program: 'kubectl', context: context.name, kubeconfig };
    return { ...found, state: 'running', ...(await describeCluster(run, target, signal)) };
  };

  const list: Provider['list'] = (signal) =>
    listWithin(settings.listLimit, signal, async (board, limited) => {
      const clusters = await asked(k3d.clusters({ signal: limited }));
      if (clusters === 'missing') return;
      if ('problem' in clusters || clusters.answer.length === 0) {
        board.set(defaultCluster, 'problem' in clusters ? { ...absent, problem: clusters.problem } : absent);
        return;
      }
      for (const { name } of clusters.answer) {
        board.set(name, unanswered({ provider: 'k3d', name, context: `k3d-${name}`, state: 'running' }));
      }
      const { contexts } = await readContexts(run, { kubeconfig });
      await Promise.all(
        clusters.answer.map(async (cluster) => {
          const context = contexts.find(({ name }) => name === `k3d-${cluster.name}`);
          board.set(cluster.name, await lookAt(cluster, context, limited));
        }),
      );
    });

  const find: Provider['find'] = async (name, signal) => {
    const clusters = await list(signal);
    const found = clusters.find((cluster) => cluster.name === name);
    if (found === undefined) throw missingCluster('k3d cluster', name, clusters);
    return found;
  };

  const startArgv: Provider['startArgv'] = (name, state = 'stopped') => [
    state === 'absent' ? k3d.createArgv(name) : k3d.startArgv(name),
  ];

  return {
    kind: 'k3d',
    list,
    find,
    startArgv,
    async start(name, options) {
      const { state } = await find(name, options.signal ?? new AbortController().signal);
      for (const argv of startArgv(name, state)) await k3d.bringUp(argv, options);
    },
    delivery: ({ name }) => Promise.resolve({ by: 'load', program: 'k3d', cluster: name }),
    ...createDeliveries(settings),
    nodeAddresses: (cluster, signal) => containerNodeAddresses(settings, cluster, signal),
  };
}

const absent: FoundCluster = {
  provider: 'k3d',
  name: defaultCluster,
  context: `k3d-${defaultCluster}`,
  state: 'absent',
  detail: 'a new k3d cluster on this machine',
};
