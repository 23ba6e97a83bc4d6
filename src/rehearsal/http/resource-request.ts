import type { Resource } from '../api/resource.ts';
import { StatusError } from '../api/status-error.ts';
import type { Exchange } from './exchange.ts';

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
