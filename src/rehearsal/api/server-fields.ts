import type { StoredMeta, StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { hasGeneration } from './generation.ts';
import type { Resource } from './resource.ts';

/** Fields of metadata that only the server sets. */
export function withServerMeta(sent: StoredObject, old: StoredObject): StoredObject {
  const { metadata } = old;
  return {
    ...sent,
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: {
      ...sent.metadata,
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      creationTimestamp: metadata.creationTimestamp,
      ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
      ...(metadata.deletionTimestamp === undefined ? {} : { deletionTimestamp: metadata.deletionTimestamp }),
      ...(metadata.deletionGracePeriodSeconds === undefined
        ? {}
        : { deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds }),
    },
  };
}

/** Counts up when something outside metadata and status has changed. */
export function withGeneration(
  object: StoredObject,
  old: StoredObject,
  resource: Resource,
  subresource: string | undefined,
): StoredObject {
  if (old.metadata.generation === undefined || !hasGeneration(resource)) return object;
  const { metadata: _, status: __, ...wish } = object;
  const { metadata: ___, status: ____, ...before } = old;
  // Of a Deployment annotations are part of the wish (pkg/registry/apps/deployment, PrepareForUpdate).
  const isSame =
    isEqual(wish, before) &&
    (resource.storage !== 'apps/deployments' ||
      subresource !== undefined ||
      isEqual(object.metadata.annotations, old.metadata.annotations));
  if (isSame) return object;
  return { ...object, metadata: { ...object.metadata, generation: old.metadata.generation + 1 } };
}

export function withManagedFields(object: StoredObject, managedFields: StoredMeta['managedFields']): StoredObject {
  if (object.metadata.managedFields === managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(managedFields === undefined || managedFields.length === 0 ? {} : { managedFields }) },
  } as StoredObject;
}
