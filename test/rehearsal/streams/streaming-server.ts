import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock } from '../../../src/clock.ts';
import { channelProtocols, openChannels, type TerminalSize } from '../../../src/rehearsal/streams/channels.ts';
import { containerNotFound, execStatus, serveExec } from '../../../src/rehearsal/streams/exec.ts';
import { portForwardProtocols, servePortForward } from '../../../src/rehearsal/streams/port-forward.ts';
import type { ContainerView } from '../../../src/rehearsal/streams/process.ts';
import { acceptWebSocket } from '../../../src/rehearsal/streams/web-socket.ts';

export const sandbox = 'ab'.repeat(32);

interface StreamingServer {
  port: number;
  /** For kubectl: KUBECONFIG and a cache of its own. */
  environment: Record<string, string>;
  sizes: TerminalSize[];
  stop(): Promise<void>;
}

interface Options {
  container: ContainerView;
  connect?: (port: number) => Duplex | undefined;
}

const pod = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'box', namespace: 'default', uid: 'e0a3c1de-0000-4000-8000-000000000001' },
  spec: { nodeName: 'node', containers: [{ name: 'web', image: 'web:1' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'web', ready: true, state: { running: {} } }] },
};

/** Just as much of an API server as kubectl's exec and port-forward need. */
export async function startStreamingServer({
  container,
  connect = () => undefined,
}: Options): Promise<StreamingServer> {
  const sizes: TerminalSize[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://server').pathname;
    const answers: Record<string, object> = {
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
      '/api/v1': {
        kind: 'APIResourceList',
        groupVersion: 'v1',
        resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] }],
      },
      '/api/v1/namespaces/default/pods/box': pod,
    };
    const found = answers[path];
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(found ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://server');
    if (url.pathname.endsWith('/portforward')) {
      const accepted = acceptWebSocket(request, socket, head, { protocols: portForwardProtocols });
      if (accepted !== undefined) servePortForward(accepted, { sandbox, networkNamespace: '/run/netns/box', connect });
      return;
    }
    const accepted = acceptWebSocket(request, socket, head, { protocols: channelProtocols });
    if (accepted === undefined) return;
    const asks = (name: string) => url.searchParams.get(name) === 'true';
    const channels = openChannels(accepted, {
      stdin: asks('stdin'),
      stdout: asks('stdout'),
      stderr: asks('stderr'),
      onResize: (size) => sizes.push(size),
    });
    const command = url.searchParams.getAll('command');
    if (url.searchParams.get('container') === 'gone') return channels.finish(containerNotFound('gone'));
    void serveExec({ ...channels, command, tty: asks('tty'), container, clock: systemClock, id: 'cd'.repeat(32) }).then(
      (outcome) => channels.finish(execStatus(outcome, channels, command)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), 'streams-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(port));
  return {
    port,
    environment: { KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, 'cache'), HOME: folder, KUBERC: 'off' },
    sizes,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const kubeconfigFor = (port: number) => `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: 'http://127.0.0.1:${port}' } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
users: [{ name: u, user: {} }]
current-context: c
`;
