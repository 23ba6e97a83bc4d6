import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { StatusError } from '../api/status-error.ts';
import { Exchange } from './exchange.ts';

/** Answers requests whose address and origin have been checked. */
export interface Handler {
  /** `path` is what follows the secret prefix. */
  request(exchange: Exchange): Promise<void>;
  /** A connection that becomes a stream (exec, port-forward). */
  upgrade(exchange: Exchange, socket: Duplex, head: Buffer): Promise<void>;
  /** An error that is a mistake of ours; the client gets 500. */
  bug(error: unknown): void;
}

export interface Listening {
  /** `http://127.0.0.1:PORT/s/SECRET` */
  url: string;
  close(): Promise<void>;
}

/**
 * Listens on loopback, on a port that the system chooses. Over plain HTTP client-go sends no credentials, so the secret
 * stands in the path; whoever does not know it gets 404. A foreign Host (DNS rebinding) or any Origin (a web page) is
 * refused whatever the path.
 */
export async function listen(handler: Handler, secret: string): Promise<Listening> {
  const prefix = `/s/${secret}`;
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 120_000, maxHeaderSize: 64 * 1024 });
  const exchangeOf = (request: IncomingMessage, response: ServerResponse): Exchange | undefined => {
    const refusal = refusalOf(request, server);
    const { pathname, search } = splitUrl(request.url ?? '/');
    const isOurs = pathname === prefix || pathname.startsWith(`${prefix}/`);
    if (refusal === undefined && isOurs)
      return new Exchange(request, response, pathname.slice(prefix.length), new URLSearchParams(search));
    const exchange = new Exchange(request, response, '', new URLSearchParams());
    request.resume();
    exchange.status(
      (refusal ?? new StatusError(404, 'NotFound', 'the server could not find the requested resource')).status,
    );
    return undefined;
  };
  const answer = async (exchange: Exchange, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (error instanceof StatusError) return exchange.status(error.status);
      if (exchange.request.destroyed && !exchange.request.complete) return; // The client has gone in the middle of its body.
      handler.bug(error);
      exchange.status(new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`).status);
    }
  };
  server.on('request', (request, response) => {
    const exchange = exchangeOf(request, response);
    if (exchange !== undefined) void answer(exchange, () => handler.request(exchange));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const response = responseOn(request, socket);
    const exchange = exchangeOf(request, response);
    if (exchange !== undefined) void answer(exchange, () => handler.upgrade(exchange, socket, head));
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function refusalOf({ headers }: IncomingMessage, server: Server): StatusError | undefined {
  const port = portOf(server);
  if (headers.origin !== undefined) return new StatusError(403, 'Forbidden', 'requests with an Origin are refused');
  if (headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`)
    return new StatusError(403, 'Forbidden', 'requests for another Host are refused');
  return undefined;
}

function splitUrl(url: string): { pathname: string; search: string } {
  const at = url.indexOf('?');
  return at === -1 ? { pathname: url, search: '' } : { pathname: url.slice(0, at), search: url.slice(at + 1) };
}

/** An upgrade has no response object; a refusal is written as one. */
function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.assignSocket(socket as never);
  response.shouldKeepAlive = false;
  response.on('finish', () => socket.end());
  return response;
}
