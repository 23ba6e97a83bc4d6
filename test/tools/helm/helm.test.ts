import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHelm } from '../../../src/tools/helm/create-helm.ts';
import type { ReleaseRequest } from '../../../src/tools/helm/helm.ts';
import { fakeRun, type Reply } from '../../support/fake-run.ts';
import { helmPrograms } from '../../support/helm-programs.ts';
import { realRun } from '../../support/real-run.ts';
import { recorded } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);
const proveTarget = () => Promise.resolve();
type Table = Parameters<typeof fakeRun>[0];

async function helmWith(table: Table, version = 'v4.1.4') {
  const proofs: string[] = [];
  const fake = fakeRun({ ...table, 'helm version': { stdout: version } });
  const helm = await createHelm({
    run: fake.run,
    context: 'here',
    proveTarget: () => {
      proofs.push('proven');
      return Promise.resolve();
    },
  });
  fake.calls.length = 0;
  return { helm, fake, proofs };
}

const request: ReleaseRequest = {
  name: 'web',
  namespace: 'shop',
  chart: '/recipes/todo/chart/web',
  values: ['/recipes/todo/chart/web/values.yaml', '/recipes/todo/chart/web/values-dev.yaml'],
  set: { 'image.tag': '1.10' },
};

describe('the version of helm', () => {
  it.each([
    ['v3.13.0', 3, '3.13.0'],
    ['v3.22.0+g1234', 3, '3.22.0'],
    ['v4.1.4', 4, '4.1.4'],
  ])('%s', async (printed, major, version) => {
    expect((await helmWith({}, printed)).helm).toMatchObject({ major, version });
  });

  it.each([
    ['v3.12.9', 'Helm 3.12.9 is too old'],
    ['v2.17.0', 'Helm 2.17.0 is too old'],
    ['v5.0.0', 'Helm 5.0.0 is newer than this program knows'],
    ['', 'helm does not tell its version'],
  ])('%s does not do: exit 4', async (printed, message) => {
    await expect(helmWith({}, printed)).rejects.toMatchObject({ kind: 'user', exitCode: 4, message });
  });

  it('cannot be told without helm: exit 4 with where to get it', async () => {
    const settings = { run: realRun(), context: 'here', proveTarget, program: 'helm-that-is-not-there' };
    await expect(createHelm(settings)).rejects.toMatchObject({
      exitCode: 4,
      message: 'helm-that-is-not-there is not installed',
      next: [expect.stringContaining('https://helm.sh/docs/intro/install/')],
    });
  });
});

