import { describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/errors/errors.ts';
import {
  parseAddons,
  parseImages,
  parseProfiles,
  parseServices,
  parseStatus,
} from '../../../src/tools/minikube/answers.ts';
import { parseEvent } from '../../../src/tools/minikube/events.ts';
import { createMinikube, type StartProgress } from '../../../src/tools/minikube/minikube.ts';
import { fakeRun, type Reply } from '../../support/fake-run.ts';
import { recorded } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);
const text = (fixture: string) => recorded(folder, `${fixture}.txt`).text;
/** The JSON of a recording; Minikube logs to stderr before it. */
const json = (fixture: string): unknown =>
  JSON.parse(
    text(fixture)
      .split('\n')
      .findLast((line) => /^[[{n]/.test(line)) ?? '',
  );
const events = (fixture: string) => recorded(folder, `${fixture}.txt`).lines.flatMap((line) => parseEvent(line) ?? []);

describe('answers of minikube', () => {
  it('profiles', () => {
    expect(parseProfiles(json('profile-list-none'))).toEqual([]);
    expect(parseProfiles(json('profile-list-light'))).toEqual([
      { name: 'minikube', driver: 'docker', runtime: 'docker', kubernetesVersion: '1.35.1', nodes: 1 },
      { name: 'stopped', driver: 'docker', runtime: 'docker', kubernetesVersion: '1.35.1', nodes: 1 },
    ]);
    expect(parseProfiles(json('profile-list')).map(({ name }) => name)).toEqual(['mkfix']);
  });

  it('status: one node, several, none', () => {
    const running = { host: 'Running', kubelet: 'Running' };
    expect(parseStatus(json('status-running'))).toEqual([
      { ...running, name: 'minikube', apiServer: 'Running', kubeconfig: 'Configured', isWorker: false },
    ]);
    expect(parseStatus(json('status-nodes')).map(({ name, isWorker }) => [name, isWorker])).toEqual([
      ['minikube', false],
      ['minikube-m02', true],
    ]);
    expect(parseStatus(json('status-stopped'))[0]).toMatchObject({
      name: 'mkfix',
      host: 'Stopped',
      apiServer: 'Stopped',
    });
    expect(parseStatus(json('status-nonexistent'))).toEqual([]);
  });

  it('images, services and addons', () => {
    const images = parseImages(json('image-ls'));
    expect(images).toContain('registry.k8s.io/pause:3.10.1');
    expect(images).toContain('docker.io/library/todo-frontend:e917f2134fd1');
    expect(images.every((image) => image.includes(':'))).toBe(true);
    expect(parseImages(null)).toEqual([]);
    expect(parseServices(json('service-list'))).toEqual([
      { namespace: 'default', name: 'kubernetes', urls: [] },
      { namespace: 'kube-system', name: 'kube-dns', urls: [] },
      { namespace: 'todo', name: 'backend-service', urls: ['http://192.0.2.2:30002'] },
      { namespace: 'todo', name: 'frontend-service', urls: ['http://192.0.2.2:30001'] },
      { namespace: 'todo', name: 'postgres', urls: [] },
    ]);
    expect(parseServices(null)).toEqual([]);
    expect(parseAddons(json('addons-list'))).toMatchObject({ ingress: false, 'metrics-server': false });
    expect(parseAddons({ ingress: { Profile: 'minikube', Status: 'enabled' }, dashboard: {} })).toEqual({
      ingress: true,
      dashboard: false,
    });
  });
});

describe('events of a start', () => {
  it('are steps with their number', () => {
    expect(
      events('start').flatMap((event) =>
        event.type === 'step' ? [`${event.current}/${event.total} ${event.name}`] : [],
      ),
    ).toEqual([
      '0/19 Initial Minikube Setup',
      '1/19 Selecting Driver',
      '3/19 Starting Node',
      '3/19 Starting Node',
      '7/19 Local OS Release',
      '11/19 Preparing Kubernetes',
      '16/19 Configuring Localhost Environment',
      '17/19 Verifying Kubernetes',
      '18/19 Enabling Addons',
      '19/19 Done',
    ]);
    expect(events('start-dry-run').at(-1)).toEqual({
      type: 'step',
      message: 'dry-run validation complete!',
      name: 'Selecting Driver',
      current: 1,
      total: 19,
    });
  });

  it('may be on a detour without a number', () => {
    const event = {
      type: 'io.k8s.sigs.minikube.step',
      data: { currentstep: '', totalsteps: '19', message: 'Deleting', name: 'Deleting' },
    };
    expect(parseEvent(JSON.stringify(event))).toMatchObject({ current: undefined, total: 19 });
  });

  it('are downloads and their progress', () => {
    const data = { artifact: 'preload', currentstep: '2', totalsteps: '19' };
    expect(parseEvent(JSON.stringify({ type: 'io.k8s.sigs.minikube.download', data }))).toEqual({
      type: 'download',
      artifact: 'preload',
      current: 2,
      total: 19,
    });
    const progress = { ...data, progress: '0.505764' };
    expect(
      parseEvent(JSON.stringify({ type: 'io.k8s.sigs.minikube.download.progress', data: progress })),
    ).toMatchObject({
      type: 'progress',
      part: 0.505764,
    });
  });

  it('are errors with reason, exit code and advice', () => {
    expect(events('start-no-docker').find((event) => event.type === 'error' && event.id !== undefined)).toEqual({
      type: 'error',
      message: expect.stringContaining('Cannot connect to the Docker daemon') as string,
      id: 'PROVIDER_DOCKER_NOT_RUNNING',
      exitCode: 63,
      advice: 'Start the Docker service',
      url: 'https://minikube.sigs.k8s.io/docs/drivers/docker/',
    });
  });

  it.each([
    '',
    '* minikube v1.38.1',
    '{',
    '{"type":"other"}',
    '{"type":"io.k8s.sigs.minikube.step"}',
    '{"type":"io.k8s.sigs.minikube.new","data":{}}',
    '[]',
  ])('%s is none', (line) => {
    expect(parseEvent(line)).toBeUndefined();
  });
});

describe('minikube', () => {
  const start = (fixture: string, status: number) => {
    const progress: StartProgress[] = [];
    const lines: string[] = [];
    const reply: Reply = { status, stdout: text(fixture) };
    const minikube = createMinikube({ run: fakeRun({ 'minikube start': reply }).run });
    const started = minikube.start(minikube.startArgv('demo'), {
      onProgress: (each) => progress.push(each),
      onLine: (line) => lines.push(line),
    });
    return { started, progress, lines };
  };

  it('starts a profile without a question and without touching the current context', () => {
    const minikube = createMinikube({ run: fakeRun({}).run });
    expect(minikube.startArgv('demo').join(' ')).toBe(
      'minikube start -o json --keep-context --interactive=false --profile demo',
    );
    expect(minikube.loadArgv('demo', 'todo-backend:1').join(' ')).toBe(
      'minikube image load --daemon todo-backend:1 --profile demo',
    );
    expect(minikube.enableArgv('demo', 'ingress').join(' ')).toBe('minikube addons enable ingress --profile demo');
  });

  it('shows how far a start is, and passes on words, not JSON', async () => {
    const { started, progress, lines } = start('start', 0);
    await started;
    expect(progress[2]).toEqual({
      message: 'Starting "minikube" primary control-plane node in "minikube" cluster',
      done: 3,
      total: 19,
    });
    expect(lines).toContain('Using the none driver based on existing profile');
    expect(lines.some((line) => line.startsWith('{'))).toBe(false);
  });

  it.each([
    [
      'start-no-docker',
      'minikube-provider-docker-not-running',
      'Cannot connect to the Docker daemon',
      ['Start the Docker service', 'https://minikube.sigs.k8s.io/docs/drivers/docker/'],
    ],
    [
      'start-memory',
      'minikube-rsrc-over-alloc-mem',
      'Requested memory allocation 921600MB is more than',
      ['See more: minikube logs'],
    ],
    [
      'start-root',
      'minikube-drv-as-root',
      'The "docker" driver should not be used with root privileges.',
      ['See more: minikube logs'],
    ],
    [
      'start-driver',
      'minikube-drv-unsupported-os',
      "The driver 'nosuch' is not supported",
      ['See more: minikube logs'],
    ],
  ])('%s fails in its own words', async (fixture, code, message, next) => {
    const { started } = start(fixture, 14);
    const failure = await started.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolError);
    expect(failure).toMatchObject({ code, message: expect.stringContaining(message) as string, next, status: 14 });
  });

  it('that fails without an event is told as any program', async () => {
    const minikube = createMinikube({ run: fakeRun({ minikube: { status: 1, stderr: 'exec format error' } }).run });
    await expect(minikube.start(['minikube'], { onProgress: () => undefined })).rejects.toMatchObject({
      code: 'tool-failed',
      lastLines: ['exec format error'],
    });
  });

  it('takes the exit codes of status as answers', async () => {
    const { run } = fakeRun({ 'minikube status': { status: 7, stdout: JSON.stringify(json('status-stopped')) } });
    expect((await createMinikube({ run }).status('mkfix'))[0]?.host).toBe('Stopped');
  });

  it.each([
    ['status', { status: 85, stdout: text('status-no-profile') }],
    ['images', { status: 14, stderr: text('image-ls-no-profile') }],
    [
      'services',
      { status: 85, stdout: '* Profile "none" not found. Run "minikube profile list" to view all profiles.' },
    ],
  ] as const)('names the profile that is not there: %s', async (method, reply) => {
    const { run } = fakeRun({ minikube: reply });
    const failure = await createMinikube({ run })
      [method]('none')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolError);
    expect(failure).toMatchObject({ code: 'profile-missing', message: 'Minikube has no profile none' });
  });

  it('says when an address is asked of a node that is stopped', async () => {
    const { run } = fakeRun({ 'minikube ip': { status: 83, stdout: text('ip-stopped') } });
    await expect(createMinikube({ run }).ip('mkfix')).rejects.toMatchObject({
      code: 'minikube-stopped',
      message: 'The Minikube node mkfix is stopped',
    });
    const there = fakeRun({ 'minikube ip': { stdout: '192.168.49.2\n' } });
    expect(await createMinikube({ run: there.run }).ip('minikube')).toBe('192.168.49.2');
  });
});
