import { StatusError } from '../api/status-error.ts';
import type { Client } from '../controllers/client.ts';
import type { NodeServices } from './node-services.ts';
import type { Node, PodCondition } from './pod.ts';

/** What a node says of itself when all is well, in the order of the kubelet (pkg/kubelet/nodestatus/setters.go). */
const healthy = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** How many images a node lists, the largest first (nodeStatusMaxImages). */
const listedImages = 50;

/** Writes the status of the node: conditions, address, images; and an event when it becomes ready or ceases to be. */
export function reportNode({ node: name, client, clock, images, interference, address }: NodeServices): void {
  const node = client.get('v1 Node', undefined, name) as Node | undefined;
  if (node === undefined) return;
  const old = node.status?.conditions ?? [];
  const problem = interference.nodeProblem(name);
  const now = clock.timestamp();
  const conditions = healthy.map(([type, status, reason, message]): PodCondition & { lastHeartbeatTime: string } => {
    const isBad = type === 'Ready' && problem !== undefined;
    const wanted = isBad ? 'False' : status;
    const before = old.find((condition) => condition.type === type);
    return {
      type,
      status: wanted,
      lastHeartbeatTime: now,
      lastTransitionTime: before?.status === wanted ? (before.lastTransitionTime ?? now) : now,
      reason: isBad ? 'KubeletNotReady' : reason,
      message: isBad ? problem : message,
    };
  });
  try {
    client.updateStatus({
      ...node,
      status: {
        ...node.status,
        addresses: node.status?.addresses ?? [
          { type: 'InternalIP', address },
          { type: 'Hostname', address: name },
        ],
        conditions: [...old.filter(({ type }) => !healthy.some(([known]) => known === type)), ...conditions],
        images: [...images.all()]
          .sort((one, other) => other.sizeBytes - one.sizeBytes)
          .slice(0, listedImages)
          .map(({ name: image, id, sizeBytes }) => ({ names: [id, image], sizeBytes })),
      },
    });
  } catch (error) {
    // Refused: the next report comes soon enough.
    if (!(error instanceof StatusError)) throw error;
    return;
  }
  const was = old.find(({ type }) => type === 'Ready')?.status;
  const is = problem === undefined ? 'True' : 'False';
  if (was === is || (was === undefined && is === 'True')) return;
  const reason = is === 'True' ? 'NodeReady' : 'NodeNotReady';
  client.event(node, { type: 'Normal', reason, message: `Node ${name} status is now: ${reason}` });
}

/** The Lease of a node: its sign of life (pkg/kubelet, component-helpers/apimachinery/lease). */
export function renewLease(client: Client, { metadata: { name, uid } }: Node, renewTime: string): void {
  const lease = client.get('coordination.k8s.io/v1 Lease', 'kube-node-lease', name);
  if (lease !== undefined) {
    client.update({ ...lease, spec: { ...(lease['spec'] as object), renewTime } });
    return;
  }
  if (client.get('v1 Namespace', undefined, 'kube-node-lease') === undefined) return;
  client.create({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease', ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
  });
}
