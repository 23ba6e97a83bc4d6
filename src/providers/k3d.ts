import { createK3d } from '../tools/k3d/k3d.ts';
import { createDeliveries } from './deliveries.ts';
import { createLocalLists } from './local-clusters.ts';
import { containerNodeAddresses } from './node-addresses.ts';
import type { Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** k3d: k3s in containers of Docker; `dev` has the context `k3d-dev`. */
export function createK3dProvider(settings: ProviderSettings): Provider {
  const k3d = createK3d({ run: settings.run });
  const lists = createLocalLists(settings, {
    kind: 'k3d',
    what: 'k3d cluster',
    defaultName: 'k3s-default',
    contextOf: (name) => `k3d-${name}`,
    clusters: (signal) => k3d.clusters({ signal }),
    stopped: ({ servers }) => Promise.resolve(servers.running < servers.count ? { detail: 'stopped' } : undefined),
    mend: (name) => `k3d kubeconfig merge ${name} --kubeconfig-merge-default`,
  });
  const startArgv: Provider['startArgv'] = (name, state = 'stopped') => [
    state === 'absent' ? k3d.createArgv(name) : k3d.startArgv(name),
  ];
  return {
    kind: 'k3d',
    ...lists,
    startArgv,
    async start(name, options) {
      const { state } = await lists.find(name, options.signal ?? new AbortController().signal);
      for (const argv of startArgv(name, state)) await k3d.bringUp(argv, options);
    },
    delivery: ({ name }) => Promise.resolve({ by: 'load', program: 'k3d', cluster: name }),
    ...createDeliveries(settings),
    nodeAddresses: (cluster, signal) => containerNodeAddresses(settings, cluster, signal),
  };
}
