import type { NodeStatus, Profile } from '../tools/minikube/answers.ts';
import { createMinikube } from '../tools/minikube/minikube.ts';
import { createDeliveries } from './deliveries.ts';
import { createLocalLists } from './local-clusters.ts';
import type { Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** Minikube: a profile is a cluster, and its context has the same name. */
export function createMinikubeProvider(settings: ProviderSettings): Provider {
  const minikube = createMinikube({ run: settings.run });
  return {
    kind: 'minikube',
    ...createLocalLists<Profile>(settings, {
      kind: 'minikube',
      what: 'Minikube profile',
      defaultName: 'minikube',
      contextOf: (name) => name,
      clusters: (signal) => minikube.profiles({ signal }),
      async stopped(profile, signal) {
        const state = stateOf(await minikube.status(profile.name, { signal }));
        return state === 'running' ? undefined : { detail: `${state}, ${traitsOf(profile)}` };
      },
      mend: (name) => `minikube update-context -p ${name}`,
    }),
    startArgv: (name) => [minikube.startArgv(name)],
    start: (name, options) => minikube.start(minikube.startArgv(name), options),
    // Works with every runtime; `docker-env` does not, and containerd is the default from Minikube 1.39.
    delivery: ({ name }) => Promise.resolve({ by: 'load', program: 'minikube', cluster: name }),
    ...createDeliveries(settings),
    nodeAddresses: async ({ name }, signal) => [await minikube.ip(name, { signal })],
  };
}

/** `running`, or in a word what keeps it from that; a start mends each. */
function stateOf(nodes: readonly NodeStatus[]): 'running' | 'stopped' | 'paused' | 'incomplete' {
  const first = nodes.find(({ isWorker }) => !isWorker);
  if (first === undefined) return 'incomplete';
  if (first.apiServer === 'Paused') return 'paused';
  if (first.host !== 'Running') return 'stopped';
  // A start also mends a kubeconfig that has an old address.
  return first.apiServer === 'Running' && first.kubeconfig !== 'Misconfigured' ? 'running' : 'incomplete';
}

function traitsOf({ driver, kubernetesVersion, nodes }: Profile): string {
  const version = kubernetesVersion.split('.').slice(0, 2).join('.');
  return `Kubernetes ${version}, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, driver ${driver}`;
}
