import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';

interface Kubeconfig {
  'current-context': string;
  contexts: { name: string; context: { cluster: string; user: string; namespace?: string } }[];
  clusters: { name: string; cluster: { server: string } & Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** The API of a cluster as the suite itself reads it, beside the clients that it tests: plain JSON, no cache. */
export class ClusterApi {
  /** `https://127.0.0.1:8443`, with any path that the kubeconfig gives. */
  readonly server: string;
  readonly #kubeconfig: Kubeconfig;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #token: string | undefined;

  private constructor(kubeconfig: Kubeconfig, server: string, agent: HttpAgent | HttpsAgent, token?: string) {
    this.#kubeconfig = kubeconfig;
    this.server = server;
    this.#agent = agent;
    this.#token = token;
  }

  /** Reads the current context. Client certificates and tokens are known, programs that fetch tokens are not. */
  static async open(path: string, context?: string): Promise<ClusterApi> {
    const kubeconfig = parse(await readFile(path, 'utf8')) as Kubeconfig;
    if (context !== undefined) kubeconfig['current-context'] = context;
    const { cluster: clusterName, user: userName } = contextOf(kubeconfig);
    const cluster = kubeconfig.clusters.find(({ name }) => name === clusterName)?.cluster;
    const user = kubeconfig.users?.find(({ name }) => name === userName)?.user ?? {};
    if (cluster === undefined) throw new Error(`${path} has no cluster ${clusterName}`);
    const file = async (from: Record<string, string>, field: string) => {
      if (from[`${field}-data`] !== undefined) return Buffer.from(from[`${field}-data`] ?? '', 'base64');
      return from[field] === undefined ? undefined : await readFile(from[field]);
    };
    const keepAlive = true;
    if (!cluster.server.startsWith('https:'))
      return new ClusterApi(kubeconfig, cluster.server, new HttpAgent({ keepAlive }), user['token']);
    const [ca, cert, key] = await Promise.all([
      file(cluster, 'certificate-authority'),
      file(user, 'client-certificate'),
      file(user, 'client-key'),
    ]);
    return new ClusterApi(kubeconfig, cluster.server, new HttpsAgent({ keepAlive, ca, cert, key }), user['token']);
  }

  /** A kubeconfig for the same cluster whose namespace is this one, as JSON. */
  kubeconfigFor(namespace: string): string {
    const current = contextOf(this.#kubeconfig);
    const contexts = [{ name: this.#kubeconfig['current-context'], context: { ...current, namespace } }];
    return JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...this.#kubeconfig, contexts });
  }

  /** The object, or the objects of a list with apiVersion and kind filled in; none where there is nothing. */
  async read(path: string): Promise<KubernetesObject[]> {
    const { status, body } = await this.send('GET', path);
    if (status === 404) return [];
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    if (!Array.isArray(body['items'])) return [body as unknown as KubernetesObject];
    const kind = String(body['kind']).replace(/List$/, '');
    return (body['items'] as KubernetesObject[]).map((item) => ({
      ...item,
      apiVersion: String(body['apiVersion']),
      kind,
    }));
  }

  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, content?: object): Promise<Answer> {
    const url = new URL(this.server.replace(/\/$/, '') + path);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(
        url,
        {
          method,
          agent: this.#agent,
          headers: {
            accept: 'application/json',
            'content-type': type,
            ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            try {
              resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> });
            } catch {
              reject(new Error(`${method} ${path}: ${response.statusCode} and no JSON: ${text.slice(0, 200)}`));
            }
          });
        },
      );
      request.on('error', reject);
      request.end(content === undefined ? undefined : JSON.stringify(content));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function contextOf(kubeconfig: Kubeconfig) {
  const found = kubeconfig.contexts.find(({ name }) => name === kubeconfig['current-context']);
  if (found === undefined) throw new Error(`no context ${kubeconfig['current-context']}`);
  return found.context;
}

/** API path of what a scenario names `apps/v1/deployments/web` or `/v1/nodes`. */
export function apiPath(short: string, namespace: string): string {
  const [path = '', query] = short.split('?');
  const isClusterWide = path.startsWith('/');
  const parts = path.replace(/^\//, '').split('/');
  const version = parts.findIndex((part) => /^v\d+((alpha|beta)\d+)?$/.test(part));
  if (version === -1) throw new Error(`${short} names no version`);
  const base = `${version === 0 ? '/api' : '/apis'}/${parts.slice(0, version + 1).join('/')}`;
  const rest = parts.slice(version + 1).join('/');
  return `${base}/${isClusterWide ? '' : `namespaces/${namespace}/`}${rest}${query === undefined ? '' : `?${query}`}`;
}
