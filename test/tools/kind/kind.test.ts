import { describe, expect, it } from 'vitest';
import { createKind, parsePhase } from '../../../src/tools/kind/kind.ts';
import { fakeRun, type Reply } from '../../support/fake-run.ts';
import { heard, recorded } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);
const text = (fixture: string) => recorded(folder, `${fixture}.txt`).text;
const failing = (fixture: string): Reply => ({ status: 1, stderr: heard(folder, `${fixture}.txt`).join('\n') });
const quiet = { onProgress: () => undefined };

describe('kind', () => {
  it('lists clusters; that there are none is said on stderr', async () => {
    const { run } = fakeRun({ 'kind get clusters': { stdout: text('clusters') } });
    expect(await createKind({ run }).clusters()).toEqual(['dev']);
    const none = fakeRun({ 'kind get clusters': { stderr: text('clusters-none') } });
    expect(await createKind({ run: none.run }).clusters()).toEqual([]);
  });

  it('tells the containers of a cluster and which of them run', async () => {
    // docker ps --format '{{.Names}}\t{{.State}}', docker client 28.2.2
    const { run, calls } = fakeRun({ 'docker ps': { stdout: 'dev-worker\texited\ndev-control-plane\trunning\n' } });
    expect(await createKind({ run }).nodes('dev')).toEqual([
      { name: 'dev-worker', isRunning: false },
      { name: 'dev-control-plane', isRunning: true },
    ]);
    expect(calls[0]?.argv).toContain('label=io.x-k8s.kind.cluster=dev');
  });

  it('tells the images of a node', async () => {
    const { run, calls } = fakeRun({ 'docker exec': { stdout: text('crictl-images') } });
    expect(await createKind({ run }).images('dev-control-plane')).toEqual([
      'registry.k8s.io/pause:3.10',
      'docker.io/library/todo-backend:3f9c21',
    ]);
    expect(calls[0]?.argv.join(' ')).toBe('docker exec dev-control-plane crictl images -o json');
  });

  it('makes a cluster and loads an image by these vectors', () => {
    const kind = createKind({ run: fakeRun({}).run });
    expect(kind.createArgv('dev').join(' ')).toBe('kind create cluster --name dev --wait 120s');
    expect(kind.loadArgv('dev', 'todo-backend:1').join(' ')).toBe('kind load docker-image todo-backend:1 --name dev');
  });

  it('reports the phases of a new cluster', async () => {
    const lines = [' • Preparing nodes 📦  ...', ' ✓ Preparing nodes 📦', ' • Writing configuration 📜  ...'];
    const progress: unknown[] = [];
    const { run } = fakeRun({ 'kind create': { stderr: lines.join('\n') } });
    await createKind({ run }).create(['kind', 'create'], { onProgress: (each) => progress.push(each) });
    expect(progress).toEqual([
      { message: 'Preparing nodes', done: 0, total: 7 },
      { message: 'Preparing nodes', done: 1, total: 7 },
      { message: 'Writing configuration', done: 1, total: 7 },
    ]);
  });

  it('prints phases as they were recorded', () => {
    const phases = heard(folder, 'create-no-image.txt').flatMap((line) => parsePhase(line) ?? []);
    expect(phases).toEqual([{ message: 'Ensuring node image (kindest/node:v1.37.0)', isDone: false }]);
  });

  it.each([
    ['create-no-image', 'kind-image-unavailable', 'The node image kindest/node:v1.37.0 of kind cannot be fetched'],
    ['create-exists', 'kind-cluster-exists', 'There is a kind cluster dev already'],
    ['load-no-cluster', 'kind-cluster-missing', 'There is no kind cluster none'],
    ['load-no-image', 'image-missing', 'There is no image no-such-image:1 on this machine'],
    ['load-stopped', 'kind-node-stopped', 'A node of the kind cluster does not run'],
  ])('%s', async (fixture, code, message) => {
    const { run } = fakeRun({ kind: failing(fixture) });
    await expect(createKind({ run }).create(['kind'], quiet)).rejects.toMatchObject({ code, message });
  });

  it.each(['clusters-no-docker', 'create-no-docker'])('%s: the engine is what is missing, exit 4', async (fixture) => {
    const { run } = fakeRun({ kind: failing(fixture) });
    await expect(createKind({ run }).create(['kind'], quiet)).rejects.toMatchObject({
      kind: 'user',
      exitCode: 4,
      message: 'The Docker engine at unix:///var/run/none.sock does not answer',
    });
  });
});