describe('commands of helm', () => {
  it('upgrade or install, without waiting', async () => {
    const { helm } = await helmWith({});
    expect(helm.upgradeArgv(request).join(' ')).toBe(
      'helm upgrade --install web /recipes/todo/chart/web --namespace shop --kube-context here --values /recipes/todo/chart/web/values.yaml --values /recipes/todo/chart/web/values-dev.yaml --set-string image.tag=1.10 --history-max 10 --server-side=false',
    );
  });

  it('differ between Helm 3 and 4 in nothing but the flag that Helm 3 does not know', async () => {
    const three = (await helmWith({}, 'v3.22.0')).helm;
    const four = (await helmWith({})).helm;
    const without = (argv: string[]) => argv.filter((argument) => argument !== '--server-side=false');
    expect(three.upgradeArgv(request)).toEqual(without(four.upgradeArgv(request)));
    expect(three.rollbackArgv('web', 'shop', 2)).toEqual(without(four.rollbackArgv('web', 'shop', 2)));
    expect(three.testArgv('web', 'shop')).toEqual(four.testArgv('web', 'shop'));
  });

  it('name repository, version and kubeconfig', async () => {
    const fake = fakeRun({ 'helm version': { stdout: 'v3.22.0' } });
    const helm = await createHelm({ run: fake.run, context: 'here', kubeconfig: '/home/dev/other', proveTarget });
    const argv = helm.upgradeArgv({ ...request, chart: 'redis', repo: 'https://charts.example.com', version: '1.2.3' });
    expect(argv.join(' ')).toContain(
      'redis --namespace shop --kube-context here --kubeconfig /home/dev/other --repo https://charts.example.com --version 1.2.3',
    );
  });

  it('that write prove the target first; those that read do not', async () => {
    const { helm, fake, proofs } = await helmWith({
      'helm upgrade': {},
      'helm test': {},
      'helm uninstall': {},
      'helm template': {},
      'helm status': { stdout: '{"name":"web","namespace":"shop","version":1,"info":{"status":"deployed"}}' },
      'helm get manifest': {},
    });
    await helm.render(request);
    await helm.status('web', 'shop');
    await helm.manifest('web', 'shop');
    expect(proofs).toHaveLength(0);
    await helm.upgrade(helm.upgradeArgv(request));
    await helm.test(helm.testArgv('web', 'shop'));
    await helm.uninstall('web', 'shop', { timeout: 60 });
    expect(proofs).toHaveLength(3);
    expect(fake.calls.at(-1)?.argv.join(' ')).toBe(
      'helm uninstall web --namespace shop --kube-context here --ignore-not-found --wait --timeout 60s',
    );
  });

  it('that find the target changed run nothing', async () => {
    const fake = fakeRun({ 'helm version': { stdout: 'v4.1.4' } });
    const refuse = () => Promise.reject(new Error('another cluster'));
    const helm = await createHelm({ run: fake.run, context: 'here', proveTarget: refuse });
    await expect(helm.upgrade(helm.upgradeArgv(request))).rejects.toThrow('another cluster');
    await expect(helm.uninstall('web', 'shop')).rejects.toThrow('another cluster');
    expect(fake.calls).toHaveLength(1);
  });

  it('keep manifests and hooks from whoever listens to lines', async () => {
    const heard: string[] = [];
    const fake = fakeRun({
      'helm version': { stdout: 'v4.1.4' },
      'helm get manifest': { stdout: 'kind: Secret\nmetadata: {name: a}\nstringData: {password: hunter2}\n' },
    });
    const listening: typeof fake.run = (argv, options) =>
      fake.run(argv, { ...options, onLine: (line) => heard.push(line) });
    const helm = await createHelm({ run: listening, context: 'here', proveTarget });
    expect((await helm.manifest('web', 'shop'))[0]).toMatchObject({ kind: 'Secret' });
    expect(heard.join()).not.toContain('hunter2');
  });
});

describe.each(['helm3', 'helm4'])('a release, texts of %s', (version) => {
  const reply = (fixture: string, status: number): Reply => {
    const { text } = recorded(folder, `${version}/${fixture}.txt`);
    return status === 0 ? { stdout: text } : { status, stderr: text };
  };

  it('has a status, also while another helm works on it', async () => {
    const { helm } = await helmWith({ 'helm status': reply('status-pending', 0) });
    expect(await helm.status('busy', 'adapters-helm')).toEqual({
      name: 'busy',
      namespace: 'adapters-helm',
      revision: 1,
      status: 'pending-install',
    });
  });

  it('is undefined when there is none', async () => {
    const { helm } = await helmWith({ 'helm status': reply('status-missing', 1) });
    expect(await helm.status('nothing', 'shop')).toBeUndefined();
  });

  it('fails in words', async () => {
    const { helm } = await helmWith({
      'helm upgrade': reply('node-port-taken', 1),
      'helm status': reply('cluster-unreachable', 1),
    });
    await expect(helm.upgrade(helm.upgradeArgv(request))).rejects.toMatchObject({ code: 'node-port-taken' });
    await expect(helm.status('web', 'shop')).rejects.toMatchObject({ code: 'cluster-unreachable', isTransient: true });
  });
});

