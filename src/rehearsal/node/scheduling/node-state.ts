import type { Container, Node, Pod } from '../pod.ts';
import { amountsOf, requestsOf, type Amounts } from './requests.ts';

/** A pod that is counted on a node, with what it takes there. */
export interface Placed {
  pod: Pod;
  requests: Amounts;
  hostPorts: readonly HostPort[];
}

export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

/** A node as the scheduler sees it: what it has, and what is taken. */
export class NodeState {
  node: Node;
  allocatable: Amounts;
  readonly taken: Amounts = {};
  /** By uid. */
  readonly pods = new Map<string, Placed>();
  /** Pods of it that say what else may not be here. */
  readonly withAntiAffinity = new Map<string, Placed>();
  /** Pods of each controller, by its uid. */
  readonly owners = new Map<string, number>();

  constructor(node: Node) {
    this.node = node;
    this.allocatable = amountsOf(node.status?.allocatable);
  }

  update(node: Node): void {
    this.node = node;
    this.allocatable = amountsOf(node.status?.allocatable);
  }

  get labels(): Readonly<Record<string, string>> {
    return this.node.metadata.labels ?? {};
  }

  add(placed: Placed): void {
    const { uid } = placed.pod.metadata;
    if (this.pods.has(uid)) return;
    this.pods.set(uid, placed);
    if (placed.pod.spec.affinity?.podAntiAffinity !== undefined) this.withAntiAffinity.set(uid, placed);
    this.#countOwner(placed, 1);
    for (const name in placed.requests) this.taken[name] = (this.taken[name] ?? 0) + (placed.requests[name] ?? 0);
  }

  remove(uid: string): void {
    const placed = this.pods.get(uid);
    if (placed === undefined) return;
    this.pods.delete(uid);
    this.withAntiAffinity.delete(uid);
    this.#countOwner(placed, -1);
    for (const name in placed.requests) this.taken[name] = (this.taken[name] ?? 0) - (placed.requests[name] ?? 0);
  }

  #countOwner({ pod }: Placed, step: number): void {
    for (const { controller, uid } of pod.metadata.ownerReferences ?? [])
      if (controller === true) this.owners.set(uid, (this.owners.get(uid) ?? 0) + step);
  }
}

export function placed(pod: Pod): Placed {
  return { pod, requests: requestsOf(pod.spec), hostPorts: hostPortsOf(pod) };
}

/** Ports that the pod wants of the node itself; with hostNetwork every port is one (the API server fills in hostPort). */
function hostPortsOf({ spec }: Pod): HostPort[] {
  const own = (container: Container) =>
    (container.ports ?? []).flatMap(({ containerPort, hostPort, hostIP, protocol }) => {
      const port = hostPort ?? (spec.hostNetwork === true ? containerPort : 0);
      return port === 0 ? [] : [{ ip: hostIP ?? '0.0.0.0', protocol: protocol ?? 'TCP', port }];
    });
  return [
    ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
    ...spec.containers,
  ].flatMap(own);
}

export function portsConflict(one: HostPort, other: HostPort): boolean {
  return (
    one.port === other.port &&
    one.protocol === other.protocol &&
    (one.ip === other.ip || one.ip === '0.0.0.0' || other.ip === '0.0.0.0')
  );
}
