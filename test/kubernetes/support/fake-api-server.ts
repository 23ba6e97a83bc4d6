import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';

/** Wire forms (lists, watch events, Status, bookmarks, 410) are those of the Kubernetes API concepts page, "Efficient detection of changes". */
interface FakeKind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced?: boolean;
}

interface Refusal {
  path: RegExp;
  status: number;
  body: string;
  headers: Record<string, string>;
  times: number;
}

interface RefusalForm {
  reason: string;
  message: string;
  text: string;
  headers: Record<string, string>;
  times: number;
}

interface Change {
  version: number;
  collection: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubernetesObject;
}

interface Watcher {
  collection: string;
  response: ServerResponse;
}

const watched: FakeKind[] = [
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods' },
  { apiVersion: 'v1', kind: 'Event', plural: 'events' },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' },
  { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets' },
];

/** Lists and watches over a handful of objects, and every way in which a test wants them to go wrong. */
export class FakeApiServer {
  /** Path with query of every request, in order. */
  readonly requests: string[] = [];
  kinds = [...watched];
  pageLimit = Infinity;
  logs: Record<string, string> = {};

  #server: Server = createServer((request, response) => this.#answer(request, response));
  #sockets = new Set<Socket>();
  #objects = new Map<string, Map<string, KubernetesObject>>();
  #history: Change[] = [];
  #watchers = new Set<Watcher>();
  #refusals: Refusal[] = [];
  #silent: RegExp[] = [];
  #awaited: { path: RegExp; found: (path: string) => void }[] = [];
  #version = 100;
  #oldest = 0;

  listen(socketPath: string): Promise<void> {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    return new Promise((resolve) => this.#server.listen(socketPath, resolve));
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Creates or changes an object, and tells the watchers. */
  put(object: KubernetesObject): void {
    const collection = this.#collectionOf(object);
    const objects = this.#objects.get(collection) ?? new Map<string, KubernetesObject>();
    this.#objects.set(collection, objects);
    const type = objects.has(object.metadata.name) ? 'MODIFIED' : 'ADDED';
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    objects.set(object.metadata.name, stored);
    this.#tell({ version: this.#version, collection, type, object: stored });
  }

  delete(object: KubernetesObject): void {
    const collection = this.#collectionOf(object);
    this.#objects.get(collection)?.delete(object.metadata.name);
    this.#version += 1;
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.#tell({ version: this.#version, collection, type: 'DELETED', object: last });
  }

  /** Tells every watcher which version it has seen. */
  bookmark(): void {
    for (const { response } of this.#watchers) {
      const object = { kind: 'Any', apiVersion: 'v1', metadata: { resourceVersion: String(this.#version) } };
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
    }
  }

  /** Bytes of no meaning, or half a line, into the running watches of a collection. */
  write(plural: string, bytes: string | Buffer): void {
    for (const { collection, response } of this.#watchers) if (collection.endsWith(`/${plural}`)) response.write(bytes);
  }

  /** Cuts every connection in the middle. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends the running watches in good order, as the server does when their time is up. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
    this.#watchers.clear();
  }

  /** etcd forgets: a watch from a version before now gets 410. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history = [];
  }

  /** Answers so many requests (all of them unless told) with a Status object, or with plain text. */
  refuse(path: RegExp, code: number, how: Partial<RefusalForm> = {}): void {
    const { reason = '', message = reason, times = Infinity, headers = {} } = how;
    const body =
      how.text ?? JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code });
    this.#refusals.push({ path, status: code, body, headers, times });
  }

  allow(): void {
    this.#refusals = [];
    this.#silent = [];
  }

  /** Takes the request and never answers. */
  stall(path: RegExp): void {
    this.#silent.push(path);
  }

  /** Resolves when the next request to such a path has been taken. */
  request(path: RegExp): Promise<string> {
    return new Promise((found) => {
      this.#awaited.push({ path, found });
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push(path);
    this.#respond(new URL(path, 'http://localhost'), path, response);
    for (const awaited of this.#awaited.filter((one) => one.path.test(path))) {
      this.#awaited.splice(this.#awaited.indexOf(awaited), 1);
      awaited.found(path);
    }
  }

  #respond(url: URL, path: string, response: ServerResponse): void {
    if (this.#silent.some((pattern) => pattern.test(path))) return;
    const refusal = this.#refusals.find((one) => one.times > 0 && one.path.test(path));
    if (refusal !== undefined) {
      refusal.times -= 1;
      response.writeHead(refusal.status, refusal.headers).end(refusal.body);
      return;
    }
    const log = Object.entries(this.logs).find(([prefix]) => path.startsWith(prefix));
    if (log !== undefined) return void response.end(log[1]);
    if (url.searchParams.has('watch')) return this.#watch(url, response);
    const body = this.#discovery(url.pathname) ?? this.#read(url);
    if (body === undefined) return status(response, 404, 'NotFound');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  }

  #discovery(path: string): unknown {
    const apiVersion = /^\/api\/(v1)$/.exec(path)?.[1] ?? /^\/apis\/([^/]+\/[^/]+)$/.exec(path)?.[1];
    if (apiVersion === undefined) return undefined;
    const kinds = this.kinds.filter((kind) => kind.apiVersion === apiVersion);
    if (kinds.length === 0) return undefined;
    const resources = kinds.flatMap(({ plural, kind, namespaced = true }) => [
      { name: plural, kind, namespaced },
      { name: `${plural}/status`, kind, namespaced },
    ]);
    return { kind: 'APIResourceList', groupVersion: apiVersion, resources };
  }

  #read(url: URL): unknown {
    const plural = url.pathname.split('/').at(-1);
    if (this.kinds.some((kind) => kind.plural === plural)) return this.#list(url);
    const cut = url.pathname.lastIndexOf('/');
    return this.#objects.get(url.pathname.slice(0, cut))?.get(decodeURIComponent(url.pathname.slice(cut + 1)));
  }

  #list(url: URL): unknown {
    const all = [...(this.#objects.get(url.pathname)?.values() ?? [])];
    const from = Number(url.searchParams.get('continue') ?? 0);
    const to = from + Math.min(this.pageLimit, Number(url.searchParams.get('limit') ?? Infinity));
    const metadata = { resourceVersion: String(this.#version), ...(to < all.length && { continue: String(to) }) };
    // Items of a typed list carry neither apiVersion nor kind.
    const items = all.slice(from, to).map((item) => ({ ...item, apiVersion: undefined, kind: undefined }));
    return { kind: 'List', apiVersion: 'v1', metadata, items };
  }

  #watch(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    if (from < this.#oldest) return status(response, 410, 'Expired');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watcher = { collection: url.pathname, response };
    for (const change of this.#history.filter(({ version }) => version > from)) send(watcher, change);
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }

  #tell(change: Change): void {
    this.#history.push(change);
    for (const watcher of this.#watchers) send(watcher, change);
  }

  #collectionOf({ apiVersion, kind, metadata }: KubernetesObject): string {
    const known = this.kinds.find((one) => one.kind === kind && one.apiVersion === apiVersion);
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const namespace = known?.namespaced === false ? '' : `/namespaces/${metadata.namespace}`;
    return `${group}${namespace}/${known?.plural}`;
  }
}

function send({ collection, response }: Watcher, change: Change): void {
  if (collection !== change.collection) return;
  response.write(`${JSON.stringify({ type: change.type, object: change.object })}\n`);
}

function status(response: ServerResponse, code: number, reason: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message: reason, reason, code }));
}
