import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Api } from '../api/api.ts';
import { StatusError } from '../api/status-error.ts';
import type { Chance } from '../chance.ts';
import type { Kubelets } from '../node/kubelet.ts';
import type { Pod } from '../node/pod.ts';
import type { StoredObject } from '../objects.ts';
import { channelProtocols, openChannels } from '../streams/channels.ts';
import { containerView } from '../streams/container-view.ts';
import { containerNotFound, execStatus, serveExec } from '../streams/exec.ts';
import { readLogOptions } from '../streams/log-options.ts';
import { chosenContainer, followLog, logRun, logText, type LoggedPod, type LogSource } from '../streams/logs.ts';
import { portForwardProtocols, servePortForward } from '../streams/port-forward.ts';
import { acceptWebSocket } from '../streams/web-socket.ts';
import { isTrue } from './list-options.ts';
import type { StreamParts, StreamRequest } from './serve-stream.ts';

interface PodStreamParts {
  api: Api;
  kubelets: Kubelets;
  connect(pod: StoredObject, port: number): Duplex | undefined;
  chance: Chance;
}

/** `kubectl logs`, `exec`, `attach` and `port-forward`: what the API server passes on to the kubelet of the pod's node. */
export function createPodStreams(parts: PodStreamParts): StreamParts {
  return {
    log: (request) => serveLog(request, parts),
    exec: (request) => serveCommand(request, parts),
    attach: (request) => serveAttach(request, parts),
    portforward: (request) => forwardPorts(request, parts),
  };
}

function podOf({ resource, route: { namespace, name = '' } }: StreamRequest, { api }: PodStreamParts): StoredObject {
  return api.read({ resource, namespace, name });
}

async function serveLog(request: StreamRequest, parts: PodStreamParts): Promise<void> {
  const { exchange } = request;
  const { api, kubelets } = parts;
  const pod = podOf(request, parts);
  const options = readLogOptions(exchange.query, pod.metadata.name);
  const logged = pod as unknown as LoggedPod;
  const container = chosenContainer(logged, options.container);
  // A pod without a node has no log, and that is no error.
  if (logged.spec.nodeName === undefined) return exchange.text(200, '', 'text/plain');
  const run = logRun(logged, container, options.previous);
  if (typeof run !== 'string') throw run;
  const source: LogSource = {
    lines: () => kubelets.logsOf(pod as Pod, container, run === 'previous') ?? [],
    isRunning: () => run === 'current' && isRunning(api, pod, container),
  };
  if (!options.follow) return exchange.text(200, logText(source.lines(), options, api.clock.now()), 'text/plain');
  const { response } = exchange;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.flushHeaders();
  for await (const text of followLog(source, options, { clock: api.clock, signal: gone.signal }))
    if (!response.write(text) && !gone.signal.aborted)
      await once(response, 'drain', { signal: gone.signal }).catch(ignore);
  response.end();
}

function ignore(): void {
  // The client went away while it was slow; the loop sees it.
}

function isRunning(api: Api, { metadata }: StoredObject, container: string): boolean {
  const pod = api.reader.get('v1 Pod', metadata.namespace, metadata.name);
  if (pod?.metadata.uid !== metadata.uid) return false;
  const { containerStatuses = [], initContainerStatuses = [] } = (pod as unknown as LoggedPod).status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  return Boolean(status?.state?.running);
}

/** The container of an exec or attach, and the streams that its client wants; undefined when the upgrade was refused. */
function open(request: StreamRequest, parts: PodStreamParts) {
  const { exchange, socket, head = Buffer.alloc(0) } = request;
  const { query } = exchange;
  const pod = podOf(request, parts);
  const container = chosenContainer(pod as unknown as LoggedPod, query.get('container') ?? '');
  if ((pod as Pod).spec.nodeName === undefined)
    throw new StatusError(400, 'BadRequest', `pod ${pod.metadata.name} does not have a host assigned`);
  if (socket === undefined) throw new StatusError(400, 'BadRequest', 'Upgrade request required');
  const accepted = acceptWebSocket(exchange.request, socket, head, { protocols: channelProtocols });
  if (accepted === undefined) return undefined;
  const channels = openChannels(accepted, {
    stdin: isTrue(query.get('stdin')),
    stdout: isTrue(query.get('stdout')),
    stderr: isTrue(query.get('stderr')),
  });
  return { pod, container, channels, tty: isTrue(query.get('tty')) };
}

async function serveCommand(request: StreamRequest, parts: PodStreamParts): Promise<void> {
  const opened = open(request, parts);
  if (opened === undefined) return;
  const { pod, container, channels, tty } = opened;
  const { api, chance, connect } = parts;
  const command = request.exchange.query.getAll('command');
  if (!isRunning(api, pod, container)) return channels.finish(containerNotFound(container));
  const outcome = await serveExec({
    command,
    tty,
    stdin: channels.stdin,
    stdout: channels.stdout,
    stderr: channels.stderr,
    container: containerView(pod, container, {
      reader: api.reader,
      user: { uid: 0, gid: 0 },
      isListening: (port) => {
        const connection = connect(pod, port);
        connection?.destroy();
        return connection !== undefined;
      },
    }),
    clock: api.clock,
    signal: channels.signal,
    id: chance.uuid().replaceAll('-', '').padEnd(64, '0'),
  });
  channels.finish(execStatus(outcome, channels, command));
}

/** What a container has said and says, until it ends or the client goes. */
async function serveAttach(request: StreamRequest, parts: PodStreamParts): Promise<void> {
  const opened = open(request, parts);
  if (opened === undefined) return;
  const { pod, container, channels } = opened;
  const { api, kubelets } = parts;
  if (!isRunning(api, pod, container)) return channels.finish(containerNotFound(container));
  const source: LogSource = {
    lines: () => kubelets.logsOf(pod as Pod, container, false) ?? [],
    isRunning: () => isRunning(api, pod, container),
  };
  // An attach has no past: only what is said from now on.
  const options = { container, follow: true, previous: false, timestamps: false, tailLines: 0 };
  for await (const text of followLog(source, options, { clock: api.clock, signal: channels.signal }))
    channels.stdout.write(text);
  channels.finish({ metadata: {}, status: 'Success' });
}

function forwardPorts(request: StreamRequest, parts: PodStreamParts): Promise<void> {
  const { exchange, socket, head = Buffer.alloc(0) } = request;
  const { chance, connect } = parts;
  const pod = podOf(request, parts);
  if ((pod as unknown as LoggedPod & { status?: { phase?: string } }).status?.phase !== 'Running')
    throw new StatusError(
      400,
      'BadRequest',
      `unable to forward port because pod is not running. Current status=${String((pod['status'] as { phase?: string }).phase)}`,
    );
  if (socket === undefined) throw new StatusError(400, 'BadRequest', 'Upgrade request required');
  const accepted = acceptWebSocket(exchange.request, socket, head, { protocols: portForwardProtocols });
  if (accepted !== undefined)
    servePortForward(accepted, {
      sandbox: chance.uuid().replaceAll('-', '').repeat(2),
      networkNamespace: `/var/run/netns/cni-${pod.metadata.uid}`,
      connect: (port) => connect(pod, port),
    });
  return Promise.resolve();
}
