import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bug } from '../errors/errors.ts';
import type { RunCommand } from '../tools/shell/run.ts';
import { createControlClient, type RehearsalControl } from './control-client.ts';
import { rehearsalEnvironment, rehearsalKubeconfig } from './kubeconfig.ts';
import type { RehearsalOptions, RehearsalReady } from './options.ts';

export interface StartSettings extends Pick<RehearsalOptions, 'seed' | 'speed' | 'faults'> {
  run: RunCommand;
  /** `dist/rehearsal.js`, or the source of the process. */
  program: string;
  /** A private directory that goes when the rehearsal is over. */
  directory: string;
  /** The environment of the person, from which that of the tools is made. */
  environment: NodeJS.ProcessEnv;
  /** Real milliseconds since 1970. */
  now: number;
  nodes?: number;
  opensPorts?: boolean;
}

/**
 * Of the process of a cluster: young objects get little room, for most of what it makes goes at once and what stays is not
 * many times the size of a cluster.
 */
export const rehearsalArguments: readonly string[] = ['--max-semi-space-size=8'];

/** A rehearsal cluster that listens, in a process of its own. */
export interface Rehearsal {
  url: string;
  /** The certificate that clients trust, in PEM. */
  certificate: string;
  /** Path of a kubeconfig whose only context is `rehearsal`. */
  kubeconfig: string;
  /** The whole environment for tools: they reach this cluster and can reach no other. */
  environment: NodeJS.ProcessEnv;
  options: RehearsalOptions;
  control: RehearsalControl;
  /** Settles when the process has ended; rejects when it ended by itself. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the process and waits until it listens. It ends with `stop`, and by itself when this process is gone. */
export async function startRehearsal(settings: StartSettings): Promise<Rehearsal> {
  const { run, program, directory, environment, now, seed, speed, faults } = settings;
  const options: RehearsalOptions = {
    seed,
    speed,
    faults,
    nodes: settings.nodes ?? 1,
    start: now,
    origin: now,
    token: randomBytes(24).toString('base64url'),
    opensPorts: settings.opensPorts ?? true,
  };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const stopped = new AbortController();
  const said: string[] = [];
  let hear: (ready: RehearsalReady) => void;
  const ready = new Promise<RehearsalReady>((resolve) => (hear = resolve));
  const process = run([globalThis.process.execPath, ...rehearsalArguments, program], {
    // By standard input: what stands in the arguments of a process can be read by everybody on this machine.
    stdin: JSON.stringify(options),
    signal: stopped.signal,
    onLine: (line, stream) => {
      if (stream === 'stdout' && line.startsWith('{"url":')) hear(JSON.parse(line) as RehearsalReady);
      else said.push(line);
    },
  });
  const ended = process.then(
    () => {
      if (!stopped.signal.aborted) throw endedByItself(said);
    },
    (error: unknown) => {
      if (!stopped.signal.aborted) throw error;
    },
  );
  ended.catch(() => undefined); // Whoever uses the cluster hears of it by its requests; `stop` awaits it.
  const { url, certificate } = await Promise.race([
    ready,
    ended.then((): never => {
      throw endedByItself(said);
    }),
  ]);
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, rehearsalKubeconfig({ url, certificate, token: options.token }), { mode: 0o600 });
  return {
    url,
    certificate,
    kubeconfig,
    environment: rehearsalEnvironment(environment, { kubeconfig, directory }),
    options,
    control: createControlClient({ url, certificate, token: options.token }),
    ended,
    async stop() {
      stopped.abort();
      await ended;
    },
  };
}

function endedByItself(said: readonly string[]): Bug {
  return new Bug(`the rehearsal cluster ended by itself: ${said.slice(-5).join(' | ')}`);
}
