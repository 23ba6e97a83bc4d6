import { quantity } from '../kubernetes/quantity.ts';
import { messageOf, ToolError } from '../errors/errors.ts';
import { apiGet } from '../tools/kubectl/api-get.ts';
import type { KubectlTarget } from '../tools/kubectl/argv.ts';
import type { RunCommand } from '../tools/shell/run.ts';

/** What a provider wants to know of a node. */
export interface NodeFacts {
  /** `1.34.10`. */
  version: string;
  /** `containerd://2.2.9`. */
  runtime: string;
  /** `digitalocean://123`; absent on most local clusters. */
  providerId?: string;
  addresses: { type: string; address: string }[];
  /** CPUs that pods may ask for; 0 when it takes no new pods. */
  cpu: number;
}

interface RawNode {
  spec?: { providerID?: string; unschedulable?: boolean };
  status?: {
    nodeInfo?: { kubeletVersion?: string; containerRuntimeVersion?: string };
    addresses?: { type: string; address: string }[];
    allocatable?: { cpu?: string };
  };
}

/** Seconds; less than a list of clusters may take, so that the reason of a failure is still heard. */
const readLimit = 4;

/** The nodes of a cluster; one request. */
async function readNodes(run: RunCommand, target: KubectlTarget, signal: AbortSignal): Promise<NodeFacts[]> {
  const list = (await apiGet(run, target, '/api/v1/nodes', { signal, timeout: readLimit })) as { items?: RawNode[] };
  return (list.items ?? []).map(({ spec = {}, status = {} }) => ({
    version: (status.nodeInfo?.kubeletVersion ?? '').replace(/^v/, ''),
    runtime: status.nodeInfo?.containerRuntimeVersion ?? '',
    ...(spec.providerID === undefined ? {} : { providerId: spec.providerID }),
    addresses: status.addresses ?? [],
    cpu: spec.unschedulable === true ? 0 : quantity(status.allocatable?.cpu),
  }));
}

/** Nodes, or undefined where the person may not see them. */
export async function readNodesIfAllowed(
  run: RunCommand,
  target: KubectlTarget,
  signal: AbortSignal,
): Promise<NodeFacts[] | undefined> {
  try {
    return await readNodes(run, target, signal);
  } catch (error) {
    if (error instanceof ToolError && error.code === 'forbidden') return undefined;
    throw error;
  }
}

/**
 * One line about a cluster that runs: `Kubernetes 1.34, 1 node, 3.9 CPU free`, or why it does not answer. How much is free
 * is left out when the pods may not be seen or are too many for a look.
 */
export async function describeCluster(
  run: RunCommand,
  target: KubectlTarget,
  signal: AbortSignal,
): Promise<{ detail: string; problem?: string }> {
  try {
    const nodes = await readNodesIfAllowed(run, target, signal);
    if (nodes === undefined) {
      const { gitVersion } = (await apiGet(run, target, '/version', { signal, timeout: readLimit })) as {
        gitVersion: string;
      };
      return { detail: `Kubernetes ${minor(gitVersion.replace(/^v/, ''))}` };
    }
    const free = await freeCpu(run, target, nodes, signal);
    return { detail: detailOf(nodes, free) };
  } catch (error) {
    signal.throwIfAborted();
    return { detail: messageOf(error), problem: messageOf(error) };
  }
}

/** Who runs the nodes, by the scheme of `spec.providerID` (cloud controller managers). */
const clouds: Record<string, string> = {
  aws: 'AWS',
  azure: 'Azure',
  digitalocean: 'DigitalOcean',
  gce: 'Google Cloud',
  hcloud: 'Hetzner',
  linode: 'Linode',
  openstack: 'OpenStack',
  scaleway: 'Scaleway',
  vultr: 'Vultr',
};

/** Pure: the words about nodes. */
export function detailOf(nodes: readonly NodeFacts[], free: number | undefined): string {
  const scheme = nodes[0]?.providerId?.split('://')[0] ?? '';
  const who = clouds[scheme] ?? `Kubernetes ${minor(nodes[0]?.version ?? '')}`;
  const count = `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;
  // Cut, not rounded: what is told must be there.
  const room = free === undefined ? [] : [`${(Math.floor(free * 10) / 10).toFixed(1)} CPU free`];
  return [who, count, ...room].join(', ');
}

/** Pods that are too many, and seconds that are too long, for one helpful figure. */
const mostPods = 500;
const freeLimit = 2;

async function freeCpu(
  run: RunCommand,
  target: KubectlTarget,
  nodes: readonly NodeFacts[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const running = encodeURIComponent('status.phase!=Succeeded,status.phase!=Failed');
  try {
    const path = `/api/v1/pods?limit=${mostPods}&fieldSelector=${running}`;
    const pods = (await apiGet(run, target, path, { signal, timeout: freeLimit })) as {
      metadata?: { continue?: string };
      items?: RawPod[];
    };
    if (pods.metadata?.continue) return undefined;
    const asked = (pods.items ?? []).reduce((sum, pod) => sum + requestedCpu(pod), 0);
    return Math.max(0, nodes.reduce((sum, { cpu }) => sum + cpu, 0) - asked);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ToolError) return undefined; // Not allowed, or too slow for a figure that is only helpful.
    throw error;
  }
}

interface RawContainer {
  restartPolicy?: string;
  resources?: { requests?: { cpu?: string } };
}
export interface RawPod {
  spec?: { containers?: RawContainer[]; initContainers?: RawContainer[]; overhead?: { cpu?: string } };
}

/** What the scheduler counts: containers and sidecars together, or the largest init container (Kubernetes, "Sidecar containers"). */
export function requestedCpu({ spec = {} }: RawPod): number {
  const cpu = ({ resources }: RawContainer) => quantity(resources?.requests?.cpu);
  let sidecars = 0;
  let largest = 0;
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars += cpu(container);
    else largest = Math.max(largest, sidecars + cpu(container));
  }
  const together = (spec.containers ?? []).reduce((sum, container) => sum + cpu(container), sidecars);
  return Math.max(together, largest) + quantity(spec.overhead?.cpu);
}

function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
