import type { AdmissionRequest } from './admission.ts';
import type { StoredObject } from '../objects.ts';
import type { PodSpec } from '../kinds/pod/types.ts';

/** The wish of a pod that is being made; undefined for every other request. */
export function newPod({ operation, resource, subresource, object }: AdmissionRequest): PodSpec | undefined {
  if (operation !== 'CREATE' || resource.storage !== '/pods' || subresource !== undefined) return undefined;
  return (object?.['spec'] ?? {}) as PodSpec;
}

export const withSpec = (object: StoredObject | undefined, spec: PodSpec): StoredObject | undefined =>
  object === undefined || object['spec'] === spec ? object : { ...object, spec };
