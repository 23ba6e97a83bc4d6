import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../../src/errors/errors.ts';
import { kubectlGetRaw } from '../support/fake-kubectl.ts';
import { backoffs, complete, names, openReader, pod, podRef, until } from '../support/opened-reader.ts';

/** A kubectl whose proxy cannot listen. */
async function openWithoutProxy() {
  const commands: string[] = [];
  const opened = await openReader((_server, directory) => (argv, options) => {
    commands.push(argv.join(' '));
    return kubectlGetRaw(join(directory, 'api.sock'))(argv, options);
  });
  await opened.server.listen(join(opened.directory, 'api.sock'));
  onTestFinished(() => opened.server.close());
  return { ...opened, commands };
}

describe('where the proxy cannot be started', () => {
  test('each request is a kubectl get --raw; the proxy is tried once', async () => {
    const { reader, server, commands } = await openWithoutProxy();
    server.put(pod('web'));
    expect(await reader.get(podRef, 'web', 'todo')).toMatchObject({ metadata: { name: 'web' } });
    expect(await reader.get(podRef, 'other', 'todo')).toBeUndefined();
    expect(await reader.list(podRef, { namespace: 'todo' })).toHaveLength(1);
    expect(commands.filter((command) => command.includes(' proxy '))).toHaveLength(1);
    expect(commands).toContain(
      'kubectl --context test get --raw /api/v1/namespaces/todo/pods/web --request-timeout=5s',
    );
  });

  test('errors are the same', async () => {
    const { reader, server, clock } = await openWithoutProxy();
    server.refuse(/pods/, 403, { reason: 'Forbidden', message: 'no', times: 1 });
    const denied = reader.list(podRef, { namespace: 'todo' });
    await expect(denied).rejects.toMatchObject({ message: 'You may not list pods in namespace todo', why: 'no' });
    server.refuse(/pods/, 401, { reason: 'Unauthorized', message: 'Unauthorized', times: 2 });
    await expect(reader.list(podRef)).rejects.toBeInstanceOf(UserError);
    server.refuse(/pods/, 500, { reason: 'InternalError', message: 'etcdserver: leader changed' });
    const troubled = reader.list(podRef).catch((error: unknown) => error);
    for (const wait of [500, 1000]) {
      await clock.timer((milliseconds) => milliseconds === wait);
      clock.advance(wait);
    }
    expect(await troubled).toMatchObject({ isTransient: true, why: 'etcdserver: leader changed' });
  });

  test('a view follows its kinds, and lists anew after 410', async () => {
    const { reader, server } = await openWithoutProxy();
    server.put(pod('a'));
    const opened = server.request(/watch/);
    const view = reader.view([podRef], 'todo');
    await until(view, complete);
    await opened;
    server.put(pod('b'));
    await until(view, (snapshot) => names(snapshot, 'Pod').join('') === 'ab');
    server.endWatches();
    server.delete(pod('a'));
    server.put(pod('c'));
    server.compact();
    await until(view, (snapshot) => names(snapshot, 'Pod').join('') === 'bc');
  });

  test('a stream that kubectl keeps open is taken for standing, so that the view is not blind', async () => {
    const { reader, server, clock } = await openWithoutProxy();
    const opened = server.request(/watch/);
    const view = reader.view([podRef], 'todo');
    await opened;
    server.cut();
    await until(view, (snapshot) => snapshot.staleSince !== undefined);
    await clock.timer((milliseconds) => milliseconds === backoffs[0]);
    const again = server.request(/watch/);
    clock.advance(187.5);
    await again;
    await clock.timer((milliseconds) => milliseconds === 2000);
    clock.advance(2000);
    await until(view, (snapshot) => snapshot.staleSince === undefined);
  });
});
