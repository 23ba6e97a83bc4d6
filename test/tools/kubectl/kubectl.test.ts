import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ToolError, UserError } from '../../../src/errors/errors.ts';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { createKubectl } from '../../../src/tools/kubectl/create-kubectl.ts';
import type { CommandOptions } from '../../../src/tools/shell/run.ts';
import { fakeRun, type FakeRun, type Reply } from '../../support/fake-run.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { realRun } from '../../support/real-run.ts';
import { recorded } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);
const failing = (fixture: string): Reply => ({ status: 1, stderr: recorded(folder, `${fixture}.txt`).text });

const freeze = { server: 'https://127.0.0.1:6443', ca: 'ca', uid: 'uid' };
/** The target has been looked at already: the proof is the kubeconfig being as it was. */
const proven = {
  '*config view --minify': { stdout: `${freeze.server}\n` },
  '*/api/v1/namespaces/kube-system': { stdout: '{"metadata":{"uid":"uid"}}' },
};

type Table = Parameters<typeof fakeRun>[0];

async function kubectlWith(table: Table) {
  const fake = fakeRun({ ...table, ...proven });
  const kubectl = createKubectl({ run: fake.run, context: 'here', kubeconfigFiles: ['/nonexistent'] });
  await kubectl.freezeTarget();
  fake.calls.length = 0;
  return { kubectl, fake };
}

const commands = ({ calls }: FakeRun) => calls.map(({ argv }) => argv.slice(3).join(' '));

const secret: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'backend', namespace: 'shop' },
  stringData: { password: 'a "quoted" value\n' },
};
const settings: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
};

