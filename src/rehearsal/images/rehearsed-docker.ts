import { systemTime, type ProgramTime } from '../../clock.ts';
import { ToolError } from '../../errors/errors.ts';
import { buildFailure } from '../../tools/docker/build-failure.ts';
import { followBuild } from '../../tools/docker/build-output.ts';
import { createDocker } from '../../tools/docker/create-docker.ts';
import type { BuildProgress, Docker } from '../../tools/docker/docker.ts';
import type { CommandOptions } from '../../tools/shell/run.ts';
import { checkDockerfile, type DockerfileReport } from './check-dockerfile.ts';
import type { ImageUse } from './container-problems.ts';
import type { DockerfileProblem } from './problem.ts';

export interface RehearsedDockerSettings {
  /** As Go names it: `amd64`. */
  architecture: string;
  /** What the pods of the plan expect of an image; known once the charts are rendered. */
  useOf?: (tag: string) => ImageUse | undefined;
  /** Waited for at each step of a build, so that a rehearsal can be watched. */
  pace?: (step: string) => Promise<void>;
  /** Around what reads files. */
  during?: ProgramTime['during'];
}

/** A `Docker` without an engine: it reads and checks, and makes no image. */
export interface RehearsedDocker extends Docker {
  readonly isRehearsed: true;
  /** What the check of an image found; undefined before it was built. */
  reportOf(tag: string): DockerfileReport | undefined;
}

type Watched = CommandOptions & { onProgress?: (progress: BuildProgress) => void };

/**
 * For where no engine answers: a build reads the Dockerfile and checks it, step by step in BuildKit's words, and fails where
 * BuildKit would. An image is what passed in this process; its id says that it is none.
 */
export function createRehearsedDocker(settings: RehearsedDockerSettings): RehearsedDocker {
  const { during = systemTime.during } = settings;
  const reports = new Map<string, DockerfileReport>();
  // Writes argument vectors only: nothing is started.
  const { buildArgv, pushArgv } = createDocker({ run: refuseToRun });
  return {
    isRehearsed: true,
    reportOf: (tag) => reports.get(tag),
    engine: () =>
      Promise.resolve({
        client: 'none',
        server: 'rehearsed',
        architecture: settings.architecture,
        builder: 'buildkit' as const,
      }),
    buildArgv,
    pushArgv,
    async build(argv, options) {
      const { tag, ...request } = requestOf(argv);
      const use = settings.useOf?.(tag);
      const platform = request.platform ?? `linux/${settings.architecture}`;
      const report = await during(() =>
        checkDockerfile({ ...request, platform, ...(use === undefined ? {} : { use }) }),
      );
      await play(argv, request.dockerfile, report, settings.pace, options);
      reports.set(tag, report);
    },
    image: (tag) => Promise.resolve(reports.has(tag) ? { id: `rehearsed:${tag}`, bytes: 0 } : undefined),
    async push(argv, { onProgress, onLine, signal }: Watched) {
      signal?.throwIfAborted();
      const tag = argv.at(-1) ?? '';
      if (!reports.has(tag)) throw missing(argv, tag);
      onLine?.(`The push refers to repository [${tag.replace(/:[^:/]*$/, '')}]`, 'stdout');
      onLine?.('rehearsed: there is no image, and nothing is sent', 'stdout');
      onProgress?.({ message: 'rehearsed: nothing is sent' });
    },
    remove: (tag) => {
      reports.delete(tag);
      return Promise.resolve();
    },
  };
}

function refuseToRun(argv: readonly string[]): Promise<never> {
  return Promise.reject(
    new ToolError(`${argv[0]} is not started in a rehearsal`, { argv, status: null, lastLines: [] }),
  );
}

/** What a vector of `buildArgv` asks for. */
function requestOf(argv: readonly string[]) {
  const values = (flag: string): string[] => argv.flatMap((word, index) => (argv[index - 1] === flag ? [word] : []));
  const [target] = values('--target');
  const [platform] = values('--platform');
  const args = values('--build-arg').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return {
    tag: values('--tag')[0] ?? '',
    dockerfile: values('--file')[0] ?? '',
    context: argv.at(-1) ?? '',
    args: Object.fromEntries(args),
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { platform }),
  };
}

/** Says what BuildKit would say, and stops where it would. */
async function play(
  argv: readonly string[],
  dockerfile: string,
  { steps, problems }: DockerfileReport,
  pace: RehearsedDockerSettings['pace'],
  { onLine, onProgress, signal }: Watched,
): Promise<void> {
  const output = followBuild();
  const said: string[] = [];
  const say = (line: string): void => {
    said.push(line);
    const progress = output.read(line);
    if (progress !== undefined) onProgress?.(progress);
    onLine?.(line, 'stderr');
  };
  say('#0 building with nothing: in a rehearsal the Dockerfile is read and checked');
  const [failing] = problems.filter(({ effect }) => effect === 'build').toSorted(byStep);
  if (failing === undefined || failing.step !== undefined) {
    for (const [index, { name }] of steps.entries()) {
      signal?.throwIfAborted();
      say(`#${index + 1} ${name}`);
      await pace?.(name);
      if (failing?.step === index) {
        say(`#${index + 1} ERROR: ${failing.message.replace('failed to compute cache key: ', '')}`);
        break;
      }
      say(`#${index + 1} DONE 0.0s`);
    }
  }
  signal?.throwIfAborted();
  const file = dockerfile.slice(dockerfile.lastIndexOf('/') + 1);
  if (failing === undefined) {
    for (const { line, message, remedy } of problems) say(`${file}:${line} ${message}. ${remedy}`);
    return;
  }
  for (const line of [
    `${file}:${failing.line}`,
    ruler,
    ruler,
    `ERROR: failed to build: failed to solve: ${failing.message}`,
  ])
    say(line);
  const error = new ToolError('docker build failed', { argv, status: 1, lastLines: said.slice(-20) });
  throw mended(await buildFailure(error, output.failedStep()), failing);
}

/** The remedy of the check knows more than that for the words of a builder. */
function mended(error: unknown, { remedy }: DockerfileProblem): unknown {
  if (!(error instanceof ToolError)) return error;
  const { message, argv, status, lastLines, why, next, isTransient, code } = error;
  return new ToolError(message, {
    argv,
    status,
    lastLines,
    why,
    next: [remedy, ...next.filter((other) => other !== remedy)],
    isTransient,
    code,
  });
}

const ruler = '-'.repeat(20);

/** What keeps a build from beginning first, then in the order of the steps. */
function byStep(a: DockerfileProblem, b: DockerfileProblem): number {
  return (a.step ?? -1) - (b.step ?? -1);
}

function missing(argv: readonly string[], tag: string): ToolError {
  return new ToolError(`There is no image ${tag} on this machine`, {
    argv,
    status: 1,
    lastLines: [`An image does not exist locally with the tag: ${tag.replace(/:[^:/]*$/, '')}`],
    next: ['Build it first.'],
    code: 'image-missing',
  });
}
