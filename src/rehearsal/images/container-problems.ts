import type { StageResult } from './evaluate.ts';
import type { DockerfileProblem } from './problem.ts';
import type { Stage } from './stages.ts';

/** What the pods of a plan expect of an image. */
export interface ImageUse {
  /** Ports that containers name or probes ask, TCP. */
  ports: readonly {
    port: number;
    /** Begins a sentence: `The readiness probe of web asks`. */
    asked: string;
  }[];
  /** `runAsNonRoot` of container or pod. */
  runAsNonRoot?: boolean;
  /** `runAsUser` of container or pod, which goes before the image's. */
  runAsUser?: number;
  /** The container has a `command` of its own. */
  hasCommand?: boolean;
}

/** What would keep a container of the image from running as the plan expects it. */
export function doubtsAbout(result: StageResult, target: Stage, use: ImageUse | undefined): DockerfileProblem[] {
  const begin = { line: target.line, column: 1 };
  return [
    ...userProblems(result, begin, use),
    ...portProblems(result, begin, use),
    ...commandProblems(result, begin, use),
  ];
}

type Begin = { line: number; column: number };

/** pkg/kubelet/kuberuntime/security_context.go, verifyRunAsNonRoot. */
function userProblems({ user, isWhole }: StageResult, begin: Begin, use: ImageUse | undefined): DockerfileProblem[] {
  if (use?.runAsNonRoot !== true || use.runAsUser !== undefined || (user === undefined && !isWhole)) return [];
  const [name = ''] = (user?.name ?? '').split(':');
  const place = user === undefined ? begin : { line: user.line, column: 1 };
  const remedy = 'Name a number other than 0: USER 1001:1001';
  if (name === '' || /^0+$/.test(name)) {
    const message = 'container has runAsNonRoot and image will run as root';
    return [{ ...place, message, remedy, effect: 'container' }];
  }
  if (/^\d+$/.test(name)) return [];
  const message = `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root`;
  return [{ ...place, message, remedy, effect: 'container' }];
}

/** EXPOSE opens nothing, but who writes it means where the program listens. */
function portProblems({ exposed }: StageResult, _begin: Begin, use: ImageUse | undefined): DockerfileProblem[] {
  const [first] = exposed;
  if (first === undefined) return [];
  const ports = [...new Set(exposed.map(({ port }) => port))];
  return (use?.ports ?? [])
    .filter(({ port }) => !ports.includes(port))
    .map(({ port, asked }) => ({
      line: first.line,
      column: 1,
      message: `${asked} port ${port}, and the image exposes ${ports.join(', ')}`,
      remedy: 'Let chart and Dockerfile name the port at which the program listens.',
      effect: 'doubt',
    }));
}

/** pkg/oci of containerd refuses a container without one: "no command specified". */
function commandProblems(result: StageResult, begin: Begin, use: ImageUse | undefined): DockerfileProblem[] {
  const { entrypoint, command, isWhole } = result;
  const isMissing = (entrypoint?.words.length ?? 0) === 0 && (command?.words.length ?? 0) === 0;
  if (!isWhole || !isMissing || use?.hasCommand === true) return [];
  const remedy = 'End with CMD ["program", "argument"], or give the container a command in the chart.';
  return [{ ...begin, message: 'no command specified', remedy, effect: 'container' }];
}
