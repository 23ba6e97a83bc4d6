import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts';

/** A JSON value as it travels between a client and the API server. */
export type Json = string | number | boolean | null | Json[] | { [field: string]: Json };

export interface JsonObject {
  [field: string]: Json;
}

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  /** RFC 3339, whole seconds. */
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  subresource?: string;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface StoredMeta extends ObjectMeta {
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  generateName?: string;
  deletionGracePeriodSeconds?: number;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

/**
 * An object as the store holds it. Never changed in place: a write makes a new object that shares what it does not change,
 * so that what two versions share can be seen by comparing references.
 */
export interface StoredObject extends KubernetesObject {
  metadata: StoredMeta;
}
