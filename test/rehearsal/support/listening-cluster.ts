import { Agent, request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { createRunningCluster, type Cluster } from '../../../src/rehearsal/cluster.ts';
import { loopbackCertificate } from '../../../src/rehearsal/http/certificate.ts';
import { listen } from '../../../src/rehearsal/http/server.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Of a JSON answer. */
  json: Record<string, unknown>;
}

/** A rehearsal cluster that listens in this process. */
export interface ListeningCluster {
  url: string;
  certificate: string;
  token: string;
  cluster: Cluster;
  /** What the server called its own mistakes. */
  bugs: unknown[];
  ask(
    method: string,
    path: string,
    options?: { body?: string | Buffer; headers?: Record<string, string> },
  ): Promise<Answer>;
  close(): Promise<void>;
}

export async function listeningCluster(
  options: { speed?: number; seed?: string; faults?: string[]; nodes?: number } = {},
): Promise<ListeningCluster> {
  const bugs: unknown[] = [];
  const token = 'a-token-of-tests';
  const now = Date.now();
  const cluster = createRunningCluster(
    { seed: 'test', speed: 100, faults: [], nodes: 1, opensPorts: false, ...options, token, start: now, origin: now },
    (error) => bugs.push(error),
  );
  const pair = loopbackCertificate(now);
  const { url, close } = await listen(cluster.handler, { token, certificate: pair });
  cluster.start(pair.certificate);
  const agent = new Agent({ keepAlive: true, ca: pair.certificate, maxSockets: 64 });
  return {
    url,
    certificate: pair.certificate,
    token,
    cluster,
    bugs,
    ask: (method, path, { body, headers = {} } = {}) =>
      asked(`${url}${path}`, body, {
        method,
        agent,
        ca: pair.certificate,
        servername: 'localhost',
        headers: {
          authorization: `Bearer ${token}`,
          // Node gives the body of a DELETE no length of its own.
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
          ...headers,
        },
      }),
    async close() {
      agent.destroy();
      cluster.stop();
      await close();
    },
  };
}

async function asked(url: string, body: string | Buffer | undefined, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      text(response).then((said) => {
        const isJson = response.headers['content-type']?.includes('json') === true;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: said,
          json: isJson ? parsed(said) : {},
        });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Of a watch the first event. */
function parsed(said: string): Record<string, unknown> {
  const line = said.split('\n').find((part) => part !== '');
  return line === undefined ? {} : (JSON.parse(line) as Record<string, unknown>);
}
