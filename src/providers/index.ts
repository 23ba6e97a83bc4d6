import { createContextProvider } from './context.ts';
import { createK3dProvider } from './k3d.ts';
import { createKindProvider } from './kind.ts';
import { createMinikubeProvider } from './minikube.ts';
import { createRehearsalProvider } from './rehearsal.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

export type { ProviderSettings } from './settings.ts';

/** Every kind of cluster, in the order in which they are offered. */
export function createProviders(settings: ProviderSettings): Provider[] {
  return [
    createMinikubeProvider(settings),
    createKindProvider(settings),
    createK3dProvider(settings),
    createContextProvider(settings),
    createRehearsalProvider(settings),
  ];
}

/** The clusters of all kinds, looked for side by side, each kind within its 5 s. */
export async function listClusters(providers: readonly Provider[], signal: AbortSignal): Promise<FoundCluster[]> {
  return (await Promise.all(providers.map((provider) => provider.list(signal)))).flat();
}
