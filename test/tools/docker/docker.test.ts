import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolError, UserError } from '../../../src/errors/errors.ts';
import { createDocker } from '../../../src/tools/docker/create-docker.ts';
import type { BuildProgress } from '../../../src/tools/docker/docker.ts';
import { fakeRun, type Reply } from '../../support/fake-run.ts';
import { heard as heardIn, recorded } from '../../support/recorded.ts';
import { realRun } from '../../support/real-run.ts';

const folder = new URL('recorded/', import.meta.url);
const heard = (fixture: string) => heardIn(folder, `${fixture}.txt`);
const replying = (fixture: string, status: number): Reply =>
  status === 0 ? { stdout: heard(fixture).join('\n') } : { status, stderr: heard(fixture).join('\n') };
const version = { stdout: recorded(folder, 'version.txt').text };
const info = { stdout: 'Debian GNU/Linux 12 (bookworm)\t/\n' };

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('the engine', () => {
  const engineWith = (table: Parameters<typeof fakeRun>[0]) => createDocker({ run: fakeRun(table).run }).engine();

  it('has versions, an architecture, a builder and free space', async () => {
    const found = await engineWith({ 'docker version': version, 'docker buildx version': {}, 'docker info': info });
    expect(found).toEqual({
      client: '28.2.2',
      server: '20.10.24+dfsg1',
      architecture: 'amd64',
      builder: 'buildkit',
      free: expect.any(Number) as number,
    });
  });

  it('builds by the legacy builder without buildx, or with a client before 23', async () => {
    const without = { 'docker buildx version': { status: 1, stderr: recorded(folder, 'buildx-missing.txt').text } };
    expect(await engineWith({ 'docker version': version, ...without, 'docker info': info })).toMatchObject({
      builder: 'legacy',
    });
    const old = { stdout: version.stdout.replace('28.2.2', '20.10.24') };
    expect(await engineWith({ 'docker version': old, 'docker info': info })).toMatchObject({ builder: 'legacy' });
  });

  it('tells no free space when its disk is inside a virtual machine', async () => {
    const desktop = { stdout: 'Docker Desktop\t/var/lib/docker\n' };
    const found = await engineWith({ 'docker version': version, 'docker buildx': {}, 'docker info': desktop });
    expect(found).not.toHaveProperty('free');
  });

  it.each([
    ['version-no-daemon', 'The Docker engine at unix:///var/run/none.sock does not answer', 'systemctl start docker'],
    ['version-refused', 'The Docker engine at tcp://127.0.0.1:1 does not answer', 'correct DOCKER_HOST'],
    ['version-permission', 'You may not use the Docker engine at unix:///var/run/docker.sock', 'usermod -aG docker'],
    [
      'version-no-host',
      'DOCKER_HOST or the docker context names an engine that cannot be reached: docker.invalid:2375',
      'unset DOCKER_HOST',
    ],
    [
      'version-bad-host',
      'DOCKER_HOST or the docker context names an engine that cannot be reached: foo:2375',
      'unset DOCKER_HOST',
    ],
    ['version-no-context', 'There is no docker context nope', 'docker context ls'],
  ])('%s: exit 4 with what to do', async (fixture, message, next) => {
    const stderr = recorded(folder, `${fixture}.txt`).text;
    const failure = await failureOf(engineWith({ 'docker version': { status: 1, stderr } }));
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ exitCode: 4, message, next: [expect.stringContaining(next)] });
  });

  it('does not answer in the words of docker 29 either', async () => {
    // moby/moby client/errors.go, connectionFailed
    const stderr =
      'failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory\n';
    await expect(engineWith({ 'docker version': { status: 1, stderr } })).rejects.toMatchObject({
      exitCode: 4,
      message: 'The Docker engine at unix:///var/run/docker.sock does not answer',
    });
  });

  it('cannot be asked without a client: exit 4 with where to get it', async () => {
    const failure = await failureOf(createDocker({ run: realRun(), program: 'docker-that-is-not-there' }).engine());
    expect(failure).toMatchObject({
      kind: 'user',
      exitCode: 4,
      message: 'docker-that-is-not-there is not installed',
      next: [expect.stringContaining('https://docs.docker.com/get-started/get-docker/')],
    });
  });

  it('that hangs does not answer: exit 4', async () => {
    await expect(engineWith({ 'docker version': { hangs: true } })).rejects.toMatchObject({
      exitCode: 4,
      message: 'The Docker engine does not answer',
    });
  });
});

