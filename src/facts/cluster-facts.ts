import { quantity } from '../kubernetes/quantity.ts';
import type { KubernetesObject } from '../kubernetes/objects.ts';
import type { ClusterReader } from '../kubernetes/watch/cluster-reader.ts';
import { ForbiddenError } from '../errors/errors.ts';

/** What a running cluster offers, read once before planning. Lists that the person may not read are undefined. */
export interface ClusterFacts {
  version: string;
  /** uid of kube-system; empty when it may not be read. */
  uid: string;
  /** Architectures of schedulable nodes, most frequent first. */
  architectures: string[];
  nodes: number | undefined;
  namespaces: KubernetesObject[] | undefined;
  storageClasses: KubernetesObject[] | undefined;
  ingressClasses: KubernetesObject[] | undefined;
  /** Node port to `namespace/service`. */
  nodePorts: Map<number, string> | undefined;
  /** Free for pods to request: allocatable less requested, over all nodes. */
  free: { cpu: number; memory: number } | undefined;
}

export async function gatherClusterFacts(reader: ClusterReader): Promise<ClusterFacts> {
  const version = ((await reader.raw('/version')) as { gitVersion: string }).gitVersion;
  const [system, nodes, namespaces, storageClasses, ingressClasses, services, pods] = await Promise.all([
    allowed(reader.get({ apiVersion: 'v1', kind: 'Namespace' }, 'kube-system')),
    allowed(reader.list({ apiVersion: 'v1', kind: 'Node' })),
    allowed(reader.list({ apiVersion: 'v1', kind: 'Namespace' })),
    allowed(reader.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' })),
    allowed(reader.list({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' })),
    allowed(reader.list({ apiVersion: 'v1', kind: 'Service' })),
    allowed(reader.list({ apiVersion: 'v1', kind: 'Pod' })),
  ]);
  return {
    version,
    uid: system?.metadata.uid ?? '',
    architectures: architecturesOf(nodes ?? []),
    nodes: nodes?.length,
    namespaces,
    storageClasses,
    ingressClasses,
    nodePorts: services === undefined ? undefined : nodePortsOf(services),
    free: nodes === undefined || pods === undefined ? undefined : freeRoom(nodes, pods),
  };
}

/** A list that may not be read is no failure here: what depends on it says that it could not be checked. */
async function allowed<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof ForbiddenError) return undefined;
    throw error;
  });
}

/** Whether a namespace is there; undefined: the person may read neither the list nor this one. */
export async function hasNamespace(
  { namespaces }: Pick<ClusterFacts, 'namespaces'>,
  reader: Pick<ClusterReader, 'get'>,
  name: string,
): Promise<boolean | undefined> {
  if (namespaces !== undefined) return namespaces.some(({ metadata }) => metadata.name === name);
  return allowed(reader.get({ apiVersion: 'v1', kind: 'Namespace' }, name).then((object) => object !== undefined));
}

export function nodePortsOf(services: KubernetesObject[]): Map<number, string> {
  return new Map(
    services.flatMap(({ metadata, spec }) =>
      ((spec?.ports ?? []) as { nodePort?: number }[]).flatMap(({ nodePort }): [number, string][] =>
        nodePort === undefined ? [] : [[nodePort, `${metadata.namespace}/${metadata.name}`]],
      ),
    ),
  );
}

function freeRoom(nodes: KubernetesObject[], pods: KubernetesObject[]): { cpu: number; memory: number } {
  const sum = { cpu: 0, memory: 0 };
  const open = nodes.filter(isSchedulable);
  const names = new Set(open.map(({ metadata }) => metadata.name));
  for (const node of open) {
    sum.cpu += quantity(node['status']?.allocatable?.cpu);
    sum.memory += quantity(node['status']?.allocatable?.memory);
  }
  for (const pod of pods) {
    if (['Succeeded', 'Failed'].includes(String(pod['status']?.phase)) || !names.has(pod['spec']?.nodeName)) continue;
    for (const { resources } of (pod['spec']?.containers ?? []) as {
      resources?: { requests?: Record<string, string> };
    }[]) {
      sum.cpu -= quantity(resources?.requests?.['cpu']);
      sum.memory -= quantity(resources?.requests?.['memory']);
    }
  }
  return sum;
}

function isSchedulable(node: KubernetesObject): boolean {
  return node['spec']?.unschedulable !== true;
}

/** Where no node may be read, or none takes pods now: that of all of them, or the commonest of all. */
function architecturesOf(nodes: KubernetesObject[]): string[] {
  const open = nodes.filter(isSchedulable);
  const found = (open.length > 0 ? open : nodes).map((node) =>
    String(node['status']?.nodeInfo?.architecture ?? 'amd64'),
  );
  return byFrequency(found.length > 0 ? found : ['amd64']);
}

function byFrequency(values: string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
}
