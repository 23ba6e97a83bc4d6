import type { ImageDelivery, PlanTarget } from '../plan/plan.ts';
import type { CommandOptions } from '../tools/shell/run.ts';

/** One cluster that a provider knows of, as the choose-cluster screen lists it. */
export interface FoundCluster {
  provider: PlanTarget['provider'];
  name: string;
  /** kubeconfig context; what it will be called when the cluster does not exist yet. */
  context: string;
  state: PlanTarget['state'];
  /** One line: version, nodes, driver; or why it does not answer. */
  detail: string;
  /** API server, when known. */
  server?: string;
  /** Set when it cannot be used now: the reason. */
  problem?: string;
}

export interface StartProgress {
  message: string;
  done?: number;
  total?: number;
}

/** One kind of cluster: finding, starting, delivering images, addresses. Programs are run by the tools given to it. */
export interface Provider {
  kind: PlanTarget['provider'];
  /** Clusters of this kind on this machine, within 5 s; none when its program is missing. Never throws for a sick cluster: `problem` says it. */
  list(signal: AbortSignal): Promise<FoundCluster[]>;
  /** The cluster with this name; UserError (exit 2) naming those that exist when there is none. */
  find(name: string, signal: AbortSignal): Promise<FoundCluster>;
  /**
   * Commands that `start` runs; empty when it cannot start clusters. Some kinds make a cluster by another command than
   * they start one: `state` is what `find` said, `stopped` unless told.
   */
  startArgv(name: string, state?: FoundCluster['state']): string[][];
  /** Looks at the state itself. Leaves the current context of kubectl as it is. */
  start(name: string, options: CommandOptions & { onProgress: (progress: StartProgress) => void }): Promise<void>;
  /**
   * How images reach the nodes of this cluster. `registry` (`ghcr.io/acme`) is what the answers name, for clusters that
   * take images in no other way; `UserError` (exit 4) when such a cluster gets none.
   */
  delivery(cluster: FoundCluster, signal: AbortSignal, registry?: string): Promise<ImageDelivery>;
  /**
   * Argument vectors that bring a local image to the nodes; empty for a shared daemon. For a push `tag` may name the
   * registry already or not.
   */
  deliverArgv(delivery: ImageDelivery, tag: string): string[][];
  /** Whether the nodes have the image already; undefined: cannot be known, deliver. */
  hasImage(delivery: ImageDelivery, tag: string, signal: AbortSignal): Promise<boolean | undefined>;
  /** Where a Service's node port may answer: node addresses, 127.0.0.1. */
  nodeAddresses(cluster: FoundCluster, signal: AbortSignal): Promise<string[]>;
}
