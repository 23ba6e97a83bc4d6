import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A port on loopback that is open; connections wait until somebody takes them. */
export interface LoopbackPort {
  port: number;
  /** Takes every connection from now on, and those first that have waited. */
  accept(take: (socket: Socket) => void): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** On a port that the system chooses. Without TLS and HTTP, which take longer to load than a port to open. */
export async function openLoopbackPort(): Promise<LoopbackPort> {
  const waiting: Socket[] = [];
  const open = new Set<Socket>();
  let take = (socket: Socket): void => void waiting.push(socket);
  // Not a byte is read before it is known who reads.
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    open.add(socket);
    take(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    accept(next) {
      take = next;
      for (const socket of waiting.splice(0)) next(socket);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
