import { describe, expect, it } from 'vitest';
import { createMinikubeProvider } from '../../src/providers/minikube.ts';
import { fakeRun, type Reply } from '../support/fake-run.ts';
import { recorded } from '../support/recorded.ts';
import { answering, changed, contexts, describeProvider, kubectlFailure, type Table } from './contract.ts';

const folder = new URL('../tools/minikube/recorded/', import.meta.url);
const text = (fixture: string) => recorded(folder, `${fixture}.txt`).text;
const stopped: Reply = { status: 7, stdout: text('status-stopped').split('\n').at(-1) ?? '' };
const running: Reply = { stdout: text('status-running') };

/** The recorded list with a third profile. */
const profiles: Reply = {
  stdout: text('profile-list-light').replace('"valid":[', '"valid":[{"Name":"sick","Status":"Skipped","Config":null},'),
};
const signal = new AbortController().signal;

const table: Table = {
  'minikube profile list': profiles,
  'minikube status -o json --profile minikube': running,
  'minikube status -o json --profile sick': running,
  'minikube status -o json --profile stopped': stopped,
  'kubectl config view': contexts({ minikube: 'https://192.168.49.2:8443', sick: 'https://192.168.58.2:8443' }),
  ...answering('minikube'),
  'kubectl --context sick': kubectlFailure('dial-timeout'),
};

describeProvider('minikube', {
  create: createMinikubeProvider,
  program: 'minikube',
  table,
  running: { name: 'minikube', context: 'minikube' },
  sick: 'sick',
  stopped: 'stopped',
  start: {
    table: { 'minikube start': { stdout: text('start') } },
    commands: ['minikube start -o json --keep-context --interactive=false --profile stopped'],
  },
  delivery: {
    table: {},
    by: { by: 'load', program: 'minikube', cluster: 'minikube' },
    commands: [['minikube', 'image', 'load', '--daemon', 'todo-frontend:e917f2134fd1', '--profile', 'minikube']],
    tag: 'todo-frontend:e917f2134fd1',
    has: { 'minikube image ls': { stdout: text('image-ls') } },
    unknown: { 'minikube image ls': { status: 14, stderr: text('image-ls-no-profile') } },
  },
  addresses: { table: { 'minikube ip': { stdout: '192.168.49.2\n' } }, found: ['192.168.49.2'] },
});

describe('Minikube profiles', () => {
  const listWith = (changes: Table) =>
    createMinikubeProvider({ run: fakeRun(changed(table, changes)).run }).list(signal);
  const detailOf = async (changes: Table, name = 'minikube') =>
    (await listWith(changes)).find((cluster) => cluster.name === name);

  it('that are stopped say what they are made of', async () => {
    expect(await detailOf({}, 'stopped')).toEqual({
      provider: 'minikube',
      name: 'stopped',
      context: 'stopped',
      state: 'stopped',
      detail: 'stopped, Kubernetes 1.35, 1 node, driver docker',
    });
  });

  it.each([
    [
      '{"Name":"minikube","Host":"Running","Kubelet":"Stopped","APIServer":"Paused","Kubeconfig":"Configured","Worker":false}',
      2,
      'paused',
    ],
    [
      '{"Name":"minikube","Host":"Running","Kubelet":"Stopped","APIServer":"Stopped","Kubeconfig":"Configured","Worker":false}',
      2,
      'incomplete',
    ],
    [
      '{"Name":"minikube","Host":"Running","Kubelet":"Running","APIServer":"Running","Kubeconfig":"Misconfigured","Worker":false}',
      4,
      'incomplete',
    ],
    ['null', 7, 'incomplete'],
  ])('%s needs a start', async (stdout, status, word) => {
    const found = await detailOf({ 'minikube status -o json --profile minikube': { stdout, status } });
    expect(found).toMatchObject({
      state: 'stopped',
      detail: expect.stringContaining(`${word}, Kubernetes 1.35`) as string,
    });
  });

  it('without a context in the kubeconfig say how to get one', async () => {
    const found = await detailOf({ 'kubectl config view': contexts({}) });
    expect(found?.problem).toContain('minikube update-context -p minikube');
  });

  it('are offered anew when there are none', async () => {
    expect(await listWith({ 'minikube profile list': { stdout: text('profile-list-none') } })).toEqual([
      {
        provider: 'minikube',
        name: 'minikube',
        context: 'minikube',
        state: 'absent',
        detail: 'a new Minikube profile on this machine',
      },
    ]);
  });

  it('can be asked for by the usual name beside others', async () => {
    const other = { stdout: '{"invalid":[],"valid":[{"Name":"stopped","Config":{}}]}' };
    const { run } = fakeRun(changed(table, { 'minikube profile list': other }));
    expect(await createMinikubeProvider({ run }).find('minikube', signal)).toMatchObject({ state: 'absent' });
  });

  it('cannot be told from a minikube that does not work', async () => {
    const [found] = await listWith({ 'minikube profile list': { status: 1, stderr: 'exec format error' } });
    expect(found).toMatchObject({ name: 'minikube', problem: 'minikube failed' });
  });

  it('without kubectl are listed all the same', async () => {
    const found = await listWith({ 'kubectl config view': { missing: true } });
    expect(found.map(({ name }) => name)).toEqual(['sick', 'minikube', 'stopped']);
  });
});
