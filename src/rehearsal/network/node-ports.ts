import { createServer, type Server, type Socket } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import type { Client } from '../controllers/client.ts';
import { keyOf } from '../controllers/controller.ts';
import type { StoredObject } from '../objects.ts';
import { targetsOf } from './service-targets.ts';

interface ServicePort {
  name?: string;
  nodePort?: number;
  protocol?: string;
}

/** Opens a connection to a port of a pod; undefined when nothing listens there. */
export type ConnectToPod = (pod: StoredObject, port: number) => Duplex | undefined;

/**
 * What kube-proxy does for node ports, on loopback: each TCP node port of each Service accepts connections and leads them
 * to the ready pods in turn; without one it closes them. A port that something else on this host has stays unopened.
 */
export class NodePorts {
  readonly #client: Client;
  readonly #connect: ConnectToPod;
  readonly #servers = new Map<number, { server: Server; sockets: Set<Socket>; service: string }>();
  #turn = 0;

  constructor(client: Client, connect: ConnectToPod) {
    this.#client = client;
    this.#connect = connect;
  }

  start(): void {
    this.#client.watch('v1 Service', ({ type, object }) => this.#follow(object, type === 'DELETED'));
  }

  close(): void {
    for (const port of this.#servers.keys()) this.#closePort(port);
  }

  #follow(service: StoredObject, isGone: boolean): void {
    const key = keyOf(service);
    const ports = isGone ? [] : portsOf(service);
    const wanted = new Set(ports.map(({ nodePort }) => nodePort));
    for (const [port, open] of this.#servers) if (open.service === key && !wanted.has(port)) this.#closePort(port);
    for (const { nodePort } of ports) if (!this.#servers.has(nodePort)) this.#open(nodePort, key);
  }

  #open(port: number, service: string): void {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      this.#lead(socket, service, port);
    });
    // Somebody else has the port: whoever asks there gets their answer, and the wizard forwards instead.
    server.on('error', () => this.#servers.delete(port));
    server.listen({ host: '127.0.0.1', port });
    server.unref();
    this.#servers.set(port, { server, sockets, service });
  }

  #lead(socket: Socket, key: string, nodePort: number): void {
    socket.on('error', () => socket.destroy());
    const [namespace, name = ''] = key.split('/');
    const service = this.#client.get('v1 Service', namespace, name);
    const port = service === undefined ? undefined : portsOf(service).find((one) => one.nodePort === nodePort);
    const targets = service === undefined || port === undefined ? [] : targetsOf(service, port, this.#client);
    this.#turn += 1;
    const target = targets[this.#turn % Math.max(1, targets.length)];
    const answer = target === undefined ? undefined : this.#connect(target.pod, target.port);
    if (answer === undefined) return void socket.destroy();
    pipeline(socket, answer, socket, () => socket.destroy());
  }

  #closePort(port: number): void {
    const open = this.#servers.get(port);
    this.#servers.delete(port);
    open?.server.close();
    for (const socket of open?.sockets ?? []) socket.destroy();
  }
}

function portsOf({ spec }: StoredObject): (ServicePort & { nodePort: number })[] {
  const { ports = [] } = (spec ?? {}) as { ports?: ServicePort[] };
  return ports.flatMap((port) =>
    port.nodePort === undefined || (port.protocol ?? 'TCP') !== 'TCP' ? [] : [{ ...port, nodePort: port.nodePort }],
  );
}
