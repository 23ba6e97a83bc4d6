import type { Duplex } from 'node:stream';
import { SpdyConnection, type SpdyStream } from './spdy.ts';
import type { WebSocket } from './web-socket.ts';

/** Asked for by kubectl 1.31 and later: SPDY frames as the bytes of a WebSocket. */
export const portForwardProtocols = ['SPDY/3.1+portforward.k8s.io'] as const;

export interface PortForwardTarget {
  /** The pod's sandbox as the runtime names it: 64 hexadecimal digits. */
  sandbox: string;
  /** Path of its network namespace. */
  networkNamespace: string;
  /** A connection to this port inside the pod; undefined when nothing listens there. */
  connect(port: number): Duplex | undefined;
}

/**
 * Serves `kubectl port-forward` over one WebSocket: each local connection is an error stream and a data stream with the same
 * `requestid` (k8s.io/kubelet, pkg/cri/streaming/portforward). A connection that cannot be made is told in the error stream;
 * kubectl then gives up the whole session, as it does with a real cluster.
 */
export function servePortForward(socket: WebSocket, target: PortForwardTarget): void {
  const pairs = new Map<string, Pair>();
  const spdy = new SpdyConnection(
    {
      send: (...parts) => socket.send(...parts),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close: () => socket.close(),
    },
    (stream) => {
      const { port = '', streamtype: type = '', requestid: request = '' } = stream.headers;
      if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return stream.reset();
      if (type !== 'error' && type !== 'data') return stream.reset();
      const pair = pairs.get(request) ?? {};
      if (pair[type] !== undefined) return stream.reset();
      pair[type] = stream;
      pairs.set(request, pair);
      stream.once('close', () => {
        if (pairs.get(request) === pair) pairs.delete(request);
      });
      if (pair.data !== undefined && pair.error !== undefined) {
        pairs.delete(request);
        forward(pair.data, pair.error, Number(port), target);
      }
    },
  );
  socket.start({
    message: (data) => spdy.received(data),
    drain: () => spdy.drained(),
    closed: () => spdy.closed(),
  });
}

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
}

function forward(data: SpdyStream, error: SpdyStream, port: number, target: PortForwardTarget): void {
  // Nothing comes in on it; reading notices its end.
  error.resume();
  const connection = target.connect(port);
  if (connection === undefined) {
    error.end(refusedText(port, target), () => {
      data.reset();
      error.destroy();
    });
    return;
  }
  data.pipe(connection);
  connection.pipe(data);
  connection.once('error', () => data.reset());
  connection.once('close', () => {
    if (!data.writableEnded) data.end();
    error.end();
  });
  data.once('close', () => connection.destroy());
}

/** The words of the kubelet and of containerd. */
function refusedText(port: number, { sandbox, networkNamespace }: PortForwardTarget): string {
  return (
    `error forwarding port ${port} to pod ${sandbox}, uid : failed to execute portforward in network namespace ` +
    `"${networkNamespace}": failed to connect to localhost:${port} inside namespace "${sandbox}", IPv4: dial tcp4 ` +
    `127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `
  );
}
