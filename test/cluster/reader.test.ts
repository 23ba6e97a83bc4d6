import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ToolError, UserError } from '../../src/errors/errors.ts';
import { verdict, logsWanted, type Logs, type Verdict } from '../../src/kubernetes/diagnosis/index.ts';
import { readKinds } from '../../src/kubernetes/rollout/index.ts';
import type { ClusterReader, LiveView } from '../../src/kubernetes/watch/cluster-reader.ts';
import { createClusterReader } from '../../src/kubernetes/watch/reader.ts';
import { Vault } from '../../src/secrets/vault.ts';
import { liveGroups } from '../../src/tools/shell/groups.ts';
import { createRun, type RunCommand } from '../../src/tools/shell/run.ts';
import { context, kubeconfig, requireCluster } from '../support/real-cluster.ts';

/** The image is a busybox that the nodes have or can pull. */
const image = process.env['DEPLOY_WIZARD_TEST_IMAGE'] ?? 'busybox:1.37';
const hasCluster = requireCluster();

const namespace = `reader-test-${process.pid}`;
const run = createRun({ environment: process.env, vault: new Vault() });
const podRef = { apiVersion: 'v1', kind: 'Pod' };
const deploymentRef = { apiVersion: 'apps/v1', kind: 'Deployment' };

describe.skipIf(!hasCluster)('a real cluster', () => {
  let directory = '';

  const command = (...args: string[]) => ['kubectl', '--kubeconfig', kubeconfig ?? '', '--context', context, ...args];
  const write = (...args: string[]) => run(command('--namespace', namespace, ...args));
  const open = (how: { run?: RunCommand; kubeconfig?: string } = {}): ClusterReader => {
    const reader = createClusterReader({
      run: how.run ?? run,
      context,
      kubeconfig: how.kubeconfig ?? kubeconfig ?? '',
      kubectl: 'kubectl',
      directory,
      signal: new AbortController().signal,
    });
    onTestFinished(() => reader.close()); // A proxy outlives who forgets it.
    return reader;
  };
  const apply = (manifest: object) =>
    run(command('--namespace', namespace, 'apply', '--filename', '-'), { stdin: JSON.stringify(manifest) });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reader-'));
    await run(command('create', 'namespace', namespace));
  });

  afterAll(async () => {
    await run(command('delete', 'namespace', namespace, '--wait'));
    await rm(directory, { recursive: true, force: true });
  });

  /** The verdict on a Deployment, followed until it is as wanted, with the logs that it asks for. */
  function follow(reader: ClusterReader, view: LiveView, name: string, wanted: (now: Verdict) => boolean) {
    const logs: Logs = {};
    return new Promise<Verdict>((resolve, reject) => {
      const look = () => {
        const object = view.snapshot().find('Deployment', name);
        if (object === undefined || !view.snapshot().isComplete) return;
        const now = verdict(object, view.snapshot(), Date.now(), logs);
        for (const log of logsWanted(object, view.snapshot())) {
          if (log.name in logs || now.diagnosis === undefined) continue;
          logs[log.name] = [];
          reader
            .logs(namespace, log.pod, log.container, { previous: log.previous })
            .then((lines) => {
              logs[log.name] = lines ?? [];
              look();
            })
            .catch(reject);
        }
        if (!wanted(now)) return;
        end();
        clearInterval(clock);
        resolve(now);
      };
      const clock = setInterval(look, 500); // Graces run out without any event.
      const end = view.subscribe(look);
      look();
    });
  }

  const deployment = (name: string, container: object) => ({
    ...deploymentRef,
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'app', image, ...container }] },
      },
    },
  });

  test('answers what was asked, and nothing for what is not there', async () => {
    const reader = open();
    const [version, node, other, kind] = await Promise.all([
      reader.raw('/version') as Promise<{ gitVersion: string }>,
      reader.list({ apiVersion: 'v1', kind: 'Node' }),
      reader.get(podRef, 'no-such-pod', namespace),
      reader.get({ apiVersion: 'example.org/v1', kind: 'Thing' }, 'it', namespace),
    ]);
    expect(version.gitVersion).toMatch(/^v1\.\d+/);
    expect(node[0]).toMatchObject({ apiVersion: 'v1', kind: 'Node' });
    expect([other, kind]).toEqual([undefined, undefined]);
    await reader.close();
    expect(await readdir(directory)).toEqual([]);
    expect(liveGroups.size).toBe(0);
  });

  test('shows a rollout from its first moment to ready, and then a crash with its cause', async () => {
    const reader = open();
    const view = reader.view(readKinds, namespace);
    await apply(deployment('web', { command: ['sleep', '3600'] }));
    await follow(reader, view, 'web', ({ status }) => status.state === 'ready');
    await apply(deployment('web', { command: ['sh', '-c', 'echo cannot read settings.json; exit 3'] }));
    const failed = await follow(reader, view, 'web', ({ status }) => status.state === 'failed');
    expect(failed.diagnosis).toMatchObject({ code: 'crash-loop', cause: expect.stringContaining('exit code 3') });
    expect(failed.diagnosis?.evidence).toContain('log: cannot read settings.json');
    await apply(deployment('web', { command: ['sleep', '3600'] }));
    await follow(reader, view, 'web', ({ status }) => status.state === 'ready');
    view.close();
    await reader.close();
  });

  test('says which Secret is missing, and is content when it comes', async () => {
    const reader = open();
    const view = reader.view(readKinds, namespace);
    const secretKeyRef = { name: 'backend-secrets', key: 'database-url' };
    await apply(
      deployment('api', { command: ['sleep', '3600'], env: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef } }] }),
    );
    const stalled = await follow(reader, view, 'api', ({ diagnosis }) => diagnosis !== undefined);
    expect(stalled.diagnosis).toMatchObject({
      code: 'missing-secret',
      reference: { kind: 'Secret', name: 'backend-secrets' },
    });
    await write('create', 'secret', 'generic', 'backend-secrets', '--from-literal=database-url=none');
    await follow(reader, view, 'api', ({ status }) => status.state === 'ready');
    view.close();
    await reader.close();
  });

  test('goes on when its proxy is killed', async () => {
    const reader = open();
    const view = reader.view([podRef], namespace);
    await new Promise<void>((resolve) => void view.subscribe(({ isComplete }) => isComplete && resolve()));
    liveGroups.signalAll('SIGKILL');
    const blind = new Promise<void>((resolve) => {
      view.subscribe(({ staleSince }) => staleSince !== undefined && resolve());
    });
    await blind;
    await apply({
      ...podRef,
      metadata: { name: 'later' },
      spec: { containers: [{ name: 'app', image, command: ['sleep', '3600'] }] },
    });
    await new Promise<void>((resolve) => {
      view.subscribe((snapshot) => snapshot.find('Pod', 'later') !== undefined && resolve());
    });
    expect(view.snapshot().staleSince).toBeUndefined();
    await reader.close();
  });

  test('reads the same where the proxy cannot be started', async () => {
    const withoutProxy: RunCommand = (argv, options) =>
      argv.includes('proxy')
        ? Promise.reject(new ToolError('kubectl proxy failed', { argv, status: 1, lastLines: [] }))
        : run(argv, options);
    const reader = open({ run: withoutProxy });
    const view = reader.view([deploymentRef, { apiVersion: 'example.org/v1', kind: 'Thing' }], namespace);
    await new Promise<void>((resolve) => void view.subscribe(({ isComplete }) => isComplete && resolve()));
    await apply(deployment('fallback', { command: ['sleep', '3600'] }));
    await new Promise<void>((resolve) => {
      view.subscribe((snapshot) => snapshot.find('Deployment', 'fallback') !== undefined && resolve());
    });
    expect(await reader.get(deploymentRef, 'fallback', namespace)).toMatchObject({ metadata: { name: 'fallback' } });
    expect(await reader.get(podRef, 'no-such-pod', namespace)).toBeUndefined();
    await reader.close();
    expect(liveGroups.size).toBe(0);
  });

  test('names the right that is missing, and goes on with the rest', async () => {
    await write('create', 'serviceaccount', 'reader');
    await write('create', 'role', 'reader', '--verb=get,list,watch', '--resource=pods');
    await write('create', 'rolebinding', 'reader', '--role=reader', `--serviceaccount=${namespace}:reader`);
    const token = (await write('create', 'token', 'reader')).stdout.trim();
    const config = JSON.parse(
      (await run(command('config', 'view', '--raw', '--minify', '--output', 'json'))).stdout,
    ) as {
      users: { name: string; user: object }[];
    };
    const limited = join(directory, 'limited.json');
    const users = config.users.map(({ name }) => ({ name, user: { token } }));
    await writeFile(limited, JSON.stringify({ ...config, users }), { mode: 0o600 });
    const reader = open({ kubeconfig: limited });
    const error = await reader
      .list({ apiVersion: 'v1', kind: 'Secret' }, { namespace })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: `You may not list secrets in namespace ${namespace}`, exitCode: 4 });
    const view = reader.view([podRef, { apiVersion: 'v1', kind: 'Event' }], namespace);
    await new Promise<void>((resolve) => void view.subscribe(({ isComplete }) => isComplete && resolve()));
    expect(view.snapshot().forbidden).toEqual({ Event: `You may not list events in namespace ${namespace}` });
    expect(view.snapshot().objects('Pod').length).toBeGreaterThan(0);
    await reader.close();
    await rm(limited);
  });

  test('says within moments that nothing answers, not after a hang', async () => {
    const config = JSON.parse(
      (await run(command('config', 'view', '--raw', '--minify', '--output', 'json'))).stdout,
    ) as {
      clusters: { name: string; cluster: object }[];
    };
    const nowhere = join(directory, 'nowhere.json');
    const clusters = config.clusters.map(({ name }) => ({ name, cluster: { server: 'https://127.0.0.1:9' } }));
    await writeFile(nowhere, JSON.stringify({ ...config, clusters }), { mode: 0o600 });
    const reader = open({ kubeconfig: nowhere });
    await expect(reader.raw('/version')).rejects.toMatchObject({ code: 'cluster-unreachable', isTransient: true });
    await reader.close();
    await rm(nowhere);
  });
});
