import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemTime } from '../../src/clock.ts';
import { addressOf, answersTo } from '../../src/steps/rollout/addresses.ts';
import type { ServiceToOpen } from '../../src/steps/rollout/plan.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { answer, closedPort, httpServer } from '../support/http-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const never = new AbortController().signal;
const page: ServiceToOpen = { id: 'page', name: 'frontend', port: 3000, scheme: 'http', path: '/' };

interface Where {
  service?: Partial<ServiceToOpen>;
  nodePort?: number;
  ingress?: object[];
  nodes?: string[];
  forwarded?: number;
  patience?: number;
  signal?: AbortSignal;
}

/** Looks for the address of a Service that is like this. */
async function found({
  service = {},
  nodePort,
  ingress,
  nodes = [],
  forwarded = 0,
  patience = 0,
  signal = never,
}: Where) {
  const cluster = new FakeCluster();
  cluster.put({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: { ports: [{ port: 9090 }, { port: 3000, ...(nodePort === undefined ? {} : { nodePort }) }] },
    status: { loadBalancer: { ingress } },
  });
  const asked: string[] = [];
  const context = {
    cluster,
    signal,
    time: systemTime,
    progress: () => undefined,
    nodeAddresses: async () => nodes,
    forward: async (name: string, port: number, namespace: string) => (
      asked.push(`${namespace}/${name}:${port}`),
      forwarded
    ),
  };
  const url = await addressOf({ ...page, ...service }, 'shop', context, patience);
  return { url, asked };
}

const works = () => httpServer((_request, response) => answer(response, 200));
async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
/** Takes a connection and says something. */
const says = (text: string) => listening(createServer((socket) => socket.end(text)));

const openssl = spawnSync('openssl', ['version']).status === 0;

describe('the address of a Service', () => {
  it('is its node port on the first node that answers', async () => {
    const { port } = await works();
    expect(await found({ nodePort: port, nodes: ['127.0.0.1', 'localhost'] })).toEqual({
      url: `http://127.0.0.1:${port}`,
      asked: [],
    });
    expect((await found({ nodePort: port, nodes: ['127.0.0.2', '127.0.0.1'] })).url).toBe(`http://127.0.0.1:${port}`);
  });

  it('is its load balancer rather than a node port', async () => {
    const { port } = await works();
    const service = { port: 3000 };
    // The balancer listens on the port of the Service, here that of the server.
    const cluster = await found({
      service: { ...service, port },
      ingress: [{ ip: '127.0.0.1' }],
      nodePort: port,
      nodes: ['localhost'],
    });
    expect(cluster.url).toBe(`http://127.0.0.1:${port}`);
    expect((await found({ service: { port }, ingress: [{ hostname: 'localhost' }] })).url).toBe(
      `http://localhost:${port}`,
    );
  });

  it('is the host of its Ingress when it has one', async () => {
    const { port } = await works();
    expect((await found({ service: { host: `localhost:${port}` }, nodePort: port, nodes: ['127.0.0.1'] })).url).toBe(
      `http://localhost:${port}`,
    );
  });

  it('counts with any answer, whatever its status', async () => {
    const { port } = await httpServer((_request, response) => answer(response, 500));
    expect((await found({ nodePort: port, nodes: ['127.0.0.1'] })).asked).toEqual([]);
  });

  it('is a forwarded port when nothing else answers, or there is nothing else', async () => {
    const { port } = await works();
    const forwarded = { url: `http://127.0.0.1:${port}`, asked: ['shop/frontend:3000'] };
    expect(await found({ nodePort: await closedPort(), nodes: ['127.0.0.1'], forwarded: port })).toEqual(forwarded);
    expect(await found({ forwarded: port })).toEqual(forwarded);
    expect(await found({ service: { name: 'not-there' }, forwarded: port })).toMatchObject({ url: forwarded.url });
  });

  it('is not told when nothing answers at all', async () => {
    const [node, forwarded] = [await closedPort(), await closedPort()];
    await expect(found({ nodePort: node, nodes: ['127.0.0.1'], forwarded })).rejects.toMatchObject({
      kind: 'user',
      message: 'Nothing answers at port 3000 of the Service frontend',
      why: `Neither at http://127.0.0.1:${node}, http://127.0.0.1:${forwarded}, the last of which is forwarded into its pods.`,
    });
  });

  it('is waited for, as kube-proxy takes a moment', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      if (connections === 1) socket.destroy();
      else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
    const port = await listening(server);
    const { url, asked } = await found({ nodePort: port, nodes: ['127.0.0.1'], patience: 20_000 });
    expect([url, asked, connections]).toEqual([`http://127.0.0.1:${port}`, [], 2]);
  });

  it('is not looked for any more when the run ends', async () => {
    const stop = new AbortController();
    const looking = found({
      nodePort: await closedPort(),
      nodes: ['127.0.0.1'],
      patience: 60_000,
      signal: stop.signal,
    });
    stop.abort(new Error('interrupted'));
    await expect(looking).rejects.toThrow(/interrupted|aborted/);
  });
});

describe('an answer', () => {
  it('is also what is no HTTP/1', async () => {
    // The preface of HTTP/2, which a gRPC server begins with (RFC 9113, 3.4).
    const grpc = await says('\0\0\u0012\u0004\0\0\0\0\0');
    expect(await answersTo(`http://127.0.0.1:${grpc}`, never)).toBe(true);
  });

  it.runIf(openssl)('is also a certificate that this host does not trust', async () => {
    const folder = await temporaryDirectory();
    const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
    const made = [
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      '/CN=page',
      '-days',
      '1',
    ];
    expect(spawnSync('openssl', ['req', ...made]).status).toBe(0);
    const server = createTlsServer({ key: await readFile(key), cert: await readFile(cert) }, (_request, response) =>
      response.end(),
    );
    expect(await answersTo(`https://127.0.0.1:${await listening(server)}`, never)).toBe(true);
  });

  it('is not a connection that is taken and dropped: a forward whose pod does not listen', async () => {
    expect(await answersTo(`http://127.0.0.1:${await says('')}`, never)).toBe(false);
    expect(await answersTo(`http://127.0.0.1:${await closedPort()}`, never)).toBe(false);
    expect(await answersTo('http://no-such-host.invalid', never)).toBe(false);
  });
});
