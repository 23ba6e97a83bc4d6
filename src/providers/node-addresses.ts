import { networkInterfaces } from 'node:os';
import { readNodesIfAllowed, type NodeFacts } from './nodes.ts';
import type { FoundCluster } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

const loopback = '127.0.0.1';

/** Nodes that are containers of this host's Docker: their own addresses on Linux, published ports elsewhere. */
export async function containerNodeAddresses(
  { run, kubeconfig }: ProviderSettings,
  { context }: FoundCluster,
  signal: AbortSignal,
): Promise<string[]> {
  const nodes = await readNodesIfAllowed(run, { program: 'kubectl', context, kubeconfig }, signal);
  return [...addressesOf(nodes ?? [], ['InternalIP']), loopback];
}

/** Nodes anywhere: what can be reached from afar first. 127.0.0.1 only where the cluster is on this host. */
export async function anyNodeAddresses(
  { run, kubeconfig, hostAddresses = ownAddresses }: ProviderSettings,
  { context, server }: FoundCluster,
  signal: AbortSignal,
): Promise<string[]> {
  const nodes = (await readNodesIfAllowed(run, { program: 'kubectl', context, kubeconfig }, signal)) ?? [];
  const addresses = addressesOf(nodes, ['ExternalIP', 'InternalIP']);
  const own = new Set(hostAddresses());
  const isHere = isLoopback(server) || addresses.some((address) => own.has(address));
  return isHere ? [...addresses, loopback] : addresses;
}

function addressesOf(nodes: readonly NodeFacts[], types: readonly string[]): string[] {
  const found = types.flatMap((type) =>
    nodes.flatMap(({ addresses }) => addresses.filter((each) => each.type === type).map(({ address }) => address)),
  );
  return [...new Set(found)];
}

function isLoopback(server: string | undefined): boolean {
  return (
    server !== undefined &&
    URL.canParse(server) &&
    /^(?:localhost|127\.|\[::1\]|host\.docker\.internal|kubernetes\.docker\.internal)/.test(new URL(server).hostname)
  );
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
