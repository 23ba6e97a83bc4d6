import type { Resource } from '../api/resource.ts';
import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';

/** One request on its way to the store, after defaults and before validation. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: Resource;
  /** `status`, `scale`, `eviction`... */
  subresource?: string | undefined;
  namespace?: string | undefined;
  name: string;
  /** Not with DELETE. */
  object?: StoredObject | undefined;
  /** Not with CREATE. */
  old?: StoredObject | undefined;
  /** `system:serviceaccount:kube-system:replicaset-controller` */
  user: string;
  isDryRun: boolean;
  /** Sent to the client as a `Warning` header. */
  warn(text: string): void;
}

/** One admission plugin of the API server, in the order of `kube-apiserver --enable-admission-plugins`. */
export interface AdmissionPlugin {
  name: string;
  /** Returns the object, changed or not. Throws StatusError to refuse. */
  mutate?(request: AdmissionRequest, reader: Reader): StoredObject | undefined;
  /** Throws StatusError to refuse. */
  validate?(request: AdmissionRequest, reader: Reader): void;
  /** Objects whose status the request changes, as they are to be: written once nothing refuses it, unless it is a dry run. */
  statuses?(request: AdmissionRequest, reader: Reader): readonly StoredObject[];
}
