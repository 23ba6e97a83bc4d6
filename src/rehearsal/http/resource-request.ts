import type { Resource } from '../api/resource.ts';
import { StatusError } from '../api/status-error.ts';
import type { Exchange } from './exchange.ts';
import type { RestParts } from './rest-parts.ts';

/** One request for objects of a resource, without a subresource. */
export interface ResourceRequest {
  exchange: Exchange;
  resource: Resource;
  namespace: string | undefined;
  name: string | undefined;
  /** Milliseconds after which a fault closes a watch. */
  closeWatchAfter?: number | undefined;
}

export type NamedRequest = ResourceRequest & { name: string; subresource?: string };

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

/** The version in which objects are kept: that of the resource which first claimed the storage. */
export function storageOf(resource: Resource, parts: RestParts): Resource {
  if (resource.custom !== undefined) return resource;
  for (const one of parts.api.registry.all()) if (one.storage === resource.storage) return one;
  return resource;
}
