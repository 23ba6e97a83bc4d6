import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { createResponder, type RespondingPod } from '../../../src/rehearsal/streams/responder.ts';

const running = { running: { startedAt: '2026-11-24T08:00:00Z' } };
const pod: RespondingPod = {
  metadata: { name: 'web-1', namespace: 'shop' },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'shop/web:1<2',
        ports: [
          { name: 'http', containerPort: 8080 },
          { containerPort: 53, protocol: 'UDP' },
        ],
        readinessProbe: { httpGet: { path: '/healthz?full=1', port: 'http' } },
        livenessProbe: { tcpSocket: { port: 9000 } },
      },
      { name: 'stopped', ports: [{ containerPort: 7000 }] },
    ],
    initContainers: [
      { name: 'proxy', restartPolicy: 'Always', ports: [{ containerPort: 15000 }] },
      { name: 'migrate', ports: [{ containerPort: 15001 }] },
    ],
  },
  status: {
    containerStatuses: [
      { name: 'web', state: running },
      { name: 'stopped', state: {} },
    ],
    initContainerStatuses: [
      { name: 'proxy', state: running },
      { name: 'migrate', state: running },
    ],
  },
};

const clock = new ManualClock(Date.parse('2026-11-24T08:09:10Z'));

function ask(connection: Duplex, method: string, path: string, body?: string) {
  return new Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: string }>(
    (resolve, reject) => {
      const asked = request(
        { createConnection: () => connection, method, path, headers: { host: 'web', connection: 'keep-alive' } },
        (answer) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
          answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }));
        },
      );
      asked.on('error', reject);
      asked.end(body);
    },
  );
}

function open(port: number, now = pod): Duplex {
  const connection = createResponder(() => now, clock)(port);
  if (connection === undefined) throw new Error(`nothing listens on ${port}`);
  return connection;
}

describe('The responder of a rehearsed pod', () => {
  it('answers any path with a page that says what it is', async () => {
    const { status, headers, body } = await ask(open(8080), 'GET', '/shop/basket?id=7');
    expect(status).toBe(200);
    expect(body).toContain('This is a rehearsal');
    expect(body).toContain('<dd>shop/web-1</dd>');
    expect(body).toContain('<dd>shop/web:1&lt;2</dd>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      date: 'Tue, 24 Nov 2026 08:09:10 GMT',
    });
  });

  it('answers the path of a probe with its state', async () => {
    const { status, body } = await ask(open(8080), 'GET', '/healthz');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      status: 'ok', rehearsal: true, container: 'web', image: 'shop/web:1<2', pod: 'web-1', port: 8080,
    }); // prettier-ignore
  });

  it('answers HEAD like GET without a body, and other methods with 404', async () => {
    const head = await ask(open(8080), 'HEAD', '/');
    expect([head.status, head.body]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
    const post = await ask(open(8080), 'POST', '/orders', '{"much":true}');
    expect(post.status).toBe(404);
    expect(JSON.parse(post.body)).toMatchObject({ status: 404, rehearsal: true, container: 'web' });
  });

  it('keeps a connection for further requests', async () => {
    const connection = open(8080);
    connection.write(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    let text = '';
    connection.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await expect
      .poll(() => text.match(/^HTTP\/1\.1 .*$/gm))
      .toEqual(['HTTP/1.1 404 Not Found\r', 'HTTP/1.1 200 OK\r'].map((line) => line.trim()));
    connection.destroy();
  });

  it('listens on the ports of running containers and of their probes only', () => {
    const connect = createResponder(() => pod, clock);
    const ports = [8080, 9000, 15000, 53, 7000, 15001, 81];
    expect(ports.filter((port) => connect(port)?.destroy() !== undefined)).toEqual([8080, 9000, 15000]);
  });

  it('refuses once its pod has gone or stopped', async () => {
    let now: RespondingPod | undefined = pod;
    const connect = createResponder(() => now, clock);
    const open = connect(8080);
    now = { ...pod, status: { containerStatuses: [{ name: 'web', state: {} }] } };
    expect(connect(8080)).toBeUndefined();
    await expect(ask(open as Duplex, 'GET', '/')).rejects.toThrow('socket hang up');
    now = undefined;
    expect(connect(8080)).toBeUndefined();
  });
});
