import { capture, jsonOf } from '../capture.ts';
import { explained } from '../problem.ts';
import type { CommandOptions, RunCommand } from '../shell/run.ts';
import {
  parseAddons,
  parseImages,
  parseProfiles,
  parseServices,
  parseStatus,
  type MinikubeService,
  type NodeStatus,
  type Profile,
} from './answers.ts';
import { parseEvent, type MinikubeEvent } from './events.ts';
import { minikubeProblems, startFailure } from './problems.ts';

export interface StartProgress {
  message: string;
  done?: number;
  total?: number;
}

/** The person's minikube. */
export interface Minikube {
  /** Profiles, without asking whether they run. */
  profiles(options?: CommandOptions): Promise<Profile[]>;
  /** Nodes of a profile; none when its machine is gone. */
  status(profile: string, options?: CommandOptions): Promise<NodeStatus[]>;
  startArgv(profile: string): string[];
  start(
    argv: readonly string[],
    options: CommandOptions & { onProgress: (progress: StartProgress) => void },
  ): Promise<void>;
  /** Images that the nodes hold, by name and tag as Minikube writes it. */
  images(profile: string, options?: CommandOptions): Promise<string[]>;
  loadArgv(profile: string, tag: string): string[];
  services(profile: string, options?: CommandOptions): Promise<MinikubeService[]>;
  /** Addon to whether it is enabled. */
  addons(profile: string, options?: CommandOptions): Promise<Record<string, boolean>>;
  enableArgv(profile: string, addon: string): string[];
  /** Address of the control plane's node. */
  ip(profile: string, options?: CommandOptions): Promise<string>;
}

/** `minikube status` adds 1 for the host, 2 for the cluster, 4 for the kubeconfig. */
const statusCodes = [1, 2, 3, 4, 5, 6, 7];
/** Seconds for a command that only looks. */
const readTimeout = 30;

export function createMinikube({ run, program = 'minikube' }: { run: RunCommand; program?: string }): Minikube {
  const argv = (profile: string, ...args: string[]) => [program, ...args, '--profile', profile];
  const json = async (vector: string[], options: CommandOptions = {}) =>
    jsonOf(await explained(run(vector, { timeout: readTimeout, ...options }), minikubeProblems));

  return {
    async profiles(options = {}) {
      // The whole configuration of a profile is in it, variables of its Docker included.
      const vector = [program, 'profile', 'list', '--light', '-o', 'json'];
      const answer = capture(run, vector, { timeout: readTimeout, ...options });
      return parseProfiles(jsonOf(await explained(answer, minikubeProblems)));
    },
    status: async (profile, options) =>
      parseStatus(await json(argv(profile, 'status', '-o', 'json'), { accept: statusCodes, ...options })),
    // The current context of kubectl is the person's; nobody is at the terminal of this process to be asked.
    startArgv: (profile) => argv(profile, 'start', '-o', 'json', '--keep-context', '--interactive=false'),
    async start(vector, { onProgress, ...options }) {
      const events: MinikubeEvent[] = [];
      const onLine: CommandOptions['onLine'] = (line, stream) => {
        const event = parseEvent(line);
        if (event === undefined) return options.onLine?.(line, stream);
        if (event.type === 'error') events.push(event);
        const progress = progressOf(event);
        if (progress !== undefined) onProgress(progress);
        if ('message' in event && event.message !== '') options.onLine?.(event.message, stream);
      };
      try {
        await run(vector, { ...options, onLine });
      } catch (error) {
        throw startFailure(error, events);
      }
    },
    images: async (profile, options) =>
      parseImages(await json(argv(profile, 'image', 'ls', '--format', 'json'), options)),
    // `--daemon`: from the local engine or not at all; without it a file of that name would be taken as an archive.
    loadArgv: (profile, tag) => argv(profile, 'image', 'load', '--daemon', tag),
    services: async (profile, options) =>
      parseServices(await json(argv(profile, 'service', 'list', '-o', 'json'), options)),
    addons: async (profile, options) => parseAddons(await json(argv(profile, 'addons', 'list', '-o', 'json'), options)),
    enableArgv: (profile, addon) => argv(profile, 'addons', 'enable', addon),
    async ip(profile, options) {
      const { stdout } = await explained(
        run(argv(profile, 'ip'), { timeout: readTimeout, ...options }),
        minikubeProblems,
      );
      return stdout.trim();
    },
  };
}

function progressOf(event: MinikubeEvent): StartProgress | undefined {
  const counts = (current: number | undefined, total: number | undefined) =>
    current === undefined || total === undefined ? {} : { done: current, total };
  switch (event.type) {
    case 'step':
      return { message: event.message === '' ? event.name : event.message, ...counts(event.current, event.total) };
    case 'download':
      return { message: `downloading ${event.artifact}`, ...counts(event.current, event.total) };
    case 'progress':
      return {
        message: `downloading ${event.artifact} ${Math.round(event.part * 100)} %`,
        ...counts(event.current, event.total),
      };
    case 'info':
    case 'warning':
    case 'error':
      return undefined;
  }
}
