import { createPublicKey } from 'node:crypto';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { RehearsalClock } from '../clock.ts';
import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';
import { issueCertificate, readRequest, signingRequest } from '../x509/certificates.ts';
import { newKey } from '../x509/keys.ts';
import { ingressPrograms, routesOf, type IngressProgram } from './ingress-routes.ts';
import { hostFits, type Backend, type Route } from './route.ts';
import { targetsOf, type ServiceTarget } from './service-targets.ts';

type Scheme = 'http' | 'https';

/** Names of the container ports at which the programs take requests (charts of Traefik and ingress-nginx). */
const entries: Readonly<Record<string, Scheme>> = { web: 'http', http: 'http', websecure: 'https', https: 'https' };

/** What an ingress controller does with requests: by host and path it leads them to a pod behind a Service. */
export class IngressProxy {
  readonly #reader: Reader;
  readonly #clock: RehearsalClock;
  readonly #connect: (pod: StoredObject, port: number) => Duplex | undefined;
  #certificate: { key: string; cert: string } | undefined;

  constructor(reader: Reader, clock: RehearsalClock, connect: (pod: StoredObject, port: number) => Duplex | undefined) {
    this.#reader = reader;
    this.#clock = clock;
    this.#connect = connect;
  }

  /** A connection to a pod of an ingress controller at one of its entries; undefined for everything else. */
  connect(pod: StoredObject, port: number): Duplex | undefined {
    const program = ingressPrograms.find(({ name }) => name === pod.metadata.labels?.['app.kubernetes.io/name']);
    const scheme = program === undefined ? undefined : entryOf(pod, port);
    if (program === undefined || scheme === undefined) return undefined;
    const server = createServer({ keepAliveTimeout: 0 }, (asked, answer) =>
      this.#answer(program, scheme, asked, answer),
    );
    const [inside, outside] = duplexPair();
    const socket = scheme === 'http' ? inside : this.#secured(inside);
    socket.on('error', () => socket.destroy());
    server.emit('connection', socket);
    return outside;
  }

  /** With a certificate of its own that nothing trusts, as these programs have one by default. */
  #secured(socket: Duplex): TLSSocket {
    this.#certificate ??= defaultCertificate(this.#clock.now());
    return new TLSSocket(socket, { isServer: true, ...this.#certificate });
  }

  #answer(program: IngressProgram, scheme: Scheme, asked: IncomingMessage, answer: ServerResponse): void {
    const host = (asked.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    const [path = '/'] = (asked.url ?? '/').split('?');
    const route = routesOf(program, this.#reader).find(
      (each) => (each.entry === 'any' || each.entry === scheme) && hostFits(each.hosts, host) && each.fits(path),
    );
    if (route?.redirect !== undefined && route.redirect.scheme !== scheme) {
      asked.resume();
      answer
        .writeHead(route.redirect.status, { location: `${route.redirect.scheme}://${host}${asked.url ?? '/'}` })
        .end();
      return;
    }
    const service =
      route === undefined ? undefined : this.#reader.get('v1 Service', route.backend.namespace, route.backend.service);
    if (route === undefined || (service === undefined && program.name === 'traefik'))
      return this.#refuse(program, 404, asked, answer);
    const [target] = service === undefined ? [] : backendsOf(service, route.backend, this.#reader);
    const socket = target === undefined ? undefined : this.#connect(target.pod, target.port);
    if (socket === undefined) return this.#refuse(program, 503, asked, answer);
    forward(socket, asked, answer, { host, scheme, path: stripped(route, asked.url ?? '/') });
  }

  #refuse({ answers }: IngressProgram, status: 404 | 503, asked: IncomingMessage, answer: ServerResponse): void {
    asked.resume();
    const { type, body } = answers[status];
    answer.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  }
}

function entryOf({ spec }: StoredObject, port: number): Scheme | undefined {
  const { containers } = spec as { containers: { ports?: { name?: string; containerPort: number }[] }[] };
  const name = containers.flatMap(({ ports = [] }) => ports).find(({ containerPort }) => containerPort === port)?.name;
  return entries[name ?? ''];
}

function backendsOf(service: StoredObject, { port }: Backend, reader: Reader): ServiceTarget[] {
  const { ports = [] } = (service['spec'] ?? {}) as { ports?: { name?: string; port: number }[] };
  const found = ports.find((each) => each.port === port || each.name === port);
  return found === undefined ? [] : targetsOf(service, found, reader);
}

function stripped({ strip = [] }: Route, url: string): string {
  const prefix = strip.find((each) => url.startsWith(each));
  return prefix === undefined ? url : `/${url.slice(prefix.length).replace(/^\/+/, '')}`;
}

function forward(
  socket: Duplex,
  asked: IncomingMessage,
  answer: ServerResponse,
  { host, scheme, path }: { host: string; scheme: Scheme; path: string },
): void {
  const headers = { ...asked.headers, 'x-forwarded-host': host, 'x-forwarded-proto': scheme };
  const sent = request(
    { createConnection: () => socket, ...(asked.method === undefined ? {} : { method: asked.method }), path, headers },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    },
  );
  sent.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  asked.pipe(sent);
}

function defaultCertificate(now: number): { key: string; cert: string } {
  const key = newKey({ algorithm: 'ECDSA' });
  const subject = readRequest(signingRequest({ commonName: 'DEFAULT CERT OF A REHEARSAL' }, key));
  const day = 86_400_000;
  const span = { from: now - day, until: now + 365 * day, serial: Buffer.from([1]) };
  const asked = subject ?? { subject: Buffer.alloc(0), publicKey: createPublicKey(key) };
  return { key, cert: issueCertificate(asked, { isAuthority: false, signer: { key }, ...span }) };
}
