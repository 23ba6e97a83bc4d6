import type { PodContainer } from '../rollout/containers.ts';
import { lastEnd } from '../rollout/containers.ts';
import type { Pod, Terminated } from '../rollout/shapes.ts';
import { instant } from '../rollout/times.ts';
import { knownFailures, type Fatal, type Finding } from './known-failure.ts';
import { clean, excerpt } from './log-lines.ts';
import { inContainers, kubectl, type Scene } from './scene.ts';

/** How often a container has ended: the kubelet counts starts after the first. */
export function ends({ status }: PodContainer): number {
  const isRunning = status?.state?.running !== undefined;
  const started = status?.restartCount ?? 0;
  return isRunning || lastEnd(status) === undefined ? started : started + 1;
}

/**
 * A container that ended more than once will do so again, unless it is running once more: then only its next end, or its
 * becoming ready, tells.
 */
export const again = ({ container }: Finding): Fatal =>
  container?.status?.state?.running === undefined ? 'again' : 'never';

/** A container whose last run ended in a way that `isThis`; not one that runs and is ready again. */
function crash(
  scene: Scene,
  isThis: (end: Terminated, container: PodContainer, pod: Pod) => boolean,
): Finding | undefined {
  return inContainers(scene, (container, pod) => {
    const end = lastEnd(container.status);
    if (end === undefined || container.status?.ready === true || isDone(container, end, scene)) return undefined;
    return isThis(end, container, pod) ? crashFinding(scene, pod, container, end) : undefined;
  });
}

/** An init container that has ended well, and a container of a pod that shall end. */
function isDone({ role, status }: PodContainer, end: Terminated, { object }: Scene): boolean {
  const shallEnd = role === 'init' || ['Job', 'CronJob'].includes(object.kind);
  return end.exitCode === 0 && (shallEnd || status?.restartCount === 0);
}

export const often = (times: number): string => (times === 1 ? 'once' : times === 2 ? 'twice' : `${times} times`);

export function crashFinding(scene: Scene, pod: Pod, container: PodContainer, end: Terminated): Finding {
  const lines = scene.logs[`${pod.metadata.name}/${container.spec.name}`] ?? [];
  const times = ends(container);
  const said = end.message === undefined ? [] : [`last words: ${clean(end.message)}`];
  return {
    object: pod,
    container,
    message: end.message ?? '',
    names: {
      container: container.spec.name,
      image: container.spec.image,
      code: String(end.exitCode),
      times: often(times),
      memory: container.spec.resources?.limits?.['memory'] ?? '',
    },
    evidence: [
      `container ${container.spec.name} in pod ${pod.metadata.name} has ended ${often(times)}, last with exit code ${end.exitCode}${end.reason === undefined || end.reason === 'Error' ? '' : ` (${end.reason})`}`,
      ...said,
      ...excerpt(lines),
    ],
    field: container.path,
    since: instant(end.finishedAt),
    occurrences: times,
  };
}

/** What shells, kernels and languages mean by an exit code: sysexits of POSIX shells, 128 + signal. */
const exitCodes: Record<string, string> = {
  '0': 'It ended without an error, but a Deployment needs a program that stays.',
  '1': 'The program stopped with an error of its own.',
  '2': 'The program stopped with an error of its own: wrong options, misuse of a shell, or a panic in Go.',
  '126': 'The program was found but may not be executed.',
  '127': 'The program, or a library that it needs, was not found in the image.',
  '132': 'It used an instruction that this processor does not have.',
  '134': 'It aborted itself (SIGABRT), as native libraries and run-times do on an inner error.',
  '136': 'It ended in an arithmetic fault (SIGFPE).',
  '137':
    'It was killed from outside (SIGKILL), though not for its own memory limit: the node ran out of memory, or something killed a part of it.',
  '139': 'It crashed in native code (segmentation fault): a wrong C library, an emulated processor, or a bug.',
  '143': 'It was asked to stop (SIGTERM), again and again.',
};

/** A run that has ended and not begun anew is the current one to kubectl. */
function logsCommand({ object, container }: Finding): string {
  const previous = container?.status?.state?.running === undefined ? '' : ' --previous';
  return `${kubectl(object, 'logs', object.metadata.name, '-c', container?.spec.name ?? '')}${previous}`;
}

const nextSteps: Record<string, (finding: Finding) => string[]> = {
  '0': (finding) => ['Run the program in the foreground, or make it a Job if it shall end.', logsCommand(finding)],
  '126': (finding) => ['RUN chmod +x on the file in the Dockerfile.', `What it said: ${logsCommand(finding)}`],
  '127': (finding) => ['Correct command and args, or install the program in the Dockerfile.', logsCommand(finding)],
  '139': (finding) => [
    'Try another base image (glibc in place of musl), built for the nodes’ processor.',
    logsCommand(finding),
  ],
};

export const crashFailures = knownFailures([
  {
    code: 'oom-killed',
    who: 'recipe',
    find: (scene) => crash(scene, ({ reason }) => reason === 'OOMKilled'),
    fatal: again,
    cause: ({ names }) =>
      names.memory
        ? `Container ${names.container} needs more memory than its limit of ${names.memory}, and was killed for it.`
        : `Container ${names.container} used so much memory that it was killed.`,
    remedy: ({ names }) => [
      `Raise resources.limits.memory of the container${names.memory ? ` (now ${names.memory})` : ''}.`,
      'Java, Node and Go can be told how much there is: MaxRAMPercentage, --max-old-space-size, GOMEMLIMIT.',
    ],
    means:
      'The kernel kills a container that uses more memory than its limit (exit code 137, reason OOMKilled). Either the limit is too small for the program or the program leaks.',
    source: 'CRI: ContainerStatus reason OOMKilled; Linux memory cgroup',
  },
  {
    code: 'init-container-failed',
    who: 'application',
    find: (scene) => crash(scene, ({ exitCode }, { role }) => role !== 'main' && exitCode !== 0),
    fatal: again,
    cause: ({ names }) =>
      `The preparation ${names.container} (an init container) ends with exit code ${names.code}, so the application itself is never started.`,
    remedy: (finding) => [`Read what it says: ${logsCommand(finding)}`],
    means:
      'Init containers prepare a pod (migrations, waiting, downloads) and run one after the other before the application. One of them fails, and Kubernetes repeats it for ever. Its own log tells why.',
    source: 'Kubernetes documentation, "Init Containers"',
  },
  {
    code: 'crash-loop',
    who: 'application',
    find: (scene) => (['Job', 'CronJob'].includes(scene.object.kind) ? undefined : crash(scene, () => true)),
    fatal: again,
    cause: ({ names }) =>
      `Container ${names.container} starts and ends again (exit code ${names.code}, ${names.times}). ${exitCodes[names.code ?? ''] ?? 'The program stopped with an error of its own.'}`,
    remedy: (finding) =>
      nextSteps[finding.names.code ?? '']?.(finding) ?? [`Read what it said last: ${logsCommand(finding)}`],
    means: `A container ends soon after its start, again and again; Kubernetes starts it anew with longer and longer pauses (CrashLoopBackOff). The exit code tells the kind of end: ${Object.entries(
      exitCodes,
    )
      .map(([code, text]) => `${code}: ${text}`)
      .join(' ')}`,
    source: 'Kubernetes documentation, "Pod Lifecycle": container restarts; POSIX shells: exit status',
  },
]);
