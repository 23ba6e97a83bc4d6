import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToolError, UserError } from '../../../src/errors/errors.ts';
import { kubectlProxyOf } from '../support/fake-kubectl.ts';
import { deploymentRef, nodeRef, object, openReader, pod, podRef } from '../support/opened-reader.ts';

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it must reject'),
    (error: unknown) => error,
  );

describe('the proxy', () => {
  test('starts at the first read, once, on a socket of ours, and takes nothing that writes', async () => {
    const started: (readonly string[])[] = [];
    const { reader, server, directory } = await openReader((api) => kubectlProxyOf(api, (argv) => started.push(argv)));
    expect(started).toEqual([]);
    server.put(pod('web'));
    await Promise.all([reader.get(podRef, 'web', 'todo'), reader.list(podRef), reader.raw('/api/v1')]);
    expect(started).toEqual([
      [
        'kubectl',
        '--context',
        'test',
        'proxy',
        `--unix-socket=${join(directory, `kubectl-proxy-${process.pid}.sock`)}`,
        '--reject-methods=POST,PUT,PATCH,DELETE',
      ],
    ]);
  });

  test('leaves no socket behind when the reader is closed', async () => {
    const { reader, directory } = await openReader();
    await reader.list(podRef);
    await reader.close();
    const socket = stat(join(directory, `kubectl-proxy-${process.pid}.sock`));
    await expect(socket).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is not started again by a connection that broke: the request goes over a new one', async () => {
    const { reader, server } = await openReader();
    server.put(pod('web'));
    await reader.get(podRef, 'web', 'todo');
    server.cut();
    await expect(reader.get(podRef, 'web', 'todo')).resolves.toMatchObject({ metadata: { name: 'web' } });
  });

  test('that was killed is started again by the next request', async () => {
    let killFirst = (): void => undefined;
    let starts = 0;
    const { reader, server } = await openReader((api) => async (argv, options) => {
      starts += 1;
      if (starts > 1) return kubectlProxyOf(api)(argv, options);
      const kill = new AbortController();
      killFirst = () => kill.abort();
      return kubectlProxyOf(api)(argv, { ...options, signal: kill.signal });
    });
    server.put(pod('web'));
    await reader.list(podRef);
    killFirst();
    await expect(reader.get(podRef, 'web', 'todo')).resolves.toMatchObject({ kind: 'Pod' });
    expect(starts).toBe(2);
  });

  test('a kubectl that is missing is told as such, not tried in another way', async () => {
    const commands: string[] = [];
    const { reader } = await openReader(() => (argv) => {
      commands.push(argv.join(' '));
      const details = { argv, status: null, lastLines: [], code: 'tool-missing' };
      return Promise.reject(new ToolError('kubectl cannot be started', details));
    });
    await expect(reader.list(podRef)).rejects.toMatchObject({ code: 'tool-missing' });
    expect(commands).toHaveLength(1);
  });
});

describe('reading', () => {
  test('one object; undefined when there is none, or no such kind', async () => {
    const { reader, server } = await openReader();
    server.put(pod('web'));
    expect(await reader.get(podRef, 'web', 'todo')).toMatchObject({ kind: 'Pod', metadata: { name: 'web' } });
    expect(await reader.get(podRef, 'other', 'todo')).toBeUndefined();
    expect(await reader.get({ apiVersion: 'k8s.keycloak.org/v2', kind: 'Keycloak' }, 'sso', 'todo')).toBeUndefined();
    expect(await reader.get({ apiVersion: 'apps/v1', kind: 'Nothing' }, 'x', 'todo')).toBeUndefined();
  });

  test('a kind of the whole cluster needs no namespace', async () => {
    const { reader, server } = await openReader();
    server.put(object(nodeRef, 'local-node'));
    expect(await reader.get(nodeRef, 'local-node')).toMatchObject({ kind: 'Node' });
    expect(server.requests).toContain('/api/v1/nodes/local-node');
  });

  test('a list over several pages, with what each item is', async () => {
    const { reader, server } = await openReader();
    for (const name of ['a', 'b', 'c', 'd', 'e']) server.put(pod(name));
    server.pageLimit = 2;
    const list = await reader.list(podRef, { namespace: 'todo', labelSelector: 'app=web' });
    expect(list.map(({ kind, apiVersion, metadata }) => [apiVersion, kind, metadata.name].join(' '))).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => `v1 Pod ${name}`),
    );
    expect(server.requests.filter((path) => path.includes('labelSelector=app%3Dweb&limit=500'))).toHaveLength(3);
  });

  test('a list whose page token has run out starts again', async () => {
    const { reader, server } = await openReader();
    for (const name of ['a', 'b', 'c']) server.put(pod(name));
    server.pageLimit = 2;
    server.refuse(/continue=/, 410, { reason: 'Expired', times: 1 });
    expect(await reader.list(podRef, { namespace: 'todo' })).toHaveLength(3);
  });

  test('asks once which plural a kind has, and again when a kind was not there', async () => {
    const { reader, server } = await openReader();
    const crd = { apiVersion: 'example.org/v1', kind: 'Thing', plural: 'things' };
    await reader.list(podRef);
    await reader.list(podRef);
    expect(server.requests.filter((path) => path === '/api/v1')).toHaveLength(1);
    expect(await reader.list(crd)).toEqual([]);
    server.kinds.push(crd);
    server.put(object(crd, 'one'));
    expect(await reader.list(crd, { namespace: 'todo' })).toHaveLength(1);
  });

  test('a name that is no path stays one segment', async () => {
    const { reader, server } = await openReader();
    await reader.get(podRef, '../../../../version', 'todo');
    expect(server.requests.at(-1)).toBe('/api/v1/namespaces/todo/pods/..%2F..%2F..%2F..%2Fversion');
  });

  test('log lines without what a terminal would obey; none from a container that has not run', async () => {
    const { reader, server } = await openReader();
    server.logs = { '/api/v1/namespaces/todo/pods/web/log': 'listening\n\u001b[31mred\u001b[0m\n' };
    expect(await reader.logs('todo', 'web', 'api', { previous: true, lines: 3 })).toEqual(['listening', 'red']);
    expect(server.requests.at(-1)).toContain('container=api&tailLines=3&limitBytes=1048576&previous=true');
    server.refuse(/other\/log/, 400, {
      reason: 'BadRequest',
      message: 'previous terminated container "api" not found',
    });
    expect(await reader.logs('todo', 'other', 'api', { previous: true })).toBeUndefined();
    const removed = 'unable to retrieve container logs for containerd://c163a0b5e443d75b37bdd1cba7e692e5d403deb2';
    server.logs = { '/api/v1/namespaces/todo/pods/gone/log': removed };
    expect(await reader.logs('todo', 'gone', 'api', { previous: true })).toBeUndefined();
  });
});

