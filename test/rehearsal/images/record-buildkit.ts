import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dockerfileCases, writeCase, type DockerfileCase } from './dockerfiles.ts';

/**
 * Builds every Dockerfile of dockerfiles.ts with BuildKit and writes down what it says. Needs a builder of buildx that can pull
 * busybox:1.37, in BUILDX_BUILDER: node test/rehearsal/images/record-buildkit.ts, then prettier --write on what it wrote
 */
const execute = promisify(execFile);
const seconds = 120;

export interface Recorded {
  /** After `failed to solve: `; hashes and ids left out. */
  error?: string;
  /** First and last line that BuildKit points at. */
  lines?: [number, number];
  /** Names of the steps, sorted; digests left out. */
  steps: string[];
}

async function record({ args = {}, target, ...rest }: DockerfileCase): Promise<Recorded> {
  const { context, dockerfile, remove } = await writeCase({ ...rest });
  const flags = [
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(target === undefined || target === '' ? [] : ['--target', target]),
  ];
  try {
    const argv = ['buildx', 'build', '--progress', 'plain', '--no-cache', '--file', dockerfile, ...flags, context];
    const { stderr, failed } = await execute('docker', argv, { timeout: seconds * 1000 }).then(
      (done) => ({ ...done, failed: false }),
      (error: unknown) => ({ stderr: (error as { stderr: string }).stderr, failed: true }),
    );
    return { ...(failed ? failureIn(stderr) : {}), steps: stepsIn(stderr) };
  } finally {
    await remove();
  }
}

function failureIn(output: string): Pick<Recorded, 'error' | 'lines'> {
  const error = /^ERROR: (?:failed to build: )?(?:failed to solve: )?(.*)$/m.exec(output)?.[1];
  if (error === undefined) throw new Error(`No error in:\n${output}`);
  const marked = [...output.matchAll(/^ *(\d+) \| >>> /gm)].map(([, line]) => Number(line));
  return {
    error: error.replace(/ of ref \S+?: /, ' of ref: '),
    ...(marked.length === 0 ? {} : { lines: [Math.min(...marked), Math.max(...marked)] }),
  };
}

function stepsIn(output: string): string[] {
  const names = [...output.matchAll(/^#\d+ (\[(?:\S+ )? ?\d+\/\d+\] .*)$/gm)].map(([, name = '']) =>
    name.replace(/@sha256:[0-9a-f]{64}$/, ''),
  );
  return [...new Set(names)].toSorted();
}

const { stdout: buildx } = await execute('docker', ['buildx', 'version']);
const { stdout: builder } = await execute('docker', ['buildx', 'inspect']);
const results: Record<string, Recorded> = {};
for (const [name, one] of Object.entries(dockerfileCases)) results[name] = await record(one);
await mkdir(join(import.meta.dirname, 'recorded'), { recursive: true });
await writeFile(
  join(import.meta.dirname, 'recorded', 'buildkit.json'),
  `${JSON.stringify(
    {
      command: 'docker buildx build --progress plain --no-cache',
      buildx: buildx.trim(),
      buildkit: /^BuildKit version: *(.*)$/m.exec(builder)?.[1] ?? 'unknown',
      date: new Date().toISOString().slice(0, 10),
      results,
    },
    undefined,
    2,
  )}\n`,
);
