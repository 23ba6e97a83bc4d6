import { describe, expect, test } from 'vitest';
import {
  backoffs,
  complete,
  deploymentRef,
  eventRef,
  names,
  nodeRef,
  object,
  openReader,
  pod,
  podRef,
  secretRef,
  until,
} from '../support/opened-reader.ts';

const watching = /pods\?watch/;
const listing = /pods\?limit/;

describe('a view', () => {
  test('lists each kind, then follows it', async () => {
    const { reader, server } = await openReader();
    server.put(pod('a'));
    server.put(object(nodeRef, 'node'));
    const view = reader.view([podRef, nodeRef, deploymentRef], 'todo');
    expect(view.snapshot().isComplete).toBe(false);
    await until(view, complete);
    expect([names(view.snapshot(), 'Pod'), names(view.snapshot(), 'Node')]).toEqual([['a'], ['node']]);
    server.put(pod('b'));
    await until(view, (snapshot) => names(snapshot, 'Pod').join('') === 'ab');
    server.delete(pod('a'));
    await until(view, (snapshot) => names(snapshot, 'Pod').join('') === 'b');
    expect(view.snapshot().find('Pod', 'b')).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
    expect(view.snapshot().find('Pod', 'a')).toBeUndefined();
  });

  test('finds what an object controls, also after its owner changes', async () => {
    const { reader, server } = await openReader();
    const owned = (name: string, uid: string, controller = true) => {
      const made = pod(name);
      made.metadata.ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid, controller }];
      return made;
    };
    server.put(owned('a', 'one'));
    server.put(owned('b', 'one'));
    server.put(owned('c', 'one', false));
    const view = reader.view([podRef], 'todo');
    const snapshot = await until(view, complete);
    expect(snapshot.ownedBy('one', 'Pod').map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    server.put(owned('a', 'two'));
    await until(view, (now) => now.ownedBy('two', 'Pod').length === 1);
    expect(snapshot.ownedBy('one', 'Pod').map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  test('calls a listener once for many changes that came together, and not after it left', async () => {
    const { reader, server } = await openReader();
    const view = reader.view([podRef], 'todo');
    await until(view, complete);
    const seen: number[] = [];
    const leave = view.subscribe((snapshot) => seen.push(snapshot.objects('Pod').length));
    const many = Array.from({ length: 200 }, (_, index) => pod(`pod-${index}`));
    for (const one of many) server.put(one);
    await until(view, (snapshot) => snapshot.objects('Pod').length === 200);
    expect(seen.at(-1)).toBe(200);
    expect(seen.length).toBeLessThan(20);
    leave();
    server.put(pod('late'));
    await until(view, (snapshot) => snapshot.objects('Pod').length === 201);
    expect(seen.at(-1)).toBe(200);
  });

  test('tells who listens late that the lists are complete', async () => {
    const { reader } = await openReader();
    const view = reader.view([podRef], 'todo');
    await until(view, complete);
    const called = await new Promise<boolean>((resolve) => void view.subscribe((now) => resolve(now.isComplete)));
    expect(called).toBe(true);
  });

  test('keeps names and keys of Secrets, never values', async () => {
    const { reader, server } = await openReader();
    server.put(object(secretRef, 'database', { data: { url: 'aHVudGVyMg==' } }));
    const view = reader.view([secretRef], 'todo');
    const snapshot = await until(view, complete);
    expect(snapshot.find('Secret', 'database')?.['data']).toEqual({ url: '' });
    server.put(object(secretRef, 'database', { data: { url: 'aHVudGVyMg==', more: 'eA==' } }));
    await until(view, (now) => Object.keys((now.find('Secret', 'database')?.['data'] ?? {}) as object).length === 2);
    expect(JSON.stringify(snapshot.objects('Secret'))).not.toContain('aHVudGVyMg');
  });

  test('two views of a kind share one watch, which ends with the last of them', async () => {
    const { reader, server } = await openReader();
    const first = reader.view([podRef], 'todo');
    const second = reader.view([podRef, eventRef], 'todo');
    await Promise.all([until(first, complete), until(second, complete)]);
    expect(server.requests.filter((path) => listing.test(path))).toHaveLength(1);
    first.close();
    server.put(pod('a'));
    await until(second, (snapshot) => snapshot.objects('Pod').length === 1);
    second.close();
    const again = reader.view([podRef], 'todo');
    await until(again, complete);
    expect(server.requests.filter((path) => listing.test(path))).toHaveLength(2);
  });
});

describe('a stream that ends', () => {
  test('in good order is taken up again from the last version, without a list', async () => {
    const { reader, server } = await openReader();
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await opened;
    server.put(pod('a'));
    await until(view, (snapshot) => snapshot.objects('Pod').length === 1);
    const resumed = server.request(watching);
    server.endWatches();
    expect(await resumed).toContain('resourceVersion=101');
    server.put(pod('b'));
    await until(view, (snapshot) => snapshot.objects('Pod').length === 2);
    expect(server.requests.filter((path) => listing.test(path))).toHaveLength(1);
    expect(view.snapshot().staleSince).toBeUndefined();
  });

  test('a bookmark keeps the version young on a quiet kind', async () => {
    const { reader, server } = await openReader();
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await opened;
    server.put(object(nodeRef, 'busy'));
    server.bookmark();
    server.put(pod('a'));
    await until(view, (snapshot) => snapshot.objects('Pod').length === 1);
    server.put(object(nodeRef, 'busy'));
    server.bookmark();
    server.put(pod('a', { seen: true }));
    await until(view, (snapshot) => snapshot.find('Pod', 'a')?.['seen'] === true);
    server.put(object(nodeRef, 'busy'));
    server.bookmark();
    const resumed = server.request(watching);
    server.endWatches();
    expect(await resumed).toContain('resourceVersion=105');
  });

  test('with 410 is listed anew, and what was deleted meanwhile is gone', async () => {
    const { reader, server, clock } = await openReader();
    for (const name of ['a', 'b']) server.put(pod(name));
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await until(view, complete);
    await opened;
    const gone = server.request(listing);
    server.endWatches();
    server.delete(pod('a'));
    server.put(pod('c'));
    server.compact();
    await clock.timer((milliseconds) => milliseconds === backoffs[0]);
    clock.advance(187.5);
    await gone;
    await until(view, (snapshot) => names(snapshot, 'Pod').join('') === 'bc');
  });

  test('with an ERROR event of 410 is listed anew', async () => {
    const { reader, server } = await openReader();
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await opened;
    await until(view, complete);
    const gone = server.request(listing);
    server.write(
      'pods',
      `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`,
    );
    await gone;
    await until(view, (snapshot) => snapshot.staleSince === undefined);
  });

  test('in the middle of a line never yields an object, and heals', async () => {
    const { reader, server, clock } = await openReader();
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await opened;
    const whole = JSON.stringify({ type: 'ADDED', object: pod('cut-off') });
    server.write('pods', whole); // Complete JSON, but the line is not: nobody says that nothing follows.
    await new Promise((resolve) => setImmediate(resolve));
    server.cut();
    await until(view, (snapshot) => snapshot.staleSince !== undefined);
    expect(view.snapshot().staleSince).toBe(clock.now());
    await clock.timer((milliseconds) => milliseconds === backoffs[0]);
    clock.advance(187.5);
    await until(view, (snapshot) => snapshot.staleSince === undefined);
    expect(names(view.snapshot(), 'Pod')).toEqual([]);
  });

  test('a character that two packets share arrives whole', async () => {
    const { reader, server } = await openReader();
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await opened;
    const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: pod('a', { says: 'grüße 🚀' }) })}\n`);
    for (const byte of line) {
      server.write('pods', Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(view, (snapshot) => snapshot.find('Pod', 'a')?.['says'] === 'grüße 🚀');
  });

  test.each(['not json\n', '{"type":"ADDED"}\n', '[]\n', 'null\n'])(
    'garbage (%j) leads to a new list',
    async (bytes) => {
      const { reader, server, clock } = await openReader();
      server.put(pod('a'));
      const opened = server.request(watching);
      const view = reader.view([podRef], 'todo');
      await until(view, complete);
      await opened;
      const again = server.request(listing);
      server.write('pods', bytes);
      await clock.timer((milliseconds) => milliseconds === backoffs[0]);
      clock.advance(187.5);
      await again;
      await until(view, (snapshot) => snapshot.staleSince === undefined);
      expect(names(view.snapshot(), 'Pod')).toEqual(['a']);
    },
  );
});