describe('errors', () => {
  test('403 names verb, resource and namespace', async () => {
    const { reader, server } = await openReader();
    const message = 'deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps"';
    server.refuse(/deployments/, 403, { reason: 'Forbidden', message });
    const error = await rejection(reader.list(deploymentRef, { namespace: 'todo' }));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'You may not list deployments in namespace todo',
      why: message,
      exitCode: 4,
      next: [expect.stringContaining('kubectl auth can-i list deployments --namespace todo')],
    });
  });

  test('401 is asked once more, for a token that has just run out; then it says log in', async () => {
    const { reader, server } = await openReader();
    server.put(pod('web'));
    server.refuse(/pods/, 401, { reason: 'Unauthorized', times: 1 });
    await expect(reader.get(podRef, 'web', 'todo')).resolves.toBeDefined();
    server.refuse(/pods/, 401, { reason: 'Unauthorized' });
    const error = await rejection(reader.get(podRef, 'web', 'todo'));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: 'The cluster does not accept your login', exitCode: 4 });
  });

  test('a busy server is asked again after the time that it names', async () => {
    const { reader, server, clock } = await openReader();
    server.put(pod('web'));
    server.refuse(/pods/, 429, { reason: 'TooManyRequests', headers: { 'retry-after': '2' }, times: 1 });
    const answer = reader.get(podRef, 'web', 'todo');
    await clock.timer((milliseconds) => milliseconds === 2000);
    clock.advance(2000);
    await expect(answer).resolves.toBeDefined();
  });

  // What kubectl proxy 1.34.10 answers when the API server refuses connections, 2026-11-24.
  test.each([502, 500])('a cluster that is down (%i with plain text) is transient', async (status) => {
    const { reader, server } = await openReader();
    server.refuse(/version/, status, { text: 'dial tcp 127.0.0.1:9: connect: connection refused' });
    const error = await rejection(reader.raw('/version'));
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({
      code: 'cluster-unreachable',
      isTransient: true,
      argv: ['kubectl', '--context', 'test', 'get', '--raw', '/version'],
      why: 'dial tcp 127.0.0.1:9: connect: connection refused',
    });
  });

  test('a failing login helper is no cluster that is down', async () => {
    const { reader, server } = await openReader();
    server.refuse(/version/, 500, { text: 'getting credentials: exec: executable aws not found' });
    const error = await rejection(reader.raw('/version'));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'The cluster does not accept your login',
      why: expect.stringContaining('aws'),
    });
  });

  test('a server that is in trouble for a moment is asked again', async () => {
    const { reader, server, clock } = await openReader();
    server.put(pod('web'));
    server.refuse(/pods/, 500, { reason: 'InternalError', message: 'etcdserver: request timed out', times: 1 });
    const answer = reader.get(podRef, 'web', 'todo');
    await clock.timer((milliseconds) => milliseconds === 500);
    clock.advance(500);
    await expect(answer).resolves.toBeDefined();
  });

  test('a 500 of the API server itself that stays is transient too, with its own words', async () => {
    const { reader, server, clock } = await openReader();
    server.refuse(/pods/, 500, { reason: 'InternalError', message: 'etcdserver: leader changed' });
    const answer = rejection(reader.list(podRef));
    for (const wait of [500, 1000]) {
      await clock.timer((milliseconds) => milliseconds === wait);
      clock.advance(wait);
    }
    expect(await answer).toMatchObject({
      isTransient: true,
      code: 'api-error',
      why: 'etcdserver: leader changed',
    });
  });

  test('no byte for 5 s ends the wait', async () => {
    const { reader, server, clock } = await openReader();
    server.stall(/version/);
    const asked = server.request(/version/);
    const answer = rejection(reader.raw('/version'));
    await asked;
    clock.advance(5_000);
    expect(await answer).toMatchObject({ code: 'cluster-unreachable', why: 'no answer within 5 s' });
  });

  test('a login page with status 200 is not taken for a cluster', async () => {
    const { reader, server } = await openReader();
    server.refuse(/version/, 200, { text: '<html>Sign in</html>' });
    await expect(reader.raw('/version')).rejects.toMatchObject({ code: 'not-kubernetes', isTransient: false });
  });

  test('an aborted run ends a request that waits', async () => {
    const { reader, server, stop } = await openReader();
    server.stall(/version/);
    const asked = server.request(/version/);
    const answer = rejection(reader.raw('/version'));
    await asked;
    stop.abort(new Error('stopped'));
    expect(await answer).toMatchObject({ message: 'stopped' });
  });
});
