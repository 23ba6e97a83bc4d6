import { createDeliveries } from './deliveries.ts';
import { missingCluster } from './local-clusters.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

const cluster: FoundCluster = {
  provider: 'rehearsal',
  name: 'rehearsal',
  context: 'rehearsal',
  state: 'running',
  detail: 'nothing is installed or changed; see how it goes first',
};

/** The cluster inside this program. It is started when it is chosen, and ends with the run. */
export function createRehearsalProvider(settings: ProviderSettings): Provider {
  return {
    kind: 'rehearsal',
    list: () => Promise.resolve([cluster]),
    find: (name) =>
      name === cluster.name
        ? Promise.resolve(cluster)
        : Promise.reject(missingCluster('rehearsal', name, [{ name: cluster.name }])),
    startArgv: () => [],
    start: () => Promise.resolve(),
    // Its nodes take whatever is there: an image that was rehearsed is in no store.
    delivery: () => Promise.resolve({ by: 'shared-daemon' }),
    ...createDeliveries(settings),
    nodeAddresses: () => Promise.resolve(['127.0.0.1']),
  };
}
