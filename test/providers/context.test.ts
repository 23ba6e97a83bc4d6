import { describe, expect, it } from 'vitest';
import { createContextProvider } from '../../src/providers/context.ts';
import type { FoundCluster } from '../../src/providers/provider.ts';
import { fakeRun, type Reply } from '../support/fake-run.ts';
import { recorded } from '../support/recorded.ts';
import {
  answer,
  changed,
  answering,
  contexts,
  describeProvider,
  detailOfRecorded,
  kubectlFailure,
  type Table,
} from './contract.ts';

const signal = new AbortController().signal;
const docker = new URL('../tools/docker/recorded/', import.meta.url);
const noImage: Reply = { status: 1, stderr: recorded(docker, 'inspect-missing.txt').text };

const table: Table = {
  'kubectl config view': contexts({
    'docker-desktop': 'https://192.168.49.2:8443',
    'kind-dev': 'https://127.0.0.1:2',
    'k3d-dev': 'https://127.0.0.1:3',
    minikube: 'https://127.0.0.1:4',
    'old-lab': 'https://10.0.0.7:6443',
  }),
  ...answering('docker-desktop'),
  'kubectl --context old-lab': kubectlFailure('dial-timeout'),
};
/** The recorded node, with the runtime of Docker Desktop's. */
const onDocker: Reply = { stdout: (answer('nodes').stdout ?? '').replace(/containerd:\/\/[^"]+/, 'docker://28.5.1') };

describeProvider('context', {
  create: createContextProvider,
  program: 'kubectl',
  table,
  running: { name: 'docker-desktop', context: 'docker-desktop' },
  sick: 'old-lab',
  delivery: {
    table: { 'kubectl --context docker-desktop get --raw /api/v1/nodes': onDocker },
    by: { by: 'shared-daemon' },
    commands: [],
    has: {
      'docker image inspect --format {{.Id}} {{.Size}} todo-backend:3f9c21': { stdout: 'sha256:1 159000000\n' },
      'docker image inspect': noImage,
    },
    unknown: { 'docker image inspect': { missing: true } },
  },
  addresses: { table: {}, found: ['192.168.49.2'] },
});

describe('contexts', () => {
  const provider = (changes: Table) =>
    createContextProvider({ run: fakeRun(changed(table, changes)).run, hostAddresses: () => [] });

  it('of other providers are theirs to list, and can be named all the same', async () => {
    const found = await provider({}).list(signal);
    expect(found.map(({ name }) => name)).toEqual(['docker-desktop', 'old-lab']);
    const named = await provider(answering('kind-dev')).find('kind-dev', signal);
    expect(named).toMatchObject({ provider: 'context', context: 'kind-dev', detail: detailOfRecorded });
  });

  it('that Minikube made under another name are known by its mark', async () => {
    const minikube = {
      name: 'shop',
      context: { cluster: 'shop', extensions: [{ extension: { provider: 'minikube.sigs.k8s.io' } }] },
    };
    const { run } = fakeRun({ 'kubectl config view': { stdout: `shop\n${JSON.stringify([minikube])}\n[]` } });
    expect(await createContextProvider({ run }).list(signal)).toEqual([]);
  });

  it('that name no cluster say so', async () => {
    const torn = { stdout: 'x\n[{"name":"torn","context":{"cluster":"gone"}}]\nnull' };
    expect(await provider({ 'kubectl config view': torn }).list(signal)).toMatchObject([
      { name: 'torn', problem: 'names the cluster gone, which is not in the kubeconfig' },
    ]);
  });

  it('of a kubeconfig that cannot be read are an error of the person', async () => {
    await expect(
      provider({ 'kubectl config view': kubectlFailure('kubeconfig-broken') }).list(signal),
    ).rejects.toMatchObject({
      kind: 'user',
      exitCode: 2,
    });
  });

  it.each([
    ['unauthorized', 'The cluster does not accept your login'],
    [
      'exec-plugin-missing',
      'The login of this context needs the program gke-gcloud-auth-plugin-missing, which is not installed',
    ],
    [
      'x509',
      'The certificate of the API server does not match the kubeconfig: certificate signed by unknown authority',
    ],
  ])('%s', async (fixture, problem) => {
    const found = await provider({ 'kubectl --context docker-desktop': kubectlFailure(fixture) }).find(
      'docker-desktop',
      signal,
    );
    expect(found).toMatchObject({ state: 'running', problem, detail: problem });
  });

  it('whose nodes may not be seen still tell their version', async () => {
    const changes = {
      'kubectl --context docker-desktop get --raw /api/v1/nodes': kubectlFailure('forbidden-get'),
      'kubectl --context docker-desktop get --raw /version': answer('version'),
    };
    expect(await provider(changes).find('docker-desktop', signal)).toMatchObject({ detail: 'Kubernetes 1.34' });
  });

  it('whose pods may not be seen, or are too many, do not tell what is free', async () => {
    const pods = 'kubectl --context docker-desktop get --raw /api/v1/pods';
    const forbidden = await provider({ [pods]: kubectlFailure('forbidden-get') }).find('docker-desktop', signal);
    expect(forbidden.detail).toBe('Kubernetes 1.34, 1 node');
    const many = await provider({ [pods]: { stdout: '{"metadata":{"continue":"x"},"items":[]}' } }).find(
      'docker-desktop',
      signal,
    );
    expect(many.detail).toBe('Kubernetes 1.34, 1 node');
  });
});

describe('images for a context', () => {
  const hosting = (context: string) =>
    `kubectl --context ${context} get --raw /api/v1/namespaces/kube-public/configmaps/local-registry-hosting`;
  const cluster = (context: string): FoundCluster => ({
    provider: 'context',
    name: context,
    context,
    state: 'running',
    detail: '',
  });
  const deliver = (context: string, changes: Table, registry?: string) =>
    createContextProvider({ run: fakeRun(changes).run }).delivery(cluster(context), signal, registry);
  const nodes = (context: string) => `kubectl --context ${context} get --raw /api/v1/nodes`;

  it('go to the registry that the cluster names', async () => {
    expect(await deliver('lab', { [hosting('lab')]: answer('local-registry-hosting') })).toEqual({
      by: 'push',
      push: '127.0.0.1:5000',
      pull: '127.0.0.1:5000',
    });
  });

  it('go to the registry that the person answered, before any other', async () => {
    expect(await deliver('lab', {}, 'ghcr.io/acme')).toEqual({
      by: 'push',
      push: 'ghcr.io/acme',
      pull: 'ghcr.io/acme',
    });
  });

  it.each(['not-found-get', 'forbidden-get'])('need an answer when there is none (%s): exit 4', async (fixture) => {
    const failure = await deliver('lab', { [hosting('lab')]: kubectlFailure(fixture) }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      kind: 'user',
      exitCode: 4,
      message: 'The nodes of lab need a registry to take images from',
    });
  });

  it.each(['docker-desktop', 'orbstack', 'rancher-desktop', 'colima', 'colima-work'])(
    '%s shares the engine, on Docker',
    async (name) => {
      expect(await deliver(name, { [nodes(name)]: onDocker })).toEqual({ by: 'shared-daemon' });
      const onContainerd = { [nodes(name)]: answer('nodes'), [hosting(name)]: answer('local-registry-hosting') };
      expect(await deliver(name, onContainerd)).toMatchObject({ by: 'push' });
      expect(await deliver(name, { [nodes(name)]: kubectlFailure('forbidden-get') })).toEqual({ by: 'shared-daemon' });
    },
  );

  it('of another name do not share an engine, even on Docker', async () => {
    expect(
      await deliver('lab', { [nodes('lab')]: onDocker, [hosting('lab')]: answer('local-registry-hosting') }),
    ).toMatchObject({ by: 'push' });
  });

  it('are pushed under the name that they have in the registry', () => {
    const provider = createContextProvider({ run: fakeRun({}).run });
    const delivery = { by: 'push', push: 'localhost:5000', pull: 'registry:5000' } as const;
    const push = [['docker', 'push', 'localhost:5000/todo-backend:1']];
    expect(provider.deliverArgv(delivery, 'localhost:5000/todo-backend:1')).toEqual(push);
    expect(provider.deliverArgv(delivery, 'todo-backend:1')).toEqual([
      ['docker', 'tag', 'todo-backend:1', 'localhost:5000/todo-backend:1'],
      ...push,
    ]);
  });
});

describe('addresses of a context', () => {
  const cloud = {
    items: [
      {
        status: {
          addresses: [
            { type: 'InternalIP', address: '10.0.0.4' },
            { type: 'ExternalIP', address: '203.0.113.7' },
            { type: 'Hostname', address: 'n1' },
          ],
        },
      },
    ],
  };
  const nodes: Table = { 'kubectl --context lab get --raw /api/v1/nodes': { stdout: JSON.stringify(cloud) } };
  const cluster = (server: string): FoundCluster => ({
    provider: 'context',
    name: 'lab',
    context: 'lab',
    state: 'running',
    detail: '',
    server,
  });
  const addresses = (server: string, own: string[] = [], table = nodes) =>
    createContextProvider({ run: fakeRun(table).run, hostAddresses: () => own }).nodeAddresses(cluster(server), signal);

  it('are those that can be reached from afar first', async () => {
    expect(await addresses('https://api.example.com')).toEqual(['203.0.113.7', '10.0.0.4']);
  });

  it('end with 127.0.0.1 where the cluster is on this host', async () => {
    expect(await addresses('https://127.0.0.1:6443')).toEqual(['203.0.113.7', '10.0.0.4', '127.0.0.1']);
    expect(await addresses('https://kubernetes.docker.internal:6443')).toContain('127.0.0.1');
    expect(await addresses('https://api.example.com', ['10.0.0.4'])).toContain('127.0.0.1');
  });

  it('are 127.0.0.1 alone, or none, where nodes may not be seen', async () => {
    const forbidden = { 'kubectl --context lab get --raw /api/v1/nodes': kubectlFailure('forbidden-get') };
    expect(await addresses('https://127.0.0.1:6443', [], forbidden)).toEqual(['127.0.0.1']);
    expect(await addresses('https://api.example.com', [], forbidden)).toEqual([]);
  });
});
