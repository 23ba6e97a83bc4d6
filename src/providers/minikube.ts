import { readContexts, type KubeContext } from '../tools/kubectl/contexts.ts';
import type { NodeStatus, Profile } from '../tools/minikube/answers.ts';
import { createMinikube } from '../tools/minikube/minikube.ts';
import { asked, listWithin, unanswered } from './board.ts';
import { createDeliveries } from './deliveries.ts';
import { missingCluster } from './missing-cluster.ts';
import { describeCluster } from './nodes.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** The profile that `minikube start` makes when no other is named. */
const defaultProfile = 'minikube';

/** Minikube: a profile is a cluster, and its context has the same name. */
export function createMinikubeProvider(settings: ProviderSettings): Provider {
  const { run, kubeconfig } = settings;
  const minikube = createMinikube({ run });

  const lookAt = async (
    profile: Profile,
    context: KubeContext | undefined,
    signal: AbortSignal,
  ): Promise<FoundCluster> => {
    const found = { provider: 'minikube', name: profile.name, context: profile.name } as const;
    const status = await asked(minikube.status(profile.name, { signal }));
    if (status === 'missing' || 'problem' in status) {
      const problem = status === 'missing' ? 'minikube is gone' : status.problem;
      return { ...found, state: 'stopped', detail: problem, problem };
    }
    const state = stateOf(status.answer);
    if (state !== 'running') return { ...found, state: 'stopped', detail: `${state}, ${traitsOf(profile)}` };
    const server = context?.server === undefined ? {} : { server: context.server };
    if (context === undefined || status.answer.some(({ kubeconfig: entry }) => entry === 'Misconfigured')) {
      const problem = `the kubeconfig does not lead to it; mend it: minikube update-context -p ${profile.name}`;
      return { ...found, ...server, state, detail: problem, problem };
    }
    const target = { program: 'kubectl', context: context.name, kubeconfig };
    return { ...found, ...server, state, ...(await describeCluster(run, target, signal)) };
  };

  const list: Provider['list'] = (signal) =>
    listWithin(settings.listLimit, signal, async (board, limited) => {
      const profiles = await asked(minikube.profiles({ signal: limited }));
      if (profiles === 'missing') return;
      if ('problem' in profiles) {
        board.set(defaultProfile, { ...absent, problem: profiles.problem });
        return;
      }
      if (!profiles.answer.some(({ name }) => name === defaultProfile)) board.set(defaultProfile, absent);
      for (const { name } of profiles.answer) {
        board.set(name, unanswered({ provider: 'minikube', name, context: name, state: 'running' }));
      }
      const { contexts } = await readContexts(run, { kubeconfig });
      await Promise.all(
        profiles.answer.map(async (profile) => {
          const context = contexts.find(({ name }) => name === profile.name);
          board.set(profile.name, await lookAt(profile, context, limited));
        }),
      );
    });

  return {
    kind: 'minikube',
    list,
    async find(name, signal) {
      const clusters = await list(signal);
      const found = clusters.find((cluster) => cluster.name === name);
      if (found === undefined) throw missingCluster('Minikube profile', name, clusters);
      return found;
    },
    startArgv: (name) => [minikube.startArgv(name)],
    start: (name, options) => minikube.start(minikube.startArgv(name), options),
    // Works with every runtime; `docker-env` does not (containerd is the default from Minikube 1.39).
    delivery: ({ name }) => Promise.resolve({ by: 'load', program: 'minikube', cluster: name }),
    ...createDeliveries(settings),
    nodeAddresses: async ({ name }, signal) => [await minikube.ip(name, { signal })],
  };
}

const absent: FoundCluster = {
  provider: 'minikube',
  name: defaultProfile,
  context: defaultProfile,
  state: 'absent',
  detail: 'a new Minikube cluster on this machine',
};

/** `running`, or in a word what keeps it from that; a start mends each. */
function stateOf(nodes: readonly NodeStatus[]): 'running' | 'stopped' | 'paused' | 'incomplete' {
  const [first] = nodes.filter(({ isWorker }) => !isWorker);
  if (first === undefined) return 'incomplete';
  if (first.apiServer === 'Paused') return 'paused';
  if (first.host !== 'Running') return 'stopped';
  return first.apiServer === 'Running' ? 'running' : 'incomplete';
}

function traitsOf({ driver, kubernetesVersion, nodes }: Profile): string {
  const version = kubernetesVersion.split('.').slice(0, 2).join('.');
  return `Kubernetes ${version}, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, driver ${driver}`;
}
