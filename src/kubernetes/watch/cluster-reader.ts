import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from './snapshot.ts';

/** `apps/v1` and `Deployment` name a kind; the plural is found by discovery. */
export interface KindRef {
  apiVersion: string;
  kind: string;
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/** A live view of some kinds in one namespace. */
export interface LiveView {
  /** Called after each change, and once when the first lists are complete. */
  subscribe(listener: (snapshot: Snapshot) => void): () => void;
  /** What is known now. */
  snapshot(): Snapshot;
  close(): void;
}

/**
 * Reads one cluster with the rights of the person's own kubectl; never writes. Throws `ForbiddenError` when the person
 * lacks the right (verb and resource named), `UserError` for a login that is not taken, and a transient `ToolError` when
 * the API server cannot be reached.
 */
export interface ClusterReader {
  /** undefined: there is no such object, or no such kind. */
  get(ref: KindRef, name: string, namespace?: string): Promise<KubernetesObject | undefined>;
  list(ref: KindRef, options?: ListOptions): Promise<KubernetesObject[]>;
  /** Raw GET for what has no object: `/version`, `/apis`. JSON. */
  raw(path: string): Promise<unknown>;
  /**
   * Last lines of a container's log; `previous`: of the run before the restart. undefined: there is no log of that run, not
   * yet or not any more.
   */
  logs(
    namespace: string,
    pod: string,
    container: string,
    options?: { previous?: boolean; lines?: number },
  ): Promise<string[] | undefined>;
  /** Lists, then watches the kinds; reconnects by itself. */
  view(kinds: KindRef[], namespace: string): LiveView;
  close(): Promise<void>;
}