describe('commands of kubectl', () => {
  it('name the context, and a limit for each request unless they stay connected on purpose', () => {
    const kubectl = createKubectl({ run: fakeRun({}).run, context: 'here', kubeconfig: '/home/dev/other' });
    expect(kubectl.argv('get', 'pods')).toEqual([
      'kubectl',
      '--context',
      'here',
      '--kubeconfig',
      '/home/dev/other',
      '--request-timeout=30s',
      'get',
      'pods',
    ]);
    for (const command of ['wait', 'rollout', 'port-forward', 'proxy', 'logs', 'delete', 'exec', 'attach']) {
      expect(kubectl.argv(command).join(' ')).not.toContain('--request-timeout');
    }
  });

  it('give an object by stdin, never by argument, and nothing of it to the listener of lines', async () => {
    const { kubectl, fake } = await kubectlWith({ '*create': { stdout: JSON.stringify(secret) } });
    const heard: string[] = [];
    const made = await kubectl.create(secret, { onLine: (line) => heard.push(line) });
    expect(made).toEqual(secret);
    const [call] = fake.calls;
    expect(JSON.parse(call?.stdin ?? '')).toEqual(secret);
    expect(call?.argv.join(' ')).not.toContain('quoted');
    expect(heard).toEqual([]);
  });

  it('find nothing where there is no object, or no such kind', async () => {
    const { kubectl } = await kubectlWith({ '*get configmap none': {}, '*get widgets': failing('no-such-resource') });
    expect(await kubectl.get('configmap', 'none', 'shop')).toBeUndefined();
    expect(await kubectl.get('widgets', 'a', 'shop')).toBeUndefined();
  });

  it('say in words what went wrong', async () => {
    const { kubectl } = await kubectlWith({
      '*get configmap': failing('connection-refused'),
      '*create': failing('already-exists'),
    });
    await expect(kubectl.get('configmap', 'a', 'shop')).rejects.toMatchObject({
      code: 'cluster-unreachable',
      isTransient: true,
    });
    await expect(kubectl.create(settings)).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('name the program when it answers with something that is no JSON', async () => {
    const { kubectl } = await kubectlWith({
      '*get configmap': { stdout: '<html>sign in</html>' },
      '*get secret': { stdout: '{"data":{"a":"c2Vj' },
    });
    await expect(kubectl.get('configmap', 'a')).rejects.toMatchObject({
      code: 'unreadable-output',
      lastLines: ['<html>sign in</html>'],
    });
    const failure = await kubectl.get('secret', 'a').catch((error: unknown) => error);
    expect((failure as ToolError).lastLines.join()).not.toContain('c2Vj');
  });
});

describe('apply', () => {
  it('sends several objects as one List and returns what the server stored', async () => {
    const stored = { apiVersion: 'v1', kind: 'List', items: [secret, settings] };
    const { kubectl, fake } = await kubectlWith({ '*apply': { stdout: JSON.stringify(stored) } });
    expect(await kubectl.apply([secret, settings])).toEqual([secret, settings]);
    expect(commands(fake)).toEqual([
      '--request-timeout=30s apply --server-side --field-manager=deploy-wizard -f - -o json',
    ]);
    expect(JSON.parse(fake.calls[0]?.stdin ?? '')).toEqual(stored);
  });

  it('of nothing runs nothing', async () => {
    const { kubectl, fake } = await kubectlWith({});
    expect(await kubectl.apply([])).toEqual([]);
    expect(fake.calls).toEqual([]);
  });

  it('leaves the fields of another manager alone and names it', async () => {
    const { kubectl, fake } = await kubectlWith({
      '*apply': failing('conflict-apply'),
      '*get ConfigMap settings': { stdout: JSON.stringify(settings) },
    });
    const failure = await kubectl.apply([settings]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as UserError).why).toContain('someone-else manages .data.a, .data.b');
    expect(commands(fake).join()).not.toContain('--force-conflicts');
  });

  it('sets a field of our own object again that someone edited', async () => {
    const ours = {
      ...settings,
      metadata: { ...settings.metadata, labels: { 'app.kubernetes.io/managed-by': 'deploy-wizard' } },
    };
    const { kubectl } = await kubectlWith({
      '*--force-conflicts': { stdout: JSON.stringify(ours) },
      '*apply': failing('conflict-one'),
      '*get ConfigMap settings': { stdout: JSON.stringify(ours) },
    });
    expect(await kubectl.apply([ours])).toEqual([ours]);
  });

  it('goes object by object after a conflict, because kubectl does not say which one it is', async () => {
    const other = { ...settings, metadata: { name: 'other', namespace: 'shop' } };
    const { kubectl } = await kubectlWith({
      '*apply': (_argv: readonly string[], { stdin = '' }: CommandOptions) =>
        stdin.includes('settings') ? failing('conflict-one') : { stdout: stdin },
      '*get ConfigMap settings': { stdout: JSON.stringify(settings) },
    });
    await expect(kubectl.apply([other, settings])).rejects.toMatchObject({
      message: 'ConfigMap settings has fields that something else manages',
    });
  });

  it('tells any other failure by the catalogue', async () => {
    const { kubectl } = await kubectlWith({ '*apply': failing('immutable-field') });
    await expect(kubectl.apply([settings])).rejects.toMatchObject({ code: 'immutable-field', status: 1 });
  });
});

describe('delete', () => {
  const core = {
    resources: [
      { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
      { name: 'namespaces', kind: 'Namespace', namespaced: false },
      { name: 'namespaces/status', kind: 'Namespace', namespaced: false },
    ],
  };
  const live = { ...settings, metadata: { ...settings.metadata, uid: 'u1' } };
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings', namespace: 'shop', uid: 'u1' };
  const path = '/api/v1/namespaces/shop/configmaps/settings';
  const kinds: Table = { '*get --raw /api/v1 ': { stdout: JSON.stringify(core) } };

  it('deletes with the uid as precondition and waits until it is gone', async () => {
    const { kubectl, fake } = await kubectlWith({
      ...kinds,
      [`*get --raw ${path}`]: { stdout: JSON.stringify(live) },
      '*delete --raw': { stdout: '{}' },
      '*wait --for=delete': {},
    });
    expect(await kubectl.delete(ref)).toBe('deleted');
    expect(commands(fake).slice(-2)).toEqual([
      `delete --raw ${path} -f -`,
      'wait --for=delete configmaps/settings -n shop --timeout=300s',
    ]);
    expect(JSON.parse(fake.calls.at(-2)?.stdin ?? '')).toMatchObject({ preconditions: { uid: 'u1' } });
  });

  it('knows a kind of a group, and one without namespaces', async () => {
    const apps = { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] };
    const { kubectl, fake } = await kubectlWith({
      ...kinds,
      '*get --raw /apis/apps/v1 ': { stdout: JSON.stringify(apps) },
      '*get --raw /api/v1/namespaces/shop ': { stdout: JSON.stringify(live) },
      '*get --raw /apis/apps/v1/namespaces/shop/deployments/web ': { stdout: JSON.stringify(live) },
      '*delete --raw': { stdout: '{}' },
      '*wait --for=delete': {},
    });
    await kubectl.delete({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop', uid: 'u1' });
    await kubectl.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'u1' }, { timeout: 60 });
    expect(commands(fake).filter((command) => command.startsWith('wait'))).toEqual([
      'wait --for=delete deployments.v1.apps/web -n shop --timeout=300s',
      'wait --for=delete namespaces/shop --timeout=60s',
    ]);
  });

  it('leaves an object alone that was made anew since', async () => {
    const { kubectl, fake } = await kubectlWith({
      ...kinds,
      [`*get --raw ${path}`]: { stdout: JSON.stringify({ ...live, metadata: { ...live.metadata, uid: 'u2' } }) },
    });
    expect(await kubectl.delete(ref)).toBe('foreign');
    expect(commands(fake).join()).not.toContain('delete --raw');
  });

  it('leaves it alone also when that happens between the look and the request', async () => {
    const { kubectl } = await kubectlWith({
      ...kinds,
      [`*get --raw ${path}`]: { stdout: JSON.stringify(live) },
      '*delete --raw': failing('delete-wrong-uid'),
    });
    expect(await kubectl.delete(ref)).toBe('foreign');
  });

  it('needs our label on an object whose uid is not known', async () => {
    const { uid: _, ...unknown } = ref;
    const foreign = await kubectlWith({ ...kinds, [`*get --raw ${path}`]: { stdout: JSON.stringify(live) } });
    expect(await foreign.kubectl.delete(unknown)).toBe('foreign');
    const ours = {
      ...live,
      metadata: { ...live.metadata, labels: { 'app.kubernetes.io/managed-by': 'deploy-wizard' } },
    };
    const { kubectl } = await kubectlWith({
      ...kinds,
      [`*get --raw ${path}`]: { stdout: JSON.stringify(ours) },
      '*delete --raw': { stdout: '{}' },
      '*wait --for=delete': {},
    });
    expect(await kubectl.delete(unknown)).toBe('deleted');
  });

  it('finds it gone: the object, the moment, the kind', async () => {
    const gone = await kubectlWith({ ...kinds, [`*get --raw ${path}`]: failing('not-found-get') });
    expect(await gone.kubectl.delete(ref)).toBe('gone');
    const raced = await kubectlWith({
      ...kinds,
      [`*get --raw ${path}`]: { stdout: JSON.stringify(live) },
      '*delete --raw': failing('delete-raw-missing'),
    });
    expect(await raced.kubectl.delete(ref)).toBe('gone');
    const { kubectl } = await kubectlWith({ '*get --raw /apis/example.com/v1': failing('not-found-get') });
    expect(await kubectl.delete({ ...ref, apiVersion: 'example.com/v1', kind: 'Widget' })).toBe('gone');
  });

  it('says what holds an object that stays', async () => {
    const held = { ...live, metadata: { ...live.metadata, finalizers: ['example.com/hold'] } };
    const { kubectl } = await kubectlWith({
      ...kinds,
      [`*get --raw ${path}`]: { stdout: JSON.stringify(held) },
      '*delete --raw': { stdout: '{}' },
      '*wait --for=delete': failing('wait-timeout'),
    });
    await expect(kubectl.delete(ref, { timeout: 1 })).rejects.toMatchObject({
      code: 'deletion-blocked',
      message: 'ConfigMap settings is still there 1 s after it was deleted',
      why: 'It waits for example.com/hold.',
    });
  });
});

describe('rights', () => {
  it('are yes or no, and a failure is neither', async () => {
    const yes = await kubectlWith({
      '*auth can-i create namespaces --all-namespaces': { stdout: recorded(folder, 'can-i-yes.txt').text + 'yes\n' },
    });
    expect(await yes.kubectl.mayI('create', 'namespaces')).toBe(true);
    const no = await kubectlWith({ '*auth can-i create configmaps -n shop': { status: 1, stdout: 'no\n' } });
    expect(await no.kubectl.mayI('create', 'configmaps', 'shop')).toBe(false);
    const dead = await kubectlWith({ '*auth can-i': failing('connection-refused') });
    await expect(dead.kubectl.mayI('create', 'pods', 'shop')).rejects.toMatchObject({ code: 'cluster-unreachable' });
  });
});

describe('forward', () => {
  const line = 'Forwarding from 127.0.0.1:40123 -> 8080\n';

  it('tells the local port once kubectl listens, and ends with its signal', async () => {
    const { kubectl, fake } = await kubectlWith({ '*port-forward': { stdout: line, hangs: true } });
    const stop = new AbortController();
    const { port, ended } = await kubectl.forward('web', 80, 'shop', stop.signal);
    expect(port).toBe(40123);
    expect(commands(fake)).toEqual(['port-forward -n shop --address 127.0.0.1 service/web :80']);
    stop.abort();
    await ended;
  });

  it('fails when kubectl ends before it listens', async () => {
    const { kubectl } = await kubectlWith({ '*port-forward': failing('port-forward-no-service') });
    await expect(kubectl.forward('none', 80, 'shop', new AbortController().signal)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('fails with the reason when its signal comes first', async () => {
    const { kubectl } = await kubectlWith({ '*port-forward': { hangs: true } });
    const stop = new AbortController();
    const forwarding = kubectl.forward('web', 80, 'shop', stop.signal);
    stop.abort(new Error('enough'));
    await expect(forwarding).rejects.toThrow('enough');
  });

  it('tells whoever waits for its end that it ended by itself', async () => {
    const { kubectl } = await kubectlWith({
      '*port-forward': { stdout: line, status: 1, stderr: 'error: lost connection to pod\n' },
    });
    const { ended } = await kubectl.forward('web', 80, 'shop', new AbortController().signal);
    await expect(ended).rejects.toBeInstanceOf(ToolError);
  });
});

describe('a cluster that does not answer, by real kubectl', () => {
  it('is given up when the limit is over, though it took the connection', async () => {
    const { kubectl: program } = await kubernetesTools();
    const silent = createServer((socket) => void socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const server = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const file = join(await mkdtemp(join(tmpdir(), 'silent-')), 'config');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'silent', cluster: { server } }],
      contexts: [{ name: 'silent', context: { cluster: 'silent', user: '' } }],
    };
    await writeFile(file, JSON.stringify(config));
    const kubectl = createKubectl({ run: realRun(), context: 'silent', program, kubeconfig: file });
    await expect(kubectl.api('/version', { timeout: 1 })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      isTransient: true,
    });
    await new Promise((resolve) => silent.close(resolve));
    await rm(dirname(file), { recursive: true });
  });

  it('is told at once when the connection is refused, with the address', async () => {
    const { kubectl: program } = await kubernetesTools();
    const kubectl = createKubectl({ run: realRun({ KUBECONFIG: '/nonexistent' }), context: '', program });
    await expect(kubectl.api('/version')).rejects.toMatchObject({
      code: 'cluster-unreachable',
      isTransient: true,
      message: 'The Kubernetes API server does not answer (localhost:8080: connection refused)',
    });
  });
});
