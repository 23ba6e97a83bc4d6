import type { RunCommand } from '../../tools/shell/run.ts';
import { automaticTransport } from './automatic-transport.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { commandTransport } from './command-transport.ts';
import { kubectlProxy } from './proxy.ts';
import { readThrough } from './read-through.ts';
import { socketTransport } from './socket-transport.ts';
import type { Transport } from './transport.ts';

export interface ReaderSettings {
  run: RunCommand;
  /** The kubeconfig context that every request names. */
  context: string;
  kubeconfig?: string;
  /** The program: `kubectl`, or its path. */
  kubectl: string;
  /** Private folder (mode 0700) of this run, for the socket of `kubectl proxy`. A socket's path has some 100 bytes at most. */
  directory: string;
  /** Ends every request and watch. */
  signal: AbortSignal;
  /** Time and chance, for tests. */
  clock?: Clock;
  random?: () => number;
  /** What requests go through besides. */
  through?: (transport: Transport) => Transport;
}

/**
 * Reads through one `kubectl proxy`, which starts at the first request and serves all of them; through one `kubectl get
 * --raw` for each request and watch where the proxy cannot be started.
 */
export function createClusterReader(settings: ReaderSettings): ClusterReader {
  const { run, context, kubeconfig, kubectl, directory, clock = systemClock, random = Math.random } = settings;
  const stop = new AbortController();
  const signal = AbortSignal.any([settings.signal, stop.signal]);
  const command = [kubectl, ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]), '--context', context];
  const argv = (path: string): string[] => [...command, 'get', '--raw', path];
  const proxy = kubectlProxy({ run, kubectl: command, directory, clock, signal });
  const { through = (direct: Transport) => direct } = settings;
  const direct = automaticTransport({
    prepare: () => proxy.socket(),
    first: socketTransport({ socket: (isSuspect) => proxy.socket(isSuspect), clock, argv }),
    other: commandTransport({ run, clock, argv }),
    signal,
  });
  return {
    ...readThrough({ transport: through(direct), argv, clock, random, signal }),
    async close() {
      stop.abort();
      await direct.close();
      await proxy.close();
    },
  };
}
