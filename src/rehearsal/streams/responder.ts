import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { answerTo, type ExpectedAnswer } from '../network/expected-answers.ts';

interface Probe {
  httpGet?: { path?: string; port: number | string };
  tcpSocket?: { port: number | string };
  grpc?: { port: number };
}

interface Container {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  startupProbe?: Probe;
}

/** The parts of a pod that its answers depend on. */
export interface RespondingPod {
  metadata: { name: string; namespace?: string };
  spec: { containers: Container[]; initContainers?: (Container & { restartPolicy?: string })[] };
  status?: {
    containerStatuses?: { name: string; state?: { running?: object | null } }[];
    initContainerStatuses?: { name: string; state?: { running?: object | null } }[];
  };
}

/** What answers on one port: which container, and paths that its probes ask for. */
interface Listener {
  container: Container;
  probePaths: Set<string>;
}

/**
 * The stand-in for the programs of a rehearsed pod: small HTTP servers on the ports that its running containers name, in
 * `ports` or in a probe. They say what they are, so that nobody takes them for the application. Returns a function that
 * opens a connection to a port; undefined where nothing listens, also once a container has ended: `podNow` is asked anew
 * for every connection.
 */
export function createResponder(
  podNow: () => RespondingPod | undefined,
  clock: Clock,
  expected: () => readonly ExpectedAnswer[] = () => [],
): (port: number) => Duplex | undefined {
  const servers = new Map<number, Server>();
  const serverOf = (port: number) => {
    const known = servers.get(port);
    if (known !== undefined) return known;
    const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      const pod = podNow();
      const listener = listenerOn(pod, port);
      if (pod === undefined || listener === undefined) request.socket.destroy();
      else answer(request, response, { pod, listener, port, now: clock.now(), expected: expected() });
    });
    servers.set(port, server);
    return server;
  };
  return (port) => {
    if (listenerOn(podNow(), port) === undefined) return undefined;
    const [inside, outside] = duplexPair();
    serverOf(port).emit('connection', inside);
    return outside;
  };
}

function listenerOn(pod: RespondingPod | undefined, port: number): Listener | undefined {
  if (pod === undefined) return undefined;
  const { containers, initContainers = [] } = pod.spec;
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...containers, ...sidecars]) {
    if (!statuses.some(({ name, state }) => name === container.name && Boolean(state?.running))) continue;
    const probes = [container.readinessProbe, container.livenessProbe, container.startupProbe];
    const asked = probes.filter((probe) => probe !== undefined).map((probe) => probeOf(container, probe));
    const isDeclared = container.ports?.some(
      ({ containerPort, protocol = 'TCP' }) => containerPort === port && protocol === 'TCP',
    );
    const here = asked.filter((probe) => probe.port === port);
    if (isDeclared !== true && here.length === 0) continue;
    return { container, probePaths: new Set(here.flatMap(({ path }) => path ?? [])) };
  }
  return undefined;
}

function probeOf({ ports = [] }: Container, { httpGet, tcpSocket, grpc }: Probe): { port?: number; path?: string } {
  const port = httpGet?.port ?? tcpSocket?.port ?? grpc?.port;
  const number = typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort;
  return {
    ...(number === undefined ? {} : { port: number }),
    ...(httpGet === undefined ? {} : { path: (httpGet.path ?? '/').split('?')[0] ?? '/' }),
  };
}

interface Answer {
  pod: RespondingPod;
  listener: Listener;
  port: number;
  /** Milliseconds since 1970. */
  now: number;
  expected: readonly ExpectedAnswer[];
}

function answer(request: IncomingMessage, response: ServerResponse, answering: Answer): void {
  const { pod, listener, port, now, expected } = answering;
  // A body that is not asked for is read, so that the next request on the connection is found.
  request.resume();
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const method = request.method ?? 'GET';
  const wanted = answerTo(expected, { method, path });
  const [status, type, body] =
    wanted === undefined ? bodyOf(method, path, pod, listener, port) : expectedBody(wanted, pod, listener, port);
  response.sendDate = false;
  response.writeHead(status, {
    'content-type': type,
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
    'cache-control': 'no-store',
    date: new Date(now).toUTCString(),
    server: 'rehearsal',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function bodyOf(method: string, path: string, pod: RespondingPod, { container, probePaths }: Listener, port: number) {
  const isRead = method === 'GET' || method === 'HEAD';
  const what = { container: container.name, image: container.image ?? '', pod: pod.metadata.name, port };
  if (!isRead) {
    const body = { status: 404, message: `${method} is not answered in a rehearsal.`, rehearsal: true, ...what };
    return [404, 'application/json', `${JSON.stringify(body)}\n`] as const;
  }
  if (probePaths.has(path) && path !== '/')
    return [200, 'application/json', `${JSON.stringify({ status: 'ok', rehearsal: true, ...what })}\n`] as const;
  return [200, 'text/html; charset=utf-8', page(pod, container, port)] as const;
}

function expectedBody(
  { status, json, says }: ExpectedAnswer,
  pod: RespondingPod,
  { container }: Listener,
  port: number,
) {
  if (status === 204) return [status, 'text/plain', ''] as const;
  if (json === undefined) return [status, 'text/html; charset=utf-8', page(pod, container, port, says)] as const;
  return [status, 'application/json', `${JSON.stringify({ ...json, says, rehearsal: true })}\n`] as const;
}

function page(
  { metadata }: RespondingPod,
  { name, image = '' }: Container,
  port: number,
  says: readonly string[] = [],
): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Rehearsal: ${escape(name)}</title></head>
<body>
<h1>This is a rehearsal</h1>
<p>Not the application: a stand-in answers in its place.</p>
<dl>
<dt>Container</dt><dd>${escape(name)}</dd>
<dt>Image</dt><dd>${escape(image)}</dd>
<dt>Pod</dt><dd>${escape(`${metadata.namespace ?? 'default'}/${metadata.name}`)}</dd>
<dt>Port</dt><dd>${port}</dd>
${says.map((text) => `<dt>The recipe expects here</dt><dd>${escape(text)}</dd>\n`).join('')}</dl>
</body>
</html>
`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
