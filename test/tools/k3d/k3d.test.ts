import { describe, expect, it } from 'vitest';
import { createK3d, parseClusters } from '../../../src/tools/k3d/k3d.ts';
import { fakeRun } from '../../support/fake-run.ts';
import { heard, recorded } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);
const clusters = recorded(folder, 'clusters.txt').text;

describe('k3d', () => {
  it('lists clusters with their nodes; the load balancer runs no pods', () => {
    expect(parseClusters(JSON.parse(clusters))).toEqual([
      {
        name: 'dev',
        servers: { running: 1, count: 1 },
        agents: { running: 1, count: 1 },
        nodes: ['k3d-dev-server-0', 'k3d-dev-agent-0'],
      },
      { name: 'old', servers: { running: 0, count: 1 }, agents: { running: 0, count: 0 }, nodes: ['k3d-old-server-0'] },
    ]);
    expect(parseClusters([])).toEqual([]);
    expect(parseClusters(null)).toEqual([]);
  });

  it('keeps the token of a cluster from whoever listens to lines', async () => {
    const lines: string[] = [];
    const { run } = fakeRun({ 'k3d cluster list': { stdout: clusters } });
    expect(await createK3d({ run }).clusters({ onLine: (line) => lines.push(line) })).toHaveLength(2);
    expect(lines).toEqual([]);
  });

  it('makes, starts and imports by these vectors, the current context left alone', () => {
    const k3d = createK3d({ run: fakeRun({}).run });
    expect(k3d.createArgv('dev').join(' ')).toBe('k3d cluster create dev --wait --kubeconfig-switch-context=false');
    expect(k3d.startArgv('dev').join(' ')).toBe('k3d cluster start dev --wait');
    expect(k3d.importArgv('dev', 'todo-backend:1').join(' ')).toBe('k3d image import todo-backend:1 --cluster dev');
  });

  it('reports what it does', async () => {
    const progress: string[] = [];
    const fake = fakeRun({ 'k3d cluster create': { stdout: heard(folder, 'create.txt').join('\n') } });
    const k3d = createK3d({ run: fake.run });
    await k3d.bringUp(k3d.createArgv('dev'), { onProgress: ({ message }) => progress.push(message) });
    expect(progress[0]).toBe('Prep: Network');
    expect(progress.at(-1)).toBe("Cluster 'dev' created successfully!");
    // Without it k3d writes another form of line when the person has set it to false.
    expect(fake.calls[0]?.env).toEqual({ LOG_COLORS: '1' });
  });

  it('fails in words', async () => {
    const { run } = fakeRun({ k3d: { status: 1, stderr: heard(folder, 'create-exists.txt').join('\n') } });
    await expect(createK3d({ run }).bringUp(['k3d'], { onProgress: () => undefined })).rejects.toMatchObject({
      code: 'k3d-cluster-exists',
      message: 'There is a k3d cluster dev already',
    });
  });

  it('without an engine ends with exit 4', async () => {
    const stderr = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
    const { run } = fakeRun({ k3d: { status: 1, stderr } });
    await expect(createK3d({ run }).clusters()).rejects.toMatchObject({ kind: 'user', exitCode: 4 });
  });
});
