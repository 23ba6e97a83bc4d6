import { ToolError } from '../../errors/errors.ts';
import { explained } from '../problem.ts';
import type { CommandOptions, RunCommand } from '../shell/run.ts';
import { buildFailure } from './build-failure.ts';
import { followBuild } from './build-output.ts';
import type { BuildProgress, BuildRequest, Docker } from './docker.ts';
import { readEngine } from './engine.ts';
import { pushProblems } from './problems.ts';
import { followPush } from './push-output.ts';

export interface DockerSettings {
  run: RunCommand;
  program?: string;
}

type Watched = CommandOptions & { onProgress?: (progress: BuildProgress) => void };

/**
 * Plain progress, whatever the person set; and no attestations, which make an index out of an image, with a part of the
 * platform "unknown" that `kind load` and `minikube image load` do not find. The legacy builder knows neither variable.
 */
const buildEnvironment = { BUILDKIT_PROGRESS: 'plain', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' };

export function createDocker({ run, program = 'docker' }: DockerSettings): Docker {
  return {
    engine: () => readEngine(run, program),
    buildArgv: (request) => buildArgv(program, request),
    async build(argv, { onProgress, ...options }: Watched) {
      const output = followBuild();
      const watching = withLines(options, output, onProgress);
      try {
        await run(argv, { ...watching, env: { ...buildEnvironment, ...options.env } });
      } catch (error) {
        throw await buildFailure(error, output.failedStep());
      }
    },
    async image(tag) {
      const argv = [program, 'image', 'inspect', '--format', '{{.Id}} {{.Size}}', tag];
      const found = await ifThere(explained(run(argv, { timeout: 30 }), pushProblems));
      if (found === undefined) return undefined;
      const [id = '', bytes = '0'] = found.stdout.trim().split(' ');
      return { id, bytes: Number(bytes) };
    },
    pushArgv: (tag) => [program, 'push', tag],
    async push(argv, { onProgress, ...options }: Watched) {
      await explained(run(argv, withLines(options, followPush(), onProgress)), pushProblems);
    },
    async remove(tag) {
      await ifThere(explained(run([program, 'image', 'rm', tag], { timeout: 60 }), pushProblems));
    },
  };
}

function buildArgv(program: string, { tag, context, dockerfile, args, target, platform }: BuildRequest): string[] {
  return [
    program,
    'build',
    '--tag',
    tag,
    '--file',
    dockerfile,
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(target === undefined ? [] : ['--target', target]),
    ...(platform === undefined ? [] : ['--platform', platform]),
    context,
  ];
}

function withLines(
  options: CommandOptions,
  output: { read(line: string): BuildProgress | undefined },
  onProgress: ((progress: BuildProgress) => void) | undefined,
): CommandOptions {
  return {
    ...options,
    onLine: (line, stream) => {
      const progress = output.read(line);
      if (progress !== undefined) onProgress?.(progress);
      options.onLine?.(line, stream);
    },
  };
}

/** undefined when there is no such image. */
async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'image-missing') return undefined;
    throw error;
  }
}
