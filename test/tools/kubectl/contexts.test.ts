import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors/errors.ts';
import { readContexts } from '../../../src/tools/kubectl/contexts.ts';
import { kubeconfigFiles } from '../../../src/tools/kubectl/kubeconfig-files.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { realRun } from '../../support/real-run.ts';

const config = `apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work
  cluster: { server: "https://cluster.example.com:6443" }
- name: demo
  cluster:
    server: https://192.168.49.2:8443
    extensions:
    - { name: cluster_info, extension: { provider: minikube.sigs.k8s.io, version: v1.38.1 } }
contexts:
- name: work
  context: { cluster: work, user: dev, namespace: shop }
- name: demo
  context:
    cluster: demo
    user: dev
    extensions:
    - { name: context_info, extension: { provider: minikube.sigs.k8s.io, version: v1.38.1 } }
- name: torn
  context: { cluster: gone, user: dev }
users:
- name: dev
  user:
    token: abcdefghijkl
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: login
      interactiveMode: Never
      env: [{ name: CLIENT_SECRET, value: mnopqrstuvwx }]
`;

describe('contexts of the kubeconfig, by real kubectl', () => {
  let folder: string;
  let program: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contexts-'));
    program = (await kubernetesTools()).kubectl;
    await writeFile(join(folder, 'config'), config);
    await writeFile(join(folder, 'broken'), 'apiVersion: [v1');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are listed with server, namespace and who made them', async () => {
    expect(await readContexts(realRun({ KUBECONFIG: join(folder, 'config') }), { program })).toEqual({
      current: 'work',
      contexts: [
        {
          name: 'demo',
          cluster: 'demo',
          server: 'https://192.168.49.2:8443',
          provider: 'minikube.sigs.k8s.io',
        },
        { name: 'torn', cluster: 'gone' },
        { name: 'work', cluster: 'work', server: 'https://cluster.example.com:6443', namespace: 'shop' },
      ],
    });
  });

  it('are read without a token or the environment of an exec plugin passing through', async () => {
    const lines: string[] = [];
    const run = realRun({ KUBECONFIG: join(folder, 'config') });
    await readContexts((argv, options) => run(argv, { ...options, onLine: (line) => lines.push(line) }), { program });
    expect(lines.join()).toContain('cluster.example.com');
    expect(lines.join()).not.toMatch(/abcdefghijkl|mnopqrstuvwx/);
  });

  it('are none without a kubeconfig', async () => {
    expect(await readContexts(realRun({ KUBECONFIG: join(folder, 'absent') }), { program })).toEqual({ contexts: [] });
  });

  it('of a broken file end in a sentence that names it', async () => {
    const failure = await readContexts(realRun(), { program, kubeconfig: join(folder, 'broken') }).catch(
      (e: unknown) => e,
    );
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ exitCode: 2, message: `The kubeconfig ${join(folder, 'broken')} cannot be read` });
  });
});

describe('the files of the kubeconfig', () => {
  it('are those of KUBECONFIG, else the one of the home folder', () => {
    expect(kubeconfigFiles({ KUBECONFIG: '/a:/b::' }, '/home/dev')).toEqual(['/a', '/b']);
    expect(kubeconfigFiles({}, '/home/dev')).toEqual(['/home/dev/.kube/config']);
    expect(kubeconfigFiles({ KUBECONFIG: '' }, '/home/dev')).toEqual(['/home/dev/.kube/config']);
  });
});