describe('a build', () => {
  let context: string;
  beforeAll(async () => {
    context = await mkdtemp(join(tmpdir(), 'context-'));
    const failing = `# the comment and the blank line count

ARG BASE=busybox:1.37
FROM $BASE AS deps
COPY a.txt .
RUN echo installing && \\
    echo "npm ERR! missing script: build" >&2 && \\
    exit 3
`;
    await writeFile(join(context, 'failing.Dockerfile'), failing);
    await writeFile(join(context, 'copy.Dockerfile'), 'FROM busybox:1.37\nCOPY missing.txt .\n');
    await writeFile(join(context, 'base.Dockerfile'), 'FROM localhost:5078/no-such-image:1\n');
  });
  afterAll(() => rm(context, { recursive: true }));

  const request = { tag: 'shop/web:1', args: {} };
  const build = (fixture: string, dockerfile = 'failing.Dockerfile', status = 1) => {
    const docker = createDocker({ run: fakeRun({ 'docker build': replying(fixture, status) }).run });
    const argv = docker.buildArgv({ ...request, context, dockerfile: join(context, dockerfile) });
    return docker.build(argv, {});
  };

  it('is one vector, whichever builder there is', () => {
    const docker = createDocker({ run: fakeRun({}).run });
    const more = { args: { A: 'b c' }, target: 'prod', platform: 'linux/arm64' };
    expect(docker.buildArgv({ ...request, ...more, context: '/code', dockerfile: '/d/Dockerfile' })).toEqual(
      'docker build --tag shop/web:1 --file /d/Dockerfile --build-arg A=b_c --target prod --platform linux/arm64 /code'
        .split(' ')
        .map((argument) => argument.replace('_', ' ')),
    );
  });

  it('reports progress, passes lines on, and asks for plain progress without attestations', async () => {
    const fake = fakeRun({ 'docker build': replying('legacy-build', 0) });
    const progress: BuildProgress[] = [];
    const lines: string[] = [];
    await createDocker({ run: fake.run }).build(['docker', 'build', '.'], {
      onProgress: (each) => progress.push(each),
      onLine: (line) => lines.push(line),
      env: { A: 'b' },
    });
    expect(progress).toHaveLength(7);
    expect(lines).toContain('installing');
    expect(fake.calls[0]?.env).toEqual({ BUILDKIT_PROGRESS: 'plain', BUILDX_NO_DEFAULT_ATTESTATIONS: '1', A: 'b' });
  });

  it.each([
    ['legacy-failed', 3],
    ['buildx-failed', 1],
    ['buildkit-new-failed', 1],
  ])('%s names the step, its place in the Dockerfile and what it said last', async (fixture, status) => {
    const failure = await failureOf(build(fixture, 'failing.Dockerfile', status));
    expect(failure).toBeInstanceOf(ToolError);
    expect(failure).toMatchObject({
      code: 'dockerfile-failed',
      status,
      message: `RUN echo installing && echo "npm ERR! missing script: build" >&2 && exit 3 failed (${basename(context)}/failing.Dockerfile:6)`,
      lastLines: ['npm ERR! missing script: build', 'installing'],
      isTransient: false,
    });
  });

  it.each(['legacy', 'buildx'])('%s names what COPY did not find, and where', async (builder) => {
    await expect(build(`${builder}-copy`, 'copy.Dockerfile')).rejects.toMatchObject({
      code: 'copy-source-missing',
      message: expect.stringMatching(/^\/?missing\.txt is not in the folder .*copy\.Dockerfile:2\)$/) as string,
    });
  });

  it.each([
    ['syntax', 'dockerfile-syntax', 'The Dockerfile cannot be read: unknown instruction: RUNN (line 2)'],
    ['base-missing', 'base-image-missing', 'The base image localhost:5078/no-such-image:1 does not exist'],
    ['base-network', 'registry-unreachable', 'The registry does not answer (registry-1.docker.io: no such host)'],
    ['base-unauthorized', 'registry-login', 'The registry wants a login'],
    ['target', 'build-target-missing', 'The Dockerfile has no stage nope'],
    ['no-context', 'build-context-missing', 'There is no folder /nonexistent to build from'],
  ])('%s', async (fixture, code, message) => {
    for (const builder of ['legacy', 'buildx']) {
      const failure = (await failureOf(build(`${builder}-${fixture}`, 'base.Dockerfile'))) as ToolError;
      expect(failure).toMatchObject({ code, isTransient: code === 'registry-unreachable' });
      expect(failure.message).toContain(message);
      expect(failure.next).not.toEqual([]);
    }
  });

  it('without a Dockerfile names it', async () => {
    await expect(build('legacy-no-dockerfile')).rejects.toMatchObject({
      code: 'dockerfile-missing',
      message: 'There is no Dockerfile /home/dev/todo/none.Dockerfile',
    });
    await expect(build('buildx-no-dockerfile')).rejects.toMatchObject({
      message: 'There is no Dockerfile none.Dockerfile',
    });
  });

  it('for a platform that a base image does not have', async () => {
    await expect(build('legacy-platform')).rejects.toMatchObject({
      code: 'platform-unavailable',
      message: expect.stringContaining('platform linux/arm64') as string,
    });
  });

  it.each(['legacy', 'buildx'])('%s on a full disk says so', async (builder) => {
    await expect(build(`${builder}-no-space`)).rejects.toMatchObject({
      code: 'no-space',
      next: [expect.stringContaining('docker system df'), expect.stringContaining('docker system prune')],
    });
  });

  it('without an engine ends with exit 4', async () => {
    await expect(build('no-daemon-build')).rejects.toMatchObject({ kind: 'user', exitCode: 4 });
  });

  const buildkit = (command: string, said: string) => {
    const stderr = [
      `#5 [2/2] RUN ${command}`,
      `#5 1.2 ${said}`,
      `#5 ERROR: process "/bin/sh -c ${command}" did not complete successfully: exit code: 1`,
    ];
    const docker = createDocker({ run: fakeRun({ 'docker build': { status: 1, stderr: stderr.join('\n') } }).run });
    return docker.build(['docker', 'build'], {});
  };

  it('whose packages the network did not bring may be tried again', async () => {
    await expect(buildkit('npm ci', 'npm error code ENOTFOUND')).rejects.toMatchObject({
      code: 'dockerfile-failed',
      isTransient: true,
    });
  });

  it('does not take the words of a program for those of the builder', async () => {
    await expect(buildkit('./check', 'manifest for shop/web:2 not found')).rejects.toMatchObject({
      code: 'dockerfile-failed',
      isTransient: false,
    });
  });

  it('passes on what is no failure of the program', async () => {
    const stop = new Error('stop');
    const docker = createDocker({ run: () => Promise.reject(stop) });
    await expect(docker.build(['docker', 'build'], {})).rejects.toBe(stop);
  });
});

