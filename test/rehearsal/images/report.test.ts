import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkDockerfile, type DockerfileInput } from '../../../src/rehearsal/images/check-dockerfile.ts';
import { writeCase, type DockerfileCase } from './dockerfiles.ts';

async function check(dockerfile: string, more: Partial<DockerfileInput> & Pick<DockerfileCase, 'files'> = {}) {
  const { files, ...rest } = more;
  const {
    context,
    dockerfile: path,
    remove,
  } = await writeCase({ dockerfile, ...(files === undefined ? {} : { files }) });
  onTestFinished(remove);
  return checkDockerfile({ context, dockerfile: path, args: {}, ...rest });
}

const recipes = join(import.meta.dirname, '..', '..', '..', 'recipes');

describe('the Dockerfiles of the recipes', () => {
  it.each([
    ['hello', 'docker/Dockerfile', 'sample', {}, { exposed: [], stages: 1, steps: 2 }],
    [
      'todo',
      'docker/backend.Dockerfile',
      'sample/backend',
      {},
      { exposed: [8000], stages: 2, steps: 9, user: '1001:1001' },
    ],
    [
      'todo',
      'docker/frontend.Dockerfile',
      'sample/frontend',
      { NEXT_TELEMETRY_DISABLED: '1' },
      { exposed: [3000], stages: 3, steps: 14, user: '1001:1001' },
    ],
  ])('have no problem: %s %s', async (recipe, dockerfile, context, args, expected) => {
    const folder = join(recipes, recipe);
    const report = await checkDockerfile({
      context: join(folder, context),
      dockerfile: join(folder, dockerfile),
      args,
      use: {
        ports: expected.exposed.map((port) => ({ port, asked: 'The readiness probe asks' })),
        runAsNonRoot: true,
      },
    });
    expect(report.problems).toEqual([]);
    expect({ ...report, stages: report.stages.length, steps: report.steps.length }).toMatchObject(expected);
  });
});

describe('a report', () => {
  it('names base images, stages, ports, user and command of the target', async () => {
    const report = await check(
      [
        'ARG TAG=24',
        'FROM node:${TAG}-alpine AS build',
        'FROM registry.test:5000/base AS unused',
        'FROM build AS runner',
        'COPY --from=ghcr.io/acme/tool:1 /tool /tool',
        'EXPOSE 8080 9090/udp 8080/tcp',
        'USER node',
        'ENTRYPOINT ["/tool"]',
        'CMD serve --all',
      ].join('\n'),
    );
    expect(report).toEqual({
      baseImages: ['docker.io/library/node:24-alpine', 'ghcr.io/acme/tool:1'],
      stages: [
        { name: 'build', base: 'node:24-alpine' },
        { name: 'runner', base: 'build' },
      ],
      exposed: [8080],
      user: 'node',
      entrypoint: ['/tool'],
      command: ['serve --all'],
      problems: [],
      steps: [
        { line: 2, name: '[build 1/1] FROM docker.io/library/node:24-alpine' },
        { line: 5, name: '[runner 1/1] COPY --from=ghcr.io/acme/tool:1 /tool /tool' },
      ],
    });
  });

  it('points at the word that is wrong, and says what .dockerignore has to do with it', async () => {
    const files = { 'a.txt': '', 'secret.txt': '', '.dockerignore': 'secret.txt\n' };
    const { problems } = await check('FROM scratch\nCOPY a.txt \\\n    secret.txt nope.txt \\\n    /\nCMD ["/a"]\n', {
      files,
    });
    expect(problems).toMatchObject([
      {
        line: 3,
        column: 5,
        effect: 'build',
        remedy: '.dockerignore leaves it out: take it back there with a line !secret.txt',
      },
      {
        line: 3,
        column: 16,
        effect: 'build',
        remedy: expect.stringContaining('relative to the build context') as string,
      },
    ]);
  });

  it('lists every instruction that cannot be read', async () => {
    const { problems } = await check('FROM scratch\nCPOY a b\nCOPY a\nUSER\n');
    expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '2 dockerfile parse error on line 2: unknown instruction: CPOY (did you mean COPY?)',
      '3 dockerfile parse error on line 3: COPY requires at least two arguments, but only one was provided. Destination could not be determined',
      '4 dockerfile parse error on line 4: USER requires exactly one argument',
    ]);
  });

  it('does not judge what only the base image knows', async () => {
    const dockerfile = 'FROM node:24\nCOPY $NODE_DIR/x ${APP:?} /\nRUN true\nUSER $APP_USER\n';
    expect(
      await check(dockerfile, { use: { ports: [{ port: 80, asked: 'It asks' }], runAsNonRoot: true } }),
    ).toMatchObject({
      problems: [{ effect: 'container', message: 'container has runAsNonRoot and image will run as root' }],
    });
    expect((await check('FROM node:24\n', { use: { ports: [], runAsNonRoot: true } })).problems).toEqual([]);
  });

  it('is about the folder and the file before anything else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dw-images-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const input = { context: join(folder, 'nope'), dockerfile: join(folder, 'Dockerfile'), args: {} };
    expect((await checkDockerfile(input)).problems[0]?.message).toBe(
      `unable to prepare context: path "${join(folder, 'nope')}" not found`,
    );
    expect((await checkDockerfile({ ...input, context: folder })).problems[0]?.message).toBe(
      'failed to read dockerfile: open Dockerfile: no such file or directory',
    );
    await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY a /\nCMD ["/a"]\n');
    await writeFile(join(folder, 'a'), '');
    expect((await checkDockerfile({ ...input, context: folder })).problems).toEqual([]);
    // A file beside the Dockerfile goes before that of the context.
    await writeFile(join(folder, '.dockerignore'), '');
    await writeFile(join(folder, 'Dockerfile.dockerignore'), 'a\n');
    expect((await checkDockerfile({ ...input, context: folder })).problems).toHaveLength(1);
  });
});

