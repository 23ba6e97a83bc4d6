import type { Duplex } from 'node:stream';
import type { Resource } from '../api/resource.ts';
import { StatusError } from '../api/status-error.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceRoute } from './route.ts';

/** A request that becomes a stream, or that is answered by what runs in a pod. */
export interface StreamRequest {
  exchange: Exchange;
  route: ResourceRoute;
  resource: Resource;
  /** Set when the client asked for an upgrade. */
  socket?: Duplex;
  head?: Buffer;
}

/** Subresources of pods that streams serve, each with its function. */
export type StreamParts = Readonly<
  Record<'log' | 'exec' | 'attach' | 'portforward', (request: StreamRequest) => Promise<void>>
>;

export function isStream({ group, plural, subresource }: ResourceRoute): boolean {
  return group === '' && plural === 'pods' && ['log', 'exec', 'attach', 'portforward'].includes(subresource ?? '');
}

export async function serveStream(request: StreamRequest, parts: StreamParts): Promise<void> {
  const { route, socket } = request;
  const name = route.subresource as keyof StreamParts;
  if (name !== 'log' && socket === undefined) throw new StatusError(400, 'BadRequest', 'Upgrade request required');
  return parts[name](request);
}
