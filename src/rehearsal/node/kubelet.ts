import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import type { Change, Client } from '../controllers/client.ts';
import { keyOf, type Controller } from '../controllers/controller.ts';
import { linesOf, type LogLine } from './container-run.ts';
import { ImageStore } from './images.ts';
import { noInterference, type Interference } from './interference.ts';
import { renewLease, reportNode } from './node-status.ts';
import type { NodeServices } from './node-services.ts';
import { isTerminal, type Node, type Pod } from './pod.ts';
import { PodWorker } from './pod-worker.ts';

export interface KubeletOptions {
  /** The API as the kubelet of this node uses it: user `system:node:NAME`, field manager and events of `kubelet`. */
  clientOf?: (node: string) => Client;
  interference?: Interference;
  /** Images that every node has from the start. */
  images?: readonly string[];
  /** Whether a machine stands behind the node; without it behind each. A node that somebody only wrote down runs nothing. */
  isMachine?: (node: string) => boolean;
}

/** The kubelets of all nodes, and what only they know: logs. */
export interface Kubelets extends Controller {
  /**
   * What a container has said; `previous`: its run before. Undefined when there is no such run. The API answers with the
   * kubelet's errors itself.
   */
  logsOf(pod: Pod, container: string, previous: boolean): readonly LogLine[] | undefined;
}

/** Milliseconds between two listings of what runs (PLEG), and between reports of a node that does not change. */
const relistPeriod = 1000;
const reportPeriod = 300_000;
/** Milliseconds between two renewals of a node's Lease. */
const renewalPeriod = 10_000;

export function createKubelets({
  clientOf,
  interference = noInterference,
  images = [],
  isMachine = () => true,
}: KubeletOptions = {}): Kubelets {
  const workers = new Map<string, PodWorker>();
  const runOf = (pod: Pod, container: string, index: number) => workers.get(pod.metadata.uid)?.runsOf(container)[index];
  let now = () => 0;
  return {
    name: 'kubelet',
    start({ client, clock, chance }) {
      now = () => clock.now();
      const nodes = new Map<string, NodeAgent>();
      const agentOf = (node: Node) => {
        const { name } = node.metadata;
        const known = nodes.get(name);
        if (known !== undefined) return known;
        const agent = new NodeAgent(node, nodes.size, {
          client: clientOf?.(name) ?? client,
          clock,
          chance,
          interference,
          images,
        });
        nodes.set(name, agent);
        return agent;
      };
      client.watch('v1 Node', ({ type, object }) => {
        if (!isMachine(object.metadata.name)) return;
        if (type !== 'DELETED') {
          const isNew = !nodes.has(object.metadata.name);
          agentOf(object as Node).appear();
          // Pods may have been bound to it before it came.
          if (isNew && workers.size > 0)
            for (const pod of client.list('v1 Pod')) dispatch({ type: 'ADDED', object: pod }, workers, nodes);
          return;
        }
        nodes.get(object.metadata.name)?.stop();
        nodes.delete(object.metadata.name);
      });
      client.watch('v1 Pod', (change) => dispatch(change, workers, nodes));
      interference.onChange(() => {
        for (const agent of nodes.values()) agent.report();
        for (const worker of workers.values()) worker.wakeProbes();
      });
    },
    logsOf(pod, container, previous) {
      const run = runOf(pod, container, previous ? 1 : 0);
      return run === undefined || run.state === 'created' ? undefined : linesOf(run, now());
    },
  };
}

function dispatch(
  { type, object }: Change,
  workers: Map<string, PodWorker>,
  nodes: ReadonlyMap<string, NodeAgent>,
): void {
  const pod = object as Pod;
  const { uid } = pod.metadata;
  const worker = workers.get(uid);
  if (type === 'DELETED') {
    worker?.forget();
    workers.delete(uid);
    return;
  }
  if (worker !== undefined) return worker.update(pod);
  const agent = nodes.get(pod.spec.nodeName ?? '');
  if (agent === undefined || isTerminal(pod)) return;
  const made = new PodWorker(agent.servicesFor(pod), pod);
  workers.set(uid, made);
  agent.services.clock.after(0, () => {
    if (workers.get(uid) === made) made.sync();
  });
}