describe.each(helmPrograms)('a chart, by real $name', (helmProgram) => {
  const { isThere } = helmProgram;
  let chart: string;
  const helmHere = async () =>
    createHelm({ run: realRun(), context: 'nowhere', program: await helmProgram.program(), proveTarget });
  const write = (name: string, text: string) => writeFile(join(chart, name), text);

  beforeAll(async () => {
    chart = await mkdtemp(join(tmpdir(), 'chart-'));
    await mkdir(join(chart, 'templates', 'tests'), { recursive: true });
    await mkdir(join(chart, 'crds'));
    await write('Chart.yaml', 'apiVersion: v2\nname: web\nversion: 0.1.0\n');
    await write('values.yaml', 'port: 80\nmode: dev\n');
    await write('values-prod.yaml', 'mode: prod\n');
    await write(
      'templates/settings.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\ndata:\n  mode: {{ .Values.mode }}\n  kube: {{ .Capabilities.KubeVersion.Version }}\n  monitored: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | quote }}\n{{ if .Values.broken }}\n  host: {{ .Values.ingress.host }}\n{{ end }}\n',
    );
    await write(
      'templates/tests/page.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: page, annotations: {helm.sh/hook: test}}\nspec: {containers: []}\n',
    );
    await write(
      'crds/widget.yaml',
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\n',
    );
  });
  afterAll(() => rm(chart, { recursive: true }));

  const local = (more: Partial<ReleaseRequest> = {}): ReleaseRequest => ({
    name: 'web',
    namespace: 'shop',
    chart,
    values: [],
    set: {},
    ...more,
  });

  it.skipIf(!isThere)(
    'renders without a cluster, with the values, the version and the APIs that it is told',
    async () => {
      const helm = await helmHere();
      const rendered = await helm.render(local({ values: [join(chart, 'values-prod.yaml')] }), {
        kubeVersion: '1.31.4',
        apiVersions: ['monitoring.coreos.com/v1'],
      });
      expect(rendered).toEqual([
        {
          source: 'web/templates/settings.yaml',
          object: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'web', namespace: 'shop' },
            data: { mode: 'prod', kube: 'v1.31.4', monitored: 'true' },
          },
        },
      ]);
    },
  );

  it.skipIf(!isThere)('brings its CRDs when they are asked for', async () => {
    const rendered = await (await helmHere()).render(local(), { crds: true });
    expect(rendered.map(({ object }) => object.kind)).toEqual(['CustomResourceDefinition', 'ConfigMap']);
  });

  it.skipIf(!isThere)('that does not render names template, line and column', async () => {
    const helm = await helmHere();
    const broken = local({ set: { broken: true } });
    const place = expect.stringMatching(/\.Values\.ingress\.host.*\(web\/templates\/settings\.yaml:9:18\)/) as string;
    await expect(helm.render(broken)).rejects.toMatchObject({ code: 'chart-render-failed', message: place });
    await expect(helm.lint(broken)).rejects.toMatchObject({ code: 'chart-render-failed', message: place });
  });

  it.skipIf(!isThere)('is linted with its values; one of a repository is not', async () => {
    const helm = await helmHere();
    await helm.lint(local({ values: [join(chart, 'values-prod.yaml')], set: { mode: 'test' } }));
    await helm.lint(local({ chart: 'oci://registry.invalid/redis', version: '1.0.0' }));
  });

  it.skipIf(!isThere)('or its values file that is not there is named', async () => {
    const helm = await helmHere();
    await expect(helm.render(local({ chart: '/nonexistent/chart' }))).rejects.toMatchObject({ code: 'chart-missing' });
    await expect(helm.render(local({ values: ['/nonexistent/values.yaml'] }))).rejects.toMatchObject({
      code: 'values-missing',
      message: 'The values file /nonexistent/values.yaml does not exist',
    });
  });

  it.skipIf(!isThere)('takes every flag of an upgrade', async () => {
    const helm = await helmHere();
    const argv = helm.upgradeArgv(local({ set: { a: 'b', n: 1, on: true } }));
    // Flags are read before the cluster is looked for, and there is none.
    await expect(helm.upgrade(argv)).rejects.toMatchObject({
      kind: 'user',
      message: 'The kubeconfig has no context nowhere',
    });
    await expect(helm.test(helm.testArgv('web', 'shop'))).rejects.toMatchObject({ kind: 'user', exitCode: 2 });
    await expect(helm.upgrade(helm.rollbackArgv('web', 'shop', 1))).rejects.toMatchObject({
      kind: 'user',
      exitCode: 2,
    });
    await expect(helm.uninstall('web', 'shop')).rejects.toMatchObject({ kind: 'user', exitCode: 2 });
    await expect(helm.status('web', 'shop')).rejects.toMatchObject({ kind: 'user', exitCode: 2 });
    await expect(helm.manifest('web', 'shop')).rejects.toMatchObject({ kind: 'user', exitCode: 2 });
  });
});
