import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolError, UserError } from '../../src/errors/errors.ts';
import { labels, managedBy, type KubernetesObject } from '../../src/kubernetes/objects.ts';
import { createContextProvider } from '../../src/providers/context.ts';
import { createDocker } from '../../src/tools/docker/create-docker.ts';
import type { BuildProgress } from '../../src/tools/docker/docker.ts';
import { createHelm } from '../../src/tools/helm/create-helm.ts';
import type { Helm, ReleaseRequest } from '../../src/tools/helm/helm.ts';
import { createKubectl, type BoundKubectl } from '../../src/tools/kubectl/create-kubectl.ts';
import { helmPrograms } from '../support/helm-programs.ts';
import { kubernetesTools } from '../support/kubernetes-tools.ts';
import { context, kubeconfig, requireCluster } from '../support/real-cluster.ts';
import { realRun } from '../support/real-run.ts';

const hasCluster = requireCluster();
const namespace = `tools-${process.pid}`;
const run = realRun(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig });
const image = process.env['DEPLOY_WIZARD_TEST_IMAGE'] ?? 'busybox:1.37';
const signal = () => AbortSignal.timeout(60_000);

const configMap = (name: string, data: Record<string, string>, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...more },
  data,
});

describe.skipIf(!hasCluster)('tools on a real cluster', () => {
  let kubectl: BoundKubectl;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tools-'));
    const { kubectl: program } = await kubernetesTools();
    kubectl = createKubectl({ run, context, program, kubeconfigFiles: [kubeconfig ?? ''] });
    await kubectl.freezeTarget();
    await kubectl.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });
  afterAll(async () => {
    const found = await kubectl.get('Namespace', namespace);
    const uid = found?.metadata.uid ?? '';
    await kubectl.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace, uid });
    await rm(folder, { recursive: true });
  });

  describe('kubectl', () => {
    it('creates a Secret once, and what it holds is in no line', async () => {
      const lines: string[] = [];
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'login', namespace },
        stringData: { password: 'correct horse "battery" staple' },
      };
      await kubectl.create(secret, { onLine: (line) => lines.push(line) });
      const stored = await kubectl.get('Secret', 'login', namespace);
      expect(Buffer.from(stored?.['data'].password as string, 'base64').toString()).toBe(secret.stringData.password);
      expect(lines.join()).not.toMatch(/horse|Y29ycmVj/);
      await expect(kubectl.create(secret)).rejects.toMatchObject({ code: 'already-exists' });
    });

    it('applies the same again without a change', async () => {
      const wanted = [configMap('one', { a: '1' }), configMap('two', { b: '2' })];
      const first = await kubectl.apply(wanted);
      const second = await kubectl.apply(wanted);
      expect(second.map(({ metadata }) => metadata.resourceVersion)).toEqual(
        first.map(({ metadata }) => metadata.resourceVersion),
      );
      expect(await kubectl.apply([configMap('one', { a: '2' })])).toMatchObject([{ data: { a: '2' } }]);
    });

    const edit = (name: string, field: string) =>
      kubectl.write(
        kubectl.argv(
          'patch',
          'configmap',
          name,
          '-n',
          namespace,
          '--field-manager=somebody',
          '-p',
          `{"data":{"${field}":"edited"}}`,
        ),
      );

    it('leaves alone what somebody else manages, and names both', async () => {
      const theirs = configMap('theirs', { a: 'theirs' });
      await kubectl.write(kubectl.argv('apply', '--server-side', '--field-manager=somebody', '-f', '-'), {
        stdin: JSON.stringify(theirs),
      });
      await kubectl.write(kubectl.argv('create', 'configmap', 'made', '-n', namespace, '--from-literal=a=made'));
      const failureOf = (name: string) =>
        kubectl.apply([configMap('fine', {}), configMap(name, { a: 'ours' })]).catch((error: unknown) => error);
      expect(await failureOf('theirs')).toMatchObject({
        kind: 'user',
        message: 'ConfigMap theirs has fields that something else manages',
        why: expect.stringContaining('somebody manages .data.a') as string,
      });
      expect(await failureOf('made')).toMatchObject({
        why: expect.stringContaining('kubectl-create manages .data.a') as string,
      });
      expect(await kubectl.get('ConfigMap', 'theirs', namespace)).toMatchObject({ data: { a: 'theirs' } });
    });

    it('sets again what somebody edited on an object of ours', async () => {
      const ours = configMap('ours', { a: '1' }, { labels: { [labels.managedBy]: managedBy } });
      await kubectl.apply([ours]);
      await edit('ours', 'a');
      expect(await kubectl.apply([ours])).toMatchObject([{ data: { a: '1' } }]);
    });

    it('deletes what has the uid and waits for what it owns; nothing else', async () => {
      const [pair] = await kubectl.apply([deployment('pair')]);
      const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'pair', namespace };
      expect(await kubectl.delete({ ...ref, uid: '00000000-0000-0000-0000-000000000000' })).toBe('foreign');
      expect(await kubectl.delete(ref)).toBe('foreign');
      expect(await kubectl.delete({ ...ref, uid: pair?.metadata.uid ?? '' })).toBe('deleted');
      const pods = (await kubectl.api(`/api/v1/namespaces/${namespace}/pods`)) as { items: unknown[] };
      expect(pods.items).toEqual([]);
      expect(await kubectl.delete({ ...ref, uid: pair?.metadata.uid ?? '' })).toBe('gone');
    });

    it('says what holds an object that stays', async () => {
      const held = configMap(
        'held',
        {},
        { finalizers: ['example.com/hold'], labels: { [labels.managedBy]: managedBy } },
      );
      await kubectl.create(held);
      const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'held', namespace };
      const failure = await kubectl.delete(ref, { timeout: 1 }).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'deletion-blocked',
        why: expect.stringContaining('example.com/hold') as string,
      });
      await kubectl.write(
        kubectl.argv(
          'patch',
          'configmap',
          'held',
          '-n',
          namespace,
          '--type=merge',
          '-p',
          '{"metadata":{"finalizers":null}}',
        ),
      );
    });

    it('asks for rights', async () => {
      expect(await kubectl.mayI('create', 'namespaces')).toBe(true);
      expect(await kubectl.mayI('create', 'configmaps', namespace)).toBe(true);
    });

    it('forwards a port of this host to a Service until its signal', async () => {
      const stop = new AbortController();
      const { port, ended } = await kubectl.forward('kube-dns', 9153, 'kube-system', stop.signal);
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('coredns');
      stop.abort();
      await ended;
      await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
    });

    it('cannot forward to a Service that is not there', async () => {
      await expect(kubectl.forward('none', 80, namespace, signal())).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  describe.each(helmPrograms)('$name', (helmProgram) => {
    const name = helmProgram.name.startsWith('Helm 3') ? 'three' : 'four';
    let helm: Helm;
    let chart: string;
    const request = (set: ReleaseRequest['set'] = {}, release = name): ReleaseRequest => ({
      name: release,
      namespace,
      chart,
      values: [],
      set,
    });
    const upgrade = (set?: ReleaseRequest['set'], release?: string) =>
      helm.upgrade(helm.upgradeArgv(request(set, release)));

    beforeAll(async () => {
      if (!helmProgram.isThere) return;
      chart = await chartIn(join(folder, name));
      const proveTarget = () => kubectl.proveTarget();
      helm = await createHelm({ run, context, program: await helmProgram.program(), proveTarget });
    });

    it.skipIf(!helmProgram.isThere)('installs, upgrades, goes back and uninstalls', async () => {
      expect(await helm.status(name, namespace)).toBeUndefined();
      await upgrade({ mode: 'a' });
      expect(await helm.status(name, namespace)).toEqual({ name, namespace, revision: 1, status: 'deployed' });
      await upgrade({ mode: 'b,{c}\\' });
      expect(await helm.manifest(name, namespace)).toMatchObject([{ kind: 'ConfigMap', data: { mode: 'b,{c}\\' } }]);
      expect(await kubectl.get('ConfigMap', name, namespace)).toMatchObject({ data: { mode: 'b,{c}\\' } });
      await helm.upgrade(helm.rollbackArgv(name, namespace, 1));
      expect(await kubectl.get('ConfigMap', name, namespace)).toMatchObject({ data: { mode: 'a' } });
      await helm.uninstall(name, namespace);
      expect(await helm.status(name, namespace)).toBeUndefined();
      expect(await kubectl.get('ConfigMap', name, namespace)).toBeUndefined();
      await helm.uninstall(name, namespace);
    });

    it.skipIf(!helmProgram.isThere)('is not stopped by a field that somebody edited', async () => {
      await upgrade({ mode: 'a' }, `${name}-edited`);
      await kubectl.write(
        kubectl.argv(
          'patch',
          'configmap',
          `${name}-edited`,
          '-n',
          namespace,
          '--field-manager=somebody',
          '-p',
          '{"data":{"mode":"x"}}',
        ),
      );
      await upgrade({ mode: 'b' }, `${name}-edited`);
      expect(await kubectl.get('ConfigMap', `${name}-edited`, namespace)).toMatchObject({ data: { mode: 'b' } });
      await helm.uninstall(`${name}-edited`, namespace);
    });

    it.skipIf(!helmProgram.isThere)('renders what it then deploys', async () => {
      await upgrade({ mode: 'a' }, `${name}-same`);
      const rendered = await helm.render(request({ mode: 'a' }, `${name}-same`));
      expect(rendered.map(({ object }) => object)).toEqual(await helm.manifest(`${name}-same`, namespace));
      await helm.uninstall(`${name}-same`, namespace);
    });

    it.skipIf(!helmProgram.isThere)('tells a node port that is taken, and an object of somebody else', async () => {
      await upgrade({ nodePort: 30_987 }, `${name}-port`);
      await expect(upgrade({ nodePort: 30_987 }, `${name}-port-again`)).rejects.toMatchObject({
        code: 'node-port-taken',
        message: 'Node port 30987 is used by another Service of this cluster',
      });
      await helm.uninstall(`${name}-port`, namespace);
      await helm.uninstall(`${name}-port-again`, namespace);
      await kubectl.create(configMap(`${name}-foreign`, {}));
      await expect(upgrade({}, `${name}-foreign`)).rejects.toMatchObject({ code: 'foreign-object' });
    });
  });

  it('a release goes from Helm 3 to Helm 4 and back', async ({ skip }) => {
    const [four, three] = helmPrograms;
    if (three?.isThere !== true || four === undefined) return skip('DEPLOY_WIZARD_TEST_HELM3 names no Helm 3');
    const chart = await chartIn(join(folder, 'both'));
    const proveTarget = () => kubectl.proveTarget();
    const bind = async (helmProgram: (typeof helmPrograms)[number]) =>
      createHelm({ run, context, program: await helmProgram.program(), proveTarget });
    const request = (set: ReleaseRequest['set']): ReleaseRequest => ({
      name: 'both',
      namespace,
      chart,
      values: [],
      set,
    });
    for (const [program, mode] of [
      [three, 'a'],
      [four, 'b'],
      [three, 'c'],
      [four, 'd'],
    ] as const) {
      const helm = await bind(program);
      await helm.upgrade(helm.upgradeArgv(request({ mode, [`only.${mode}`]: mode })));
      // What an older revision had and this one has not is gone.
      expect((await kubectl.get('ConfigMap', 'both', namespace))?.['data']).toEqual({ mode, [mode]: mode });
    }
    await (await bind(four)).uninstall('both', namespace);
  });

  describe('the provider of contexts', () => {
    const provider = createContextProvider({ run });

    it('finds the cluster, describes it and knows its addresses', async () => {
      const found = await provider.find(context, signal());
      expect(found).toMatchObject({ provider: 'context', context, state: 'running' });
      expect(found.problem).toBeUndefined();
      expect(found.detail).toMatch(/^Kubernetes 1\.\d+, \d+ nodes?, \d+\.\d CPU free$/);
      expect(await provider.list(signal())).toContainEqual(found);
      expect(await provider.nodeAddresses(found, signal())).not.toEqual([]);
    });

    it('brings an image to the registry that the cluster names', async ({ skip }) => {
      const docker = createDocker({ run });
      const found = await provider.find(context, signal());
      const delivery = await provider.delivery(found, signal()).catch((error: unknown) => error);
      if (delivery instanceof UserError) return skip(delivery.message);
      const tag = `tools-${process.pid}:1`;
      const local = await docker.image(image).catch(() => undefined);
      if (local === undefined) return skip(`no engine, or no image ${image}`);
      await run(['docker', 'tag', image, tag]);
      const way = delivery as Awaited<ReturnType<typeof provider.delivery>>;
      expect(await provider.hasImage(way, tag, signal())).toBe(false);
      for (const argv of provider.deliverArgv(way, tag)) await run(argv);
      expect(await provider.hasImage(way, tag, signal())).toBe(true);
      await docker.remove(tag);
      if (way.by === 'push') await docker.remove(`${way.push}/${tag}`);
    });
  });
});

