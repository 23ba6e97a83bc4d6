import { describe, expect, it } from 'vitest';
import { createKindProvider } from '../../src/providers/kind.ts';
import { fakeRun, type Reply } from '../support/fake-run.ts';
import { recorded } from '../support/recorded.ts';
import { answer, changed, answering, contexts, describeProvider, kubectlFailure, type Table } from './contract.ts';

const folder = new URL('../tools/kind/recorded/', import.meta.url);
const text = (fixture: string) => recorded(folder, `${fixture}.txt`).text;
const signal = new AbortController().signal;

const containers = (cluster: string) => `docker ps --all --filter label=io.x-k8s.kind.cluster=${cluster}`;
const table: Table = {
  'kind get clusters': { stdout: 'dev\nold\nsick\n' },
  [containers('dev')]: { stdout: 'dev-control-plane\trunning\n' },
  [containers('sick')]: { stdout: 'sick-control-plane\trunning\n' },
  [containers('old')]: { stdout: 'old-worker\texited\nold-control-plane\texited\n' },
  'kubectl config view': contexts({ 'kind-dev': 'https://192.168.49.2:8443', 'kind-sick': 'https://127.0.0.1:1' }),
  ...answering('kind-dev'),
  'kubectl --context kind-sick': kubectlFailure('connection-refused'),
};
const node: Table = {
  'kubectl --context kind-dev get --raw /api/v1/nodes': answer('nodes'),
};

describeProvider('kind', {
  create: createKindProvider,
  program: 'kind',
  table,
  running: { name: 'dev', context: 'kind-dev' },
  sick: 'sick',
  stopped: 'old',
  start: {
    table: {
      'docker start': { stdout: 'old-control-plane\nold-worker\n' },
      'kubectl --context kind-old get --raw /version': answer('version'),
    },
    commands: ['docker start old-control-plane old-worker'],
  },
  delivery: {
    table: {},
    by: { by: 'load', program: 'kind', cluster: 'dev' },
    commands: [['kind', 'load', 'docker-image', 'todo-backend:3f9c21', '--name', 'dev']],
    has: { 'docker exec dev-control-plane crictl images': { stdout: text('crictl-images') } },
    unknown: { 'docker exec': { status: 1, stderr: 'Error response from daemon: Container abc is not running' } },
  },
  addresses: { table: node, found: ['192.168.49.2', '127.0.0.1'] },
});

describe('kind clusters', () => {
  it('have an image only when every node has it', async () => {
    const { run } = fakeRun({
      [containers('dev')]: { stdout: 'dev-worker\trunning\ndev-control-plane\trunning\n' },
      'docker exec dev-control-plane': { stdout: text('crictl-images') },
      'docker exec dev-worker': { stdout: '{"images":[]}' },
    });
    const delivery = { by: 'load', program: 'kind', cluster: 'dev' } as const;
    expect(await createKindProvider({ run }).hasImage(delivery, 'todo-backend:3f9c21', signal)).toBe(false);
  });

  it('are offered anew when there are none', async () => {
    const { run } = fakeRun({ 'kind get clusters': { stderr: text('clusters-none') } });
    expect(await createKindProvider({ run }).list(signal)).toMatchObject([
      { name: 'kind', context: 'kind-kind', state: 'absent' },
    ]);
  });

  it('cannot be listed without an engine: it says so', async () => {
    const { run } = fakeRun({ 'kind get clusters': { status: 1, stderr: text('clusters-no-docker') } });
    expect(await createKindProvider({ run }).list(signal)).toMatchObject([
      { state: 'absent', problem: 'The Docker engine at unix:///var/run/none.sock does not answer' },
    ]);
  });

  it('whose context was lost say how to get it back', async () => {
    const { run } = fakeRun(changed(table, { 'kubectl config view': contexts({}) }));
    const found = await createKindProvider({ run }).find('dev', signal);
    expect(found.problem).toContain('kind export kubeconfig --name dev');
  });

  it('that are made leave the current context as it was', async () => {
    const views: Reply[] = [
      contexts({ work: 'https://a' }, 'work'),
      contexts({ work: 'https://a', 'kind-kind': 'https://b' }, 'kind-kind'),
    ];
    const fake = fakeRun({
      'kind get clusters': { stderr: text('clusters-none') },
      'kubectl config view': () => views.shift() ?? {},
      'kind create cluster --name kind': { stderr: ' ✓ Preparing nodes 📦\n' },
      'kubectl config use-context work': {},
    });
    const progress: unknown[] = [];
    await createKindProvider({ run: fake.run }).start('kind', { onProgress: (each) => progress.push(each) });
    expect(progress).toEqual([{ message: 'Preparing nodes', done: 1, total: 7 }]);
    expect(fake.calls.at(-1)?.argv.join(' ')).toBe('kubectl config use-context work');
  });

  it('that were stopped are waited for until they answer', async () => {
    const replies: Reply[] = [kubectlFailure('connection-refused'), answer('version')];
    const fake = fakeRun({
      ...table,
      'docker start': {},
      'kubectl --context kind-old get --raw /version': () => replies.shift() ?? {},
    });
    await createKindProvider({ run: fake.run }).start('old', { onProgress: () => undefined });
    expect(replies).toEqual([]);
  });
});
