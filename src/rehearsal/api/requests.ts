import type { StoredObject } from '../objects.ts';
import type { Resource } from './resource.ts';

/** Who makes a request, and how it is to be made. */
export interface Requester {
  /** `system:serviceaccount:kube-system:replicaset-controller` */
  user: string;
  /** Name in managedFields. */
  fieldManager: string;
  isDryRun?: boolean;
  /** The resource in the version of the request, in which fields are managed; without it in that of the object. */
  asked?: Resource;
  /** Sent to the client as a `Warning` header. */
  warn?(text: string): void;
}

export interface Target {
  resource: Resource;
  namespace?: string | undefined;
  name: string;
  /** `status`, `scale`... */
  subresource?: string | undefined;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number | undefined;
  propagationPolicy?: string | undefined;
  orphanDependents?: boolean | undefined;
  preconditions?: { uid?: string; resourceVersion?: string } | undefined;
}

/** Computes metadata.managedFields after a write that is not an apply. */
export type TrackUpdate = (write: {
  before: StoredObject | undefined;
  after: StoredObject;
  manager: string;
  /** RFC 3339 */
  time: string;
  resource: Resource;
  subresource?: string | undefined;
}) => StoredObject['metadata']['managedFields'];