describe.skipIf(!hasCluster)('docker with a real engine', () => {
  const docker = createDocker({ run });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docker-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const build = async (dockerfile: string, progress: BuildProgress[] = []) => {
    const path = join(folder, 'app.Dockerfile');
    await writeFile(path, dockerfile);
    await writeFile(join(folder, 'a.txt'), 'hello\n');
    const argv = docker.buildArgv({ tag: `tools-${process.pid}:2`, context: folder, dockerfile: path, args: {} });
    await docker.build(argv, { onProgress: (each) => progress.push(each) });
  };

  it('is described', async () => {
    expect(await docker.engine()).toMatchObject({
      client: expect.stringMatching(/^\d+\./) as string,
      server: expect.stringMatching(/^\d+\./) as string,
      architecture: expect.stringMatching(/^(amd64|arm64)$/) as string,
    });
  });

  it('builds with progress, knows the image and removes it', async () => {
    const progress: BuildProgress[] = [];
    await build('FROM scratch\nCOPY a.txt /\n', progress);
    expect(progress.some(({ total }) => total !== undefined && total > 0)).toBe(true);
    const tag = `tools-${process.pid}:2`;
    expect((await docker.image(tag))?.id).toMatch(/^sha256:/);
    await docker.remove(tag);
    expect(await docker.image(tag)).toBeUndefined();
  });

  it('names the step, the file and the line of a Dockerfile that fails', async ({ skip }) => {
    if ((await docker.image(image)) === undefined) return skip(`no image ${image}`);
    const failure = await build(`FROM ${image}\nCOPY a.txt /\nRUN echo looking && \\\n  exit 7\n`).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ToolError);
    expect(failure).toMatchObject({ code: 'dockerfile-failed', lastLines: ['looking'] });
    expect((failure as ToolError).message).toMatch(/^RUN echo looking && exit 7 failed \(.*app\.Dockerfile:3\)$/);
  });

  it('names what COPY did not find', async () => {
    await expect(build('FROM scratch\nCOPY none.txt /\n')).rejects.toMatchObject({ code: 'copy-source-missing' });
  });
});

function deployment(name: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name, image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '3600'] }],
        },
      },
    },
  };
}

async function chartIn(folder: string): Promise<string> {
  await mkdir(join(folder, 'templates'), { recursive: true });
  await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: probe\nversion: 0.1.0\n');
  await writeFile(join(folder, 'values.yaml'), 'mode: dev\nonly: {}\n');
  await writeFile(
    join(folder, 'templates', 'settings.yaml'),
    `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  mode: {{ .Values.mode | quote }}
{{- range $key, $value := .Values.only }}
  {{ $key }}: {{ $value | quote }}
{{- end }}
{{- with .Values.nodePort }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $.Release.Name }}
spec:
  type: NodePort
  ports:
    - port: 80
      nodePort: {{ . }}
{{- end }}
`,
  );
  return folder;
}