interface AgentContext {
  client: Client;
  clock: RehearsalClock;
  chance: Chance;
  interference: Interference;
  images: readonly string[];
}

/** The kubelet of one node, without its pods. */
class NodeAgent {
  readonly services: NodeServices;
  readonly #chance: Chance;
  readonly #name: string;
  readonly #phase: number;
  readonly #dirty = new Set<{ sync(): void }>();
  readonly #addresses: Addresses;
  #cancelReport: (() => void) | undefined;
  #cancelRenewal: (() => void) | undefined;

  constructor(node: Node, index: number, { client, clock, chance, interference, images }: AgentContext) {
    this.#name = keyOf(node);
    this.#chance = chance;
    const own = chance.fork(this.#name);
    const store = new ImageStore(clock, own.fork('images'));
    for (const image of images) store.load(image);
    this.#phase = own.below(relistPeriod);
    this.#addresses = new Addresses(node.spec?.podCIDR ?? `10.244.${index}.0/24`);
    this.services = {
      node: this.#name,
      address: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? `192.168.49.${2 + index}`,
      client,
      clock,
      chance: own,
      images: store,
      interference,
      takeAddress: () => this.#addresses.take(),
      returnAddress: (ip) => this.#addresses.giveBack(ip),
      relist: (worker) => this.#relist(worker),
    };
  }

  /** How long things take is a matter of the pod, wherever it runs. */
  servicesFor(pod: Pod): NodeServices {
    return { ...this.services, chance: this.#chance.fork(pod.metadata.uid) };
  }

  /** The node is there: its status is reported now and, sparsely, from then on. */
  appear(): void {
    if (this.#cancelReport === undefined) this.report();
  }

  report(): void {
    this.#cancelReport?.();
    const { clock } = this.services;
    this.#cancelReport = clock.after(reportPeriod, () => this.report());
    reportNode(this.services);
    this.#live();
  }

  /** Without a renewal the node counts as lost after 50 s (pkg/controller/nodelifecycle). */
  #live(): void {
    this.#cancelRenewal?.();
    const { client, clock, node: name } = this.services;
    const node = client.get('v1 Node', undefined, name) as Node | undefined;
    if (node === undefined) return;
    renewLease(client, node, clock.microTimestamp());
    this.#cancelRenewal = clock.after(renewalPeriod, () => this.#live());
  }

  stop(): void {
    this.#cancelReport?.();
    this.#cancelRenewal?.();
  }

  #relist(worker: { sync(): void }): void {
    const { clock } = this.services;
    const isFirst = this.#dirty.size === 0;
    this.#dirty.add(worker);
    if (!isFirst) return;
    const passed = (clock.now() - this.#phase) % relistPeriod;
    clock.after(relistPeriod - passed, () => {
      const seen = [...this.#dirty];
      this.#dirty.clear();
      for (const each of seen) each.sync();
    });
  }
}

/** Addresses of pods, given out one after the other as the `host-local` plugin does. */
class Addresses {
  readonly #prefix: string;
  readonly #taken = new Set<number>();
  #last = 1;

  constructor(range: string) {
    this.#prefix = range.split('.').slice(0, 3).join('.');
  }

  take(): string {
    // A node has fewer pods than addresses (110 to 253); with more the last are shared rather than refused.
    for (let tries = 0; tries < 253; tries += 1) {
      this.#last = this.#last >= 254 ? 2 : this.#last + 1;
      if (!this.#taken.has(this.#last)) break;
    }
    this.#taken.add(this.#last);
    return `${this.#prefix}.${this.#last}`;
  }

  giveBack(ip: string): void {
    this.#taken.delete(Number(ip.split('.')[3]));
  }
}
