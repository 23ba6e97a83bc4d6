import { describe, expect, test } from 'vitest';
import {
  backoffs,
  complete,
  eventRef,
  names,
  object,
  openReader,
  pod,
  podRef,
  until,
} from '../support/opened-reader.ts';

const watching = /pods\?watch/;
const listing = /pods\?limit/;

describe('a cluster that fails', () => {
  test('is asked again after 0.25 s doubling to 5 s, and the view says since when it is blind', async () => {
    const { reader, server, clock } = await openReader();
    server.put(pod('a'));
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await until(view, complete);
    await opened;
    server.refuse(/pods/, 502, { text: 'connection refused' });
    server.cut();
    const blindSince = clock.now();
    for (const wait of backoffs.slice(0, -1)) {
      await clock.timer((milliseconds) => milliseconds === wait);
      expect(view.snapshot().staleSince).toBe(blindSince);
      expect(names(view.snapshot(), 'Pod')).toEqual(['a']);
      if (wait === backoffs.at(-1)) server.allow();
      clock.advance(wait);
    }
    await until(view, (snapshot) => snapshot.staleSince === undefined);
  });

  test('that is busy is asked again when it says', async () => {
    const { reader, server, clock } = await openReader();
    server.refuse(watching, 429, { reason: 'TooManyRequests', headers: { 'retry-after': '7' }, times: 1 });
    const view = reader.view([podRef], 'todo');
    await clock.timer((milliseconds) => milliseconds === 7000);
    const again = server.request(watching);
    clock.advance(7000);
    await again;
    await until(view, (snapshot) => snapshot.isComplete && snapshot.staleSince === undefined);
  });

  test('that ends every watch at once is not asked in circles', async () => {
    const { reader, server, clock } = await openReader();
    server.refuse(watching, 200, { text: '' });
    const view = reader.view([podRef], 'todo');
    const snapshot = await until(view, complete);
    await clock.timer((milliseconds) => milliseconds === backoffs[0]);
    expect(server.requests.filter((path) => watching.test(path))).toHaveLength(1);
    expect(snapshot.staleSince).toBeUndefined();
    view.close();
  });

  test('that does not answer the first list is told as no connection after 5 s', async () => {
    const { reader, server, clock } = await openReader();
    server.stall(listing);
    const asked = server.request(listing);
    const view = reader.view([podRef], 'todo');
    await asked;
    clock.advance(5000);
    const snapshot = await until(view, (now) => now.staleSince !== undefined);
    expect(snapshot.isComplete).toBe(false);
  });

  test('a stream without a byte for 90 s is left for another', async () => {
    const { reader, server, clock } = await openReader();
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await until(view, complete);
    await opened;
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(89_000);
    expect(server.requests.filter((path) => watching.test(path))).toHaveLength(1);
    const again = server.request(watching);
    clock.advance(1_000);
    await again;
    server.put(pod('a'));
    await until(view, (snapshot) => snapshot.objects('Pod').length === 1);
  });

  test('after the machine slept, every stream is left at once', async () => {
    const { reader, server, clock } = await openReader();
    const opened = server.request(watching);
    const view = reader.view([podRef], 'todo');
    await until(view, complete);
    await opened;
    await new Promise((resolve) => setImmediate(resolve));
    const again = server.request(watching);
    clock.sleep(60_000);
    await again;
  });
});

describe('a kind', () => {
  test('that may not be read is told, and the others go on', async () => {
    const { reader, server, clock } = await openReader();
    server.put(pod('a'));
    server.put(object(eventRef, 'event'));
    server.refuse(/events/, 403, { reason: 'Forbidden', message: 'User "jane" cannot list resource "events"' });
    const view = reader.view([podRef, eventRef], 'todo');
    const snapshot = await until(view, complete);
    expect(names(snapshot, 'Pod')).toEqual(['a']);
    expect(snapshot.forbidden).toEqual({ Event: 'You may not list events in namespace todo' });
    expect(snapshot.staleSince).toBeUndefined();
    server.allow();
    await clock.timer((milliseconds) => milliseconds === 10_000);
    clock.advance(10_000);
    await until(view, (now) => now.objects('Event').length === 1);
    expect(snapshot.forbidden).toEqual({});
  });

  test('that is not installed is empty, and appears when it is', async () => {
    const { reader, server, clock } = await openReader();
    const certificate = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', plural: 'certificates' };
    const view = reader.view([podRef, certificate], 'todo');
    const snapshot = await until(view, complete);
    expect(snapshot.objects('Certificate')).toEqual([]);
    server.kinds.push(certificate);
    server.put(object(certificate, 'web'));
    await clock.timer((milliseconds) => milliseconds === 10_000);
    clock.advance(10_000);
    await until(view, (now) => now.objects('Certificate').length === 1);
  });
});
