import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { connect as connectTo, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { ContainerView } from '../../../src/rehearsal/streams/process.ts';
import { createResponder, type RespondingPod } from '../../../src/rehearsal/streams/responder.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { sandbox, startStreamingServer } from './streaming-server.ts';

const view: ContainerView = {
  hostname: 'box',
  env: { PATH: '/usr/bin:/bin', HOSTNAME: 'box', GREETING: 'hi', PASSWORD: 'geheim', HOME: '/root' },
  files: new Map([
    ['/etc/web/page', Buffer.from('hello\nworld\n')],
    ['/etc/web/app.conf', Buffer.from('a=1')],
    ['/etc/key/password', Buffer.from('geheim')],
  ]),
  workingDir: '/',
  user: { uid: 0, gid: 0 },
  isListening: (port) => port === 8080,
};

const pod: RespondingPod = {
  metadata: { name: 'box', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'web:1',
        ports: [{ containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/healthz', port: 8080 } },
      },
    ],
  },
  status: { containerStatuses: [{ name: 'web', state: { running: {} } }] },
};

/** The kubectl of the development dependency, and the one of PATH where that is another version. */
const clients: string[] = [];
const { kubectl } = await kubernetesTools();
for (const program of [kubectl, 'kubectl']) {
  const { stdout, status } = spawnSync(program, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (status === 0 && !clients.some((known) => known.startsWith(versionOf(stdout))))
    clients.push(`${versionOf(stdout)} ${program}`);
}

function versionOf(text: string): string {
  const { clientVersion } = JSON.parse(text) as { clientVersion: { minor: string } };
  return `1.${clientVersion.minor}`;
}

describe.each(clients)('kubectl %s', (client) => {
  const program = client.slice(client.indexOf(' ') + 1);
  let server: Awaited<ReturnType<typeof startStreamingServer>>;
  const responder = createResponder(() => pod, systemClock);
  const targets = new Map<number, () => Duplex>();
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    server = await startStreamingServer({
      container: view,
      connect: (port) => targets.get(port)?.() ?? responder(port),
    });
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill();
  });
  afterAll(() => server.stop());

  async function exec(argv: string[], input?: string | Buffer) {
    const child = spawn(program, ['exec', ...(input === undefined ? [] : ['-i']), ...argv], {
      env: { PATH: process.env['PATH'], ...server.environment },
    });
    running.push(child);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.end(input ?? '');
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
  }
  const texts = async (argv: string[], input?: string) => {
    const { code, stdout, stderr } = await exec(argv, input);
    return { code, stdout: stdout.toString(), stderr };
  };

  /** Starts kubectl port-forward and resolves with the local port. */
  async function forward(port: number): Promise<{ port: number; child: ChildProcess; stderr: () => string }> {
    const child = spawn(program, ['port-forward', 'pod/box', `:${port}`], {
      env: { PATH: process.env['PATH'], ...server.environment },
    });
    running.push(child);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const local = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const found = /127\.0\.0\.1:(\d+)/.exec(chunk.toString());
        if (found !== null) resolve(Number(found[1]));
      });
      child.on('exit', () => reject(new Error(stderr)));
    });
    return { port: local, child, stderr: () => stderr };
  }

  it('prints what the command printed, each on its own stream, and ends with its exit code', async () => {
    expect(await texts(['box', '--', 'sh', '-c', 'echo a; echo b >&2; exit 3'])).toEqual({
      code: 3,
      stdout: 'a\n',
      stderr: 'b\ncommand terminated with exit code 3\n',
    });
  });

  it('prints files and variables of the container', async () => {
    const { stdout } = await texts(['box', '--', 'cat', '/etc/web/page', '/etc/key/password']);
    expect(stdout).toBe('hello\nworld\ngeheim');
    expect((await texts(['box', '--', 'printenv', 'GREETING'])).stdout).toBe('hi\n');
  });

  it('reports a program that is not there as the real runtime does', async () => {
    expect(await texts(['box', '--', 'nosuchprogram'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec ' +
        `in container: failed to start exec "${'cd'.repeat(32)}": OCI runtime exec failed: exec failed: unable to start ` +
        'container process: exec: "nosuchprogram": executable file not found in $PATH\n',
    });
  });

  it('reports a container that is not running as the real server does', async () => {
    const { code, stderr } = await texts(['box', '-c', 'gone', '--', 'ls']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: Internal error occurred: unable to upgrade connection: container not found ("gone")\n',
    });
  });

  it('carries megabytes through cat, in and out', async () => {
    const input = randomBytes(3 * 1024 * 1024);
    const { code, stdout } = await exec(['box', '--', 'cat'], input);
    expect(code).toBe(0);
    expect(stdout.equals(input)).toBe(true);
  });

  it('runs the lines of its input in a shell', async () => {
    expect(await texts(['box', '--', 'sh'], 'echo one\nnosuch\nexit 4\n')).toEqual({
      code: 4,
      stdout: 'one\n',
      stderr: 'sh: 2: nosuch: not found\ncommand terminated with exit code 4\n',
    });
  });

  it('serves many connections at once through one port-forward', async () => {
    const { port } = await forward(8080);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => (await fetch(`http://127.0.0.1:${port}/page/${index}`)).text()),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('<dd>default/box</dd>');
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).toMatchObject({
      status: 'ok',
      rehearsal: true,
    });
  });

  it('forwards large bodies both ways', async () => {
    const body = randomBytes(5 * 1024 * 1024);
    const echo = createServer((request, response) => void request.pipe(response));
    targets.set(9001, () => {
      const [inside, outside] = duplexPair();
      echo.emit('connection', inside);
      return outside;
    });
    const { port } = await forward(9001);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  it('keeps the answer coming after the client has ended its half', async () => {
    const echo = createTcpServer({ allowHalfOpen: true }, (socket) => {
      let size = 0;
      socket.on('data', (chunk: Buffer) => (size += chunk.length));
      socket.on('end', () => socket.end(`received ${size}`));
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    targets.set(9002, () => connectTo((echo.address() as AddressInfo).port, '127.0.0.1'));
    const { port } = await forward(9002);
    const socket = connectTo({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(Buffer.alloc(100_000));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toBe('received 100000');
    echo.close();
  });

  it('gives up when nothing listens on the port, with the words of the kubelet', async () => {
    const { port, child, stderr } = await forward(8081);
    const closed = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    expect(await closed).toBe(1);
    expect(stderr().replaceAll('\\"', '"')).toContain(
      `error forwarding port 8081 to pod ${sandbox}, uid : failed to execute portforward in network namespace ` +
        `"/run/netns/box": failed to connect to localhost:8081 inside namespace "${sandbox}", IPv4: dial tcp4 ` +
        '127.0.0.1:8081: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found ',
    );
    expect(stderr()).toContain('error: lost connection to pod');
  });

  it('lets a slow reader wait without filling the memory', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const total = 64 * 1024 * 1024;
    const source = createServer((_request: IncomingMessage, response) => {
      const more = () => {
        while (sent < total) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    targets.set(9003, () => {
      const [inside, outside] = duplexPair();
      source.emit('connection', inside);
      return outside;
    });
    const { port } = await forward(9003);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    const reader = answer.body?.getReader();
    await reader?.read();
    // Until nothing more is taken: everything between here and there is full.
    let seen = -1;
    const isSteady = () => {
      const last = seen;
      seen = sent;
      return last === sent;
    };
    await expect.poll(isSteady, { interval: 300, timeout: 10_000 }).toBe(true);
    expect(sent).toBeLessThan(total);
    let received = 0;
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      received += part.value.length;
    expect(received).toBeGreaterThan(total - 1024 * 1024);
    expect(sent).toBe(total);
  });
});
