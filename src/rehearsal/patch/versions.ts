import type { Registry } from '../api/registry.ts';
import type { Resource } from '../api/resource.ts';
import { convert } from '../kinds/conversion.ts';
import type { JsonObject, StoredObject } from '../objects.ts';
import type { VersionConversion } from './field-owners.ts';

/** How objects of a resource are told in the other versions of their API. */
export function conversionOf({ kind }: Resource, registry: Registry): VersionConversion {
  return (object, apiVersion) => {
    const other = registry.ofKind(`${apiVersion} ${kind}`);
    if (other === undefined) return undefined;
    // Before a create there is nothing.
    if (object['kind'] === undefined) return { object, shape: other.shape };
    return {
      object: convert(object as unknown as StoredObject, apiVersion) as unknown as JsonObject,
      shape: other.shape,
    };
  };
}
