import type { Resource } from '../api/resource.ts';
import type { OwnerReference, StoredMeta, StoredObject } from '../objects.ts';

/** `v1 Pod`, `apps/v1 Deployment`: apiVersion and kind. */
export type KindName = `${string} ${string}`;

/** An object to be created: the server adds uid, resourceVersion and creationTimestamp. */
export type NewObject = Omit<StoredObject, 'metadata'> & {
  apiVersion: string;
  kind: string;
  metadata: Partial<StoredMeta> & { ownerReferences?: OwnerReference[] };
};

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** For DELETED: its last state, with the resourceVersion of the deletion. */
  object: StoredObject;
  /** What it was before: MODIFIED and DELETED. */
  before?: StoredObject;
}

export interface EventText {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** `spec.containers{web}`: the part of the object that it is about. */
  fieldPath?: string;
  /** What was done, for sources that write events.k8s.io; that of the component unless told. */
  action?: string;
}

/** Reads of the cluster's state. Synchronous: the store is in this process. */
export interface Reader {
  /** The resource of a kind; undefined for a custom kind whose definition is not established. */
  resource(kind: KindName): Resource | undefined;
  get(kind: KindName, namespace: string | undefined, name: string): StoredObject | undefined;
  /** In the order of namespace and name. `labels` are labels that must be equal. Empty for a kind that does not exist. */
  list(
    kind: KindName,
    where?: { namespace?: string; labels?: Readonly<Record<string, string>> },
  ): readonly StoredObject[];
  /** Objects of every kind whose ownerReferences name this uid. */
  owned(uid: string): readonly StoredObject[];
}

/**
 * The API as one component of the control plane uses it: `deployment-controller`, `kubelet`. Every write goes through
 * defaults, validation, admission and managed fields like that of any other client. A refused write throws StatusError;
 * `outdated` (409) when the object has changed since it was read.
 */
export interface Client extends Reader {
  create(object: NewObject): StoredObject;
  /** Writes everything but the status. Returns the object as stored; the same object when nothing has changed. */
  update(object: StoredObject): StoredObject;
  /** Writes only the status (kinds with a status subresource). */
  updateStatus(object: StoredObject): StoredObject;
  /**
   * Deletes as a client would: finalizers, grace periods and the propagation policy (`Background` unless told) hold.
   * An object that is gone already is no error.
   */
  delete(object: StoredObject, options?: DeleteOptions): void;
  /** Binds a pod to a node, as the scheduler does through the `binding` subresource. */
  bind(pod: StoredObject, node: string): StoredObject;
  /** Evicts a pod, as `kubectl drain` does; 429 when a PodDisruptionBudget does not allow it. */
  evict(pod: StoredObject): void;
  /** Records an event about the object; the same text again raises the count (k8s.io/client-go/tools/record). */
  event(about: StoredObject, text: EventText): void;
  /** Called at once for each object that is there, then for each change. Returns what ends it. */
  watch(kind: KindName, listener: (change: Change) => void): () => void;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Refuse (409) when the object is another one by now. */
  preconditions?: { uid?: string; resourceVersion?: string };
}