describe('images', () => {
  const missing = { status: 1, stderr: recorded(folder, 'inspect-missing.txt').text };

  it('have an id and a size, or are not there', async () => {
    const { run } = fakeRun({
      'docker image inspect --format {{.Id}} {{.Size}} shop/web:1': { stdout: 'sha256:abc 159000000\n' },
      'docker image inspect': missing,
    });
    expect(await createDocker({ run }).image('shop/web:1')).toEqual({ id: 'sha256:abc', bytes: 159000000 });
    expect(await createDocker({ run }).image('none:1')).toBeUndefined();
  });

  it('may be gone when they are removed', async () => {
    const stderr = recorded(folder, 'rm-missing.txt').text;
    await createDocker({ run: fakeRun({ 'docker image rm': { status: 1, stderr } }).run }).remove('none:1');
  });

  it('cannot be asked for without an engine', async () => {
    const stderr = recorded(folder, 'version-no-daemon.txt').text;
    const docker = createDocker({ run: fakeRun({ 'docker image': { status: 1, stderr } }).run });
    await expect(docker.image('a:1')).rejects.toMatchObject({ kind: 'user', exitCode: 4 });
    await expect(docker.remove('a:1')).rejects.toMatchObject({ kind: 'user', exitCode: 4 });
  });

  it.each([
    ['push-unauthorized', 'registry-login', 'The registry wants a login'],
    ['push-refused', 'registry-unreachable', 'The registry does not answer (127.0.0.1:5999: connection refused)'],
    ['push-no-host', 'registry-unreachable', 'The registry does not answer (registry.invalid: no such host)'],
    ['push-no-image', 'image-missing', 'There is no image localhost:5078/none on this machine'],
    [
      'push-plain-http',
      'registry-plain-http',
      'The registry 192.0.2.7:5079 speaks plain HTTP, which the engine allows on this machine only',
    ],
  ])('%s', async (fixture, code, message) => {
    const docker = createDocker({ run: fakeRun({ 'docker push': replying(fixture, 1) }).run });
    await expect(docker.push(docker.pushArgv('a:1'), {})).rejects.toMatchObject({ code, message, status: 1 });
  });

  it('are denied by a registry that knows the person', async () => {
    // The answer of Docker Hub to a push into somebody else's namespace (docker/docs, Docker Hub, troubleshooting).
    const stderr = 'denied: requested access to the resource is denied\n';
    const docker = createDocker({ run: fakeRun({ 'docker push': { status: 1, stderr } }).run });
    await expect(docker.push(docker.pushArgv('a:1'), {})).rejects.toMatchObject({ code: 'registry-denied' });
  });

  it('tell how far a push is', async () => {
    const docker = createDocker({ run: fakeRun({ 'docker push': replying('push-ok', 0) }).run });
    const progress: BuildProgress[] = [];
    await docker.push(docker.pushArgv('localhost:5078/ok:1'), { onProgress: (each) => progress.push(each) });
    expect(progress.at(-1)).toEqual({ message: 'pushing', done: 3, total: 3 });
  });
});
