import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ToolError } from '../../../src/errors/errors.ts';
import { createRehearsedDocker } from '../../../src/rehearsal/images/rehearsed-docker.ts';
import type { BuildProgress } from '../../../src/tools/docker/docker.ts';
import { writeCase } from './dockerfiles.ts';

const tag = 'localhost:5000/shop-web:abc';

async function rehearse(dockerfile: string, files: Record<string, string> = { 'a.txt': 'a' }) {
  const docker = createRehearsedDocker({ architecture: 'arm64' });
  const written = await writeCase({ dockerfile, files });
  onTestFinished(written.remove);
  const argv = docker.buildArgv({
    tag,
    context: written.context,
    dockerfile: written.dockerfile,
    args: { DIR: 'a=b' },
  });
  const lines: string[] = [];
  const progress: BuildProgress[] = [];
  const build = (signal?: AbortSignal) =>
    docker.build(argv, {
      onLine: (line) => lines.push(line),
      onProgress: (one) => progress.push(one),
      ...(signal === undefined ? {} : { signal }),
    });
  return { docker, build, lines, progress, argv };
}

async function failure(work: Promise<unknown>): Promise<ToolError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ToolError);
  return error as ToolError;
}

describe('a build that is rehearsed', () => {
  it('goes through the steps as BuildKit names them, and says that nothing is built', async () => {
    const { docker, build, lines, progress } = await rehearse('FROM busybox:1.37\nCOPY a.txt /\nRUN true\n');
    expect(docker.isRehearsed).toBe(true);
    expect(await docker.image(tag)).toBeUndefined();
    await build();
    expect(lines).toEqual([
      '#0 building with nothing: in a rehearsal the Dockerfile is read and checked',
      '#1 [1/3] FROM docker.io/library/busybox:1.37',
      '#1 DONE 0.0s',
      '#2 [2/3] COPY a.txt /',
      '#2 DONE 0.0s',
      '#3 [3/3] RUN true',
      '#3 DONE 0.0s',
    ]);
    expect(progress.at(0)).toEqual({ message: 'FROM docker.io/library/busybox:1.37', done: 0, total: 3 });
    expect(progress.at(-1)).toEqual({ message: 'RUN true', done: 3, total: 3 });
    expect(await docker.image(tag)).toEqual({ id: `rehearsed:${tag}`, bytes: 0 });
    expect(docker.reportOf(tag)?.baseImages).toEqual(['docker.io/library/busybox:1.37']);
    await docker.remove(tag);
    expect(await docker.image(tag)).toBeUndefined();
  });

  it('is given the arguments of the vector, and the architecture of the nodes', async () => {
    const files = { 'a=b': '', 'tool-arm64': '' };
    const { build } = await rehearse(
      'FROM scratch\nARG DIR\nARG TARGETARCH\nCOPY ${DIR} tool-$TARGETARCH /\nCMD ["/tool"]\n',
      files,
    );
    await build();
  });

  it('fails where BuildKit would, at the step and in the words of a real one', async () => {
    const { docker, build, lines, progress } = await rehearse(
      'FROM busybox:1.37\nRUN true\n\nCOPY nope.txt /\nRUN false\n',
    );
    const error = await failure(build());
    expect(error).toMatchObject({ code: 'copy-source-missing', status: 1 });
    expect(error.message).toMatch(/^\/nope\.txt is not in the folder .* \(.*\/Dockerfile:4\)$/);
    expect(error.next[0]).toMatch(/^There is no such file in .*paths are relative to the build context/);
    expect(lines.slice(5)).toEqual([
      '#3 [3/4] COPY nope.txt /',
      '#3 ERROR: failed to calculate checksum of ref: "/nope.txt": not found',
      'Dockerfile:4',
      '--------------------',
      '--------------------',
      'ERROR: failed to build: failed to solve: failed to compute cache key: failed to calculate checksum of ref: "/nope.txt": not found',
    ]);
    expect(progress.at(-1)).toEqual({ message: 'COPY nope.txt /', done: 2, total: 4 });
    expect(await docker.image(tag)).toBeUndefined();
  });

  it('does not begin with a Dockerfile that cannot be read', async () => {
    const { build, lines } = await rehearse('FROM scratch\nCPOY a.txt /\n');
    const error = await failure(build());
    expect(error).toMatchObject({
      code: 'dockerfile-syntax',
      message: 'The Dockerfile cannot be read: unknown instruction: CPOY (did you mean COPY?) (line 2)',
    });
    expect(lines.filter((line) => line.includes('[1/'))).toEqual([]);
  });

  it('says what may keep a container from starting, and passes', async () => {
    const { build, lines } = await rehearse('FROM scratch\nCOPY a.txt /\n');
    await build();
    expect(lines.at(-1)).toMatch(/^Dockerfile:1 no command specified\. /);
  });

  it('knows what the pods expect, once that is known', async () => {
    const docker = createRehearsedDocker({
      architecture: 'amd64',
      useOf: (image) => (image === tag ? { ports: [{ port: 81, asked: 'A probe asks' }] } : undefined),
    });
    const { context, dockerfile, remove } = await writeCase({ dockerfile: 'FROM node:24\nEXPOSE 80\n' });
    onTestFinished(remove);
    await docker.build(docker.buildArgv({ tag, context, dockerfile, args: {} }), {});
    expect(docker.reportOf(tag)?.problems).toHaveLength(1);
  });

  it('keeps the pace that it is given, and stops when it is told', async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const docker = createRehearsedDocker({
      architecture: 'amd64',
      pace: (step) => {
        seen.push(step);
        if (seen.length === 2) controller.abort(new Error('stopped'));
        return Promise.resolve();
      },
    });
    const { context, dockerfile, remove } = await writeCase({
      dockerfile: 'FROM node:24\nRUN one\nRUN two\nRUN three\n',
    });
    onTestFinished(remove);
    const argv = docker.buildArgv({ tag, context, dockerfile, args: {} });
    await expect(docker.build(argv, { signal: controller.signal })).rejects.toThrow('stopped');
    expect(seen).toEqual(['[1/4] FROM docker.io/library/node:24', '[2/4] RUN one']);
    expect(await docker.image(tag)).toBeUndefined();
  });

  it('builds the stage and the platform that are asked for', async () => {
    const { docker, argv } = await rehearse('FROM scratch AS one\nCMD ["/a"]\nFROM scratch AS two\nCOPY nope /\n');
    const lines: string[] = [];
    const context = argv.at(-1) ?? '';
    const dockerfile = join(context, '..', 'Dockerfile');
    const request = { tag, context, dockerfile, args: {}, target: 'one', platform: 'linux/amd64' };
    await docker.build(docker.buildArgv(request), { onLine: (line) => lines.push(line) });
    expect(lines).toHaveLength(1);
  });
});

describe('a push that is rehearsed', () => {
  it('sends nothing, says so, and refuses an image that was not built', async () => {
    const { docker, build, lines } = await rehearse('FROM scratch\nCOPY a.txt /\nCMD ["/a"]\n');
    const push = docker.pushArgv(tag);
    expect(await failure(docker.push(push, {}))).toMatchObject({ code: 'image-missing' });
    await build();
    lines.length = 0;
    await docker.push(push, { onLine: (line) => lines.push(line) });
    expect(lines).toEqual([
      'The push refers to repository [localhost:5000/shop-web]',
      'rehearsed: there is no image, and nothing is sent',
    ]);
  });

  it('is told apart by the engine that it names', async () => {
    expect(await createRehearsedDocker({ architecture: 'amd64' }).engine()).toEqual({
      client: 'none',
      server: 'rehearsed',
      architecture: 'amd64',
      builder: 'buildkit',
    });
  });
});