describe('a container of the image', () => {
  const use = { ports: [], runAsNonRoot: true };
  const named = (user: string) => `FROM scratch\nUSER ${user}\nCMD ["/a"]\n`;

  it.each([
    ['nextjs', 'container has runAsNonRoot and image has non-numeric user (nextjs), cannot verify user is non-root'],
    [
      'nextjs:1001',
      'container has runAsNonRoot and image has non-numeric user (nextjs), cannot verify user is non-root',
    ],
    ['0', 'container has runAsNonRoot and image will run as root'],
    ['0:1001', 'container has runAsNonRoot and image will run as root'],
  ])('does not start as user %s where root is forbidden', async (user, message) => {
    const { problems } = await check(named(user), { use });
    expect(problems).toEqual([
      { line: 2, column: 1, effect: 'container', message, remedy: 'Name a number other than 0: USER 1001:1001' },
    ]);
  });

  it('starts as a number, or as the user that the chart names, or where root is allowed', async () => {
    expect((await check(named('1001:1001'), { use })).problems).toEqual([]);
    expect((await check(named('nextjs'), { use: { ...use, runAsUser: 1001 } })).problems).toEqual([]);
    expect((await check(named('nextjs'), { use: { ports: [] } })).problems).toEqual([]);
    expect((await check('FROM scratch\nCMD ["/a"]\n', { use })).problems).toMatchObject([
      { line: 1, message: 'container has runAsNonRoot and image will run as root' },
    ]);
  });

  it('has nothing to start without a command, unless the chart or a base image has one', async () => {
    expect((await check('FROM scratch\nENV A=1\n')).problems).toMatchObject([
      { effect: 'container', message: 'no command specified' },
    ]);
    expect((await check('FROM scratch\nENV A=1\n', { use: { ports: [], hasCommand: true } })).problems).toEqual([]);
    expect((await check('FROM scratch\nCMD ["/a"]\nENTRYPOINT []\n')).problems).toEqual([]);
    expect((await check('FROM scratch AS one\nCMD ["/a"]\nFROM one\nENTRYPOINT []\n')).problems).toHaveLength(1);
    expect((await check('FROM node:24\n')).problems).toEqual([]);
  });

  it('may listen elsewhere than the chart asks', async () => {
    const ports = [
      { port: 8080, asked: 'The readiness probe of web asks' },
      { port: 3000, asked: 'The container web names' },
    ];
    expect((await check('FROM node:24\nEXPOSE 3000 3001\n', { use: { ports } })).problems).toEqual([
      {
        line: 2,
        column: 1,
        effect: 'doubt',
        message: 'The readiness probe of web asks port 8080, and the image exposes 3000, 3001',
        remedy: 'Let chart and Dockerfile name the port at which the program listens.',
      },
    ]);
    expect((await check('FROM node:24\n', { use: { ports } })).problems).toEqual([]);
  });
});
