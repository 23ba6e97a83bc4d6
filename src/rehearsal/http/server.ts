import { timingSafeEqual } from 'node:crypto';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { StatusError } from '../api/status-error.ts';
import type { LoopbackCertificate } from './certificate.ts';
import { Exchange } from './exchange.ts';
import { openLoopbackPort, type LoopbackPort } from './loopback-port.ts';

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
  /** `https://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

export interface ListenSettings {
  /** The bearer token that every request must carry. */
  token: string;
  certificate: LoopbackCertificate;
  /** One that is open already. */
  port?: LoopbackPort;
}

/**
 * Serves a port on loopback. Whoever does not know the token of the kubeconfig gets 401. It
 * cannot stand in the path, as one would wish for plain HTTP: `kubectl get --raw` and `kubectl proxy` drop the path of the
 * server; and over plain HTTP client-go sends no credentials, hence TLS. A foreign Host (DNS rebinding) and any Origin (a
 * web page) are refused whatever else they carry.
 */
export async function listen(
  handler: Handler,
  { token, certificate, ...settings }: ListenSettings,
): Promise<Listening> {
  const port = settings.port ?? (await openLoopbackPort());
  const server = createServer({
    key: certificate.key,
    cert: certificate.certificate,
    ALPNProtocols: ['http/1.1'],
    requestTimeout: 0,
    keepAliveTimeout: 120_000,
    maxHeaderSize: 64 * 1024,
  });
  const { onRequest, onUpgrade } = createListeners(handler, { token, port: port.port });
  server.on('request', onRequest);
  server.on('upgrade', onUpgrade);
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  port.accept((socket) => void server.emit('connection', socket));
  return {
    url: `https://127.0.0.1:${port.port}`,
    async close() {
      const closed = port.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What is done with each request, however it came in. */
export function createListeners(handler: Handler, { token, port }: { token: string; port: number }) {
  const credentials = Buffer.from(`Bearer ${token}`);
  const exchangeOf = (request: IncomingMessage, response: ServerResponse): Exchange | undefined => {
    const { pathname, search } = splitUrl(request.url ?? '/');
    const exchange = new Exchange(request, response, pathname, new URLSearchParams(search));
    const refusal = refusalOf(request, port, credentials);
    if (refusal === undefined) return exchange;
    request.resume();
    exchange.status(refusal.status);
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
  return {
    onRequest(request: IncomingMessage, response: ServerResponse): void {
      const exchange = exchangeOf(request, response);
      if (exchange !== undefined) void answer(exchange, () => handler.request(exchange));
    },
    onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => socket.destroy());
      const response = responseOn(request, socket);
      const exchange = exchangeOf(request, response);
      if (exchange !== undefined) void answer(exchange, () => handler.upgrade(exchange, socket, head));
    },
  };
}

function refusalOf({ headers }: IncomingMessage, port: number, credentials: Buffer): StatusError | undefined {
  if (headers.origin !== undefined) return new StatusError(403, 'Forbidden', 'requests with an Origin are refused');
  if (headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`)
    return new StatusError(403, 'Forbidden', 'requests for another Host are refused');
  const given = Buffer.from(headers.authorization ?? '');
  const isKnown = given.length === credentials.length && timingSafeEqual(given, credentials);
  return isKnown ? undefined : new StatusError(401, 'Unauthorized', 'Unauthorized');
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
