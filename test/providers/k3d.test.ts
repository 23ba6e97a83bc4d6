import { describe, expect, it } from 'vitest';
import { createK3dProvider } from '../../src/providers/k3d.ts';
import { fakeRun } from '../support/fake-run.ts';
import { heard, recorded } from '../support/recorded.ts';
import { answer, answering, contexts, describeProvider, kubectlFailure, type Table } from './contract.ts';

const folder = new URL('../tools/k3d/recorded/', import.meta.url);
const crictl = recorded(new URL('../tools/kind/recorded/', import.meta.url), 'crictl-images.txt').text;
const signal = new AbortController().signal;

/** The list of the fixture with one more cluster. */
const clusters = recorded(folder, 'clusters.txt').text.replace(
  '[{"name":"dev"',
  '[{"name":"sick","serversRunning":1,"serversCount":1,"agentsRunning":0,"agentsCount":0,"nodes":[]},{"name":"dev"',
);
const table: Table = {
  'k3d cluster list': { stdout: clusters },
  'kubectl config view': contexts({ 'k3d-dev': 'https://192.168.49.2:8443', 'k3d-sick': 'https://127.0.0.1:1' }),
  ...answering('k3d-dev'),
  'kubectl --context k3d-sick': kubectlFailure('connection-refused'),
};

describeProvider('k3d', {
  create: createK3dProvider,
  program: 'k3d',
  table,
  running: { name: 'dev', context: 'k3d-dev' },
  sick: 'sick',
  stopped: 'old',
  start: {
    table: { 'k3d cluster start': { stdout: heard(folder, 'create.txt').join('\n') } },
    commands: ['k3d cluster start old --wait'],
  },
  delivery: {
    table: {},
    by: { by: 'load', program: 'k3d', cluster: 'dev' },
    commands: [['k3d', 'image', 'import', 'todo-backend:3f9c21', '--cluster', 'dev']],
    has: { 'docker exec k3d-dev-server-0': { stdout: crictl }, 'docker exec k3d-dev-agent-0': { stdout: crictl } },
    unknown: { 'docker exec': { status: 1, stderr: 'Error response from daemon: Container abc is not running' } },
  },
  addresses: {
    table: { 'kubectl --context k3d-dev get --raw /api/v1/nodes': answer('nodes') },
    found: ['192.168.49.2', '127.0.0.1'],
  },
});

describe('k3d clusters', () => {
  it('are made by another command than they are started', async () => {
    const fake = fakeRun({
      'k3d cluster list': { stdout: '[]' },
      'k3d cluster create': { stdout: heard(folder, 'create.txt').join('\n') },
    });
    const provider = createK3dProvider({ run: fake.run });
    const [found] = await provider.list(signal);
    expect(found).toMatchObject({ name: 'k3s-default', state: 'absent' });
    const told = provider.startArgv('k3s-default', 'absent');
    await provider.start('k3s-default', { onProgress: () => undefined });
    expect(fake.calls.at(-1)?.argv).toEqual(told[0]);
    expect(told[0]?.join(' ')).toBe('k3d cluster create k3s-default --wait --kubeconfig-switch-context=false');
  });
});
