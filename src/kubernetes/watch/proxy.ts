import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../../errors/errors.ts';
import type { RunCommand } from '../../tools/shell/run.ts';
import type { Clock } from '../../clock.ts';

/** `kubectl proxy` on a Unix socket: the person's own kubectl does login, TLS and proxies, we speak plain HTTP. */
export interface Proxy {
  /**
   * Path of the socket; starts the proxy when it does not run. Rejects when it cannot be started. `isSuspect`: the socket
   * refused a connection, so the proxy is about to end, or has and we have not heard of it yet.
   */
  socket: (isSuspect?: boolean) => Promise<string>;
  close(): Promise<void>;
}

export interface ProxySettings {
  run: RunCommand;
  /** `kubectl --context X`, to which `proxy ...` is added. */
  kubectl: readonly string[];
  /** Private folder (mode 0700) for the socket: whoever reaches the socket has the person's rights. */
  directory: string;
  clock: Clock;
  signal: AbortSignal;
}

/** Milliseconds; it has no request to make before it listens. */
const startLimit = 5_000;
/** Milliseconds between a socket that refuses and the news that its process ended. */
const endNewsLimit = 1_000;
// kubectl pkg/cmd/proxy: the line is printed once the socket listens.
const listening = /^Starting to serve on /;

interface RunningProxy {
  ready: Promise<string>;
  ended: Promise<void>;
  stop: AbortController;
}

/** Starts at the first request, and again when it was ended by something else. */
export function kubectlProxy(settings: ProxySettings): Proxy {
  const path = join(settings.directory, `kubectl-proxy-${process.pid}.sock`);
  let running: RunningProxy | undefined;
  return {
    async socket(isSuspect = false) {
      if (isSuspect && running !== undefined) await endOf(running, settings.clock);
      if (running === undefined) {
        const started = start(settings, path);
        running = started;
        started.ended = started.ended.then(() => {
          if (running === started) running = undefined;
        });
      }
      return running.ready;
    },
    async close() {
      running?.stop.abort();
      await running?.ended;
      await rm(path, { force: true }); // kubectl leaves it behind when a signal ends it.
    },
  };
}

function endOf({ ended }: RunningProxy, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(endNewsLimit, resolve);
    void ended.then(() => {
      cancel();
      resolve();
    });
  });
}

function start({ run, kubectl, clock, signal }: ProxySettings, path: string): RunningProxy {
  // The socket is read-only by these rules too, not only because we send nothing but GET.
  const argv = [...kubectl, 'proxy', `--unix-socket=${path}`, '--reject-methods=POST,PUT,PATCH,DELETE'];
  const stop = new AbortController();
  let announce: (socket: string) => void = () => undefined;
  const announced = new Promise<string>((resolve) => {
    announce = resolve;
  });
  const process = run(argv, {
    signal: AbortSignal.any([signal, stop.signal]),
    maxBytes: 0,
    onLine: (line) => {
      if (listening.test(line)) announce(path);
    },
  });
  const endedBeforeListening = process.then((result): never => {
    throw new ToolError('kubectl proxy ended by itself', { argv, status: result.status, lastLines: [] });
  });
  let cancel: () => void = () => undefined;
  const tooLate = new Promise<never>((_, reject) => {
    cancel = clock.after(startLimit, () => {
      reject(
        new ToolError('kubectl proxy does not listen', { argv, status: null, lastLines: [], code: 'tool-timeout' }),
      );
      stop.abort();
    });
  });
  const ready = Promise.race([announced, endedBeforeListening, tooLate]).finally(() => cancel());
  ready.catch(() => undefined); // Whoever asked for the socket gets the reason; nobody may have.
  endedBeforeListening.catch(() => undefined);
  return { ready, stop, ended: process.then(ignore, ignore) };
}

/** Why the proxy ended is told by `ready` or by the requests that it cut off. */
const ignore = (): void => undefined;
