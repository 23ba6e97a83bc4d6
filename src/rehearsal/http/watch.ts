import type { ServerResponse } from 'node:http';
import type { Resource } from '../api/resource.ts';
import { StatusError, type Status } from '../api/status-error.ts';
import type { RehearsalClock } from '../clock.ts';
import type { StoredObject } from '../objects.ts';
import type { Recorded, Store } from '../store/store.ts';
import type { ServedWatch } from '../turns/traffic.ts';
import type { ListOptions } from './list-options.ts';

/** A client that does not read is cut off when its socket holds this much: the memory of the server stays bounded. */
const maxUnread = 4 * 1024 * 1024;
/** Milliseconds between bookmarks (the watch cache of the API server sends them about once a minute). */
const bookmarkPeriod = 60_000;

export interface WatchParts {
  store: Store;
  clock: RehearsalClock;
  /** Begins to count what this watch is sent. */
  served(): ServedWatch;
  resource: Resource;
  namespace: string | undefined;
  options: ListOptions;
  /** JSON of one event: `{"type":...,"object":...}`. */
  encode(type: string, object: StoredObject): string;
  /** Milliseconds after which a fault closes it. */
  closeAfter?: number;
}

/**
 * Serves one watch (API concepts, "Efficient detection of changes"): the events since a resourceVersion, or synthetic ones
 * first; then each change as it happens. Selectors hold for transitions: what enters is ADDED, what leaves is DELETED.
 */
export function serveWatch(response: ServerResponse, parts: WatchParts): void {
  const { store, clock, resource, namespace, options, encode } = parts;
  const start = startOf(parts);
  const served = parts.served();
  response.writeHead(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' });
  response.flushHeaders();

  const ends: (() => void)[] = [];
  const end = () => {
    for (const one of ends.splice(0)) one();
    response.end();
    served.ended();
  };
  // What comes within one turn goes out in one packet.
  let waiting: string[] = [];
  const flush = () => {
    if (waiting.length === 0) return;
    response.write(waiting.join(''));
    waiting = [];
    if (response.writableLength > maxUnread) {
      for (const one of ends.splice(0)) one();
      response.destroy();
    }
  };
  const write = (line: string, isEnd = false) => {
    served.wrote(isEnd);
    if (waiting.push(`${line}\n`) === 1) setImmediate(flush);
  };
  const writeBookmark = (isInitialEnd: boolean) => write(bookmarkLine(resource, store.revision, isInitialEnd));

  if (start.is === 'expired') {
    write(JSON.stringify({ type: 'ERROR', object: start.status }));
    flush();
    end();
    return;
  }
  const send = (change: Recorded) => {
    const line = lineFor(change, namespace, options, encode);
    if (line !== undefined) write(line, isLast(change));
  };
  for (const object of start.objects) write(encode('ADDED', object));
  for (const change of start.changes) send(change);
  if (options.sendInitialEvents && options.allowBookmarks) writeBookmark(true);
  ends.push(store.watch(resource, send));
  if (options.allowBookmarks) {
    const bookmarks = (): (() => void) =>
      clock.after(bookmarkPeriod, () => {
        writeBookmark(false);
        cancel = bookmarks();
      });
    let cancel = bookmarks();
    ends.push(() => cancel());
  }
  const limit = Math.min(parts.closeAfter ?? Infinity, (options.timeoutSeconds ?? Infinity) * 1000);
  if (Number.isFinite(limit)) {
    ends.push(
      clock.after(limit, () => {
        flush();
        end();
      }),
    );
  }
  response.on('close', () => {
    for (const one of ends.splice(0)) one();
    served.gone();
  });
}

/** Whether nothing more comes of the object: it is gone, or has ended (a pod by its phase, a Job by its conditions). */
function isLast({ type, object }: Recorded): boolean {
  if (type === 'DELETED') return true;
  const { phase, conditions = [] } = (object['status'] ?? {}) as {
    phase?: string;
    conditions?: { type: string; status: string }[];
  };
  if (object.kind === 'Pod') return phase === 'Succeeded' || phase === 'Failed';
  return (
    object.kind === 'Job' &&
    conditions.some((one) => (one.type === 'Complete' || one.type === 'Failed') && one.status === 'True')
  );
}

type Start =
  { is: 'expired'; status: Status } | { is: 'from'; objects: readonly StoredObject[]; changes: readonly Recorded[] };

function startOf({ store, resource, namespace, options }: WatchParts): Start {
  const { resourceVersion, sendInitialEvents } = options;
  if (sendInitialEvents || resourceVersion === '' || resourceVersion === '0')
    return { is: 'from', objects: store.list(resource, namespace).filter(options.matches), changes: [] };
  const revision = Number(resourceVersion);
  if (revision > store.revision)
    throw new StatusError(504, 'Timeout', `Too large resource version: ${revision}, current: ${store.revision}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  const changes = store.since(resource, revision);
  return changes === 'expired'
    ? { is: 'expired', status: expired(revision, store.revision).status }
    : { is: 'from', objects: [], changes };
}

/** 410 as the watch cache words it (apiserver/pkg/storage/cacher). */
export function expired(revision: number, oldest: number): StatusError {
  return new StatusError(410, 'Expired', `too old resource version: ${revision} (${oldest})`);
}

function lineFor(
  { type, object, before }: Recorded,
  namespace: string | undefined,
  { matches }: ListOptions,
  encode: WatchParts['encode'],
): string | undefined {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return undefined;
  const isIn = type !== 'DELETED' && matches(object);
  const wasIn = before !== undefined && matches(before);
  if (isIn) return encode(wasIn ? 'MODIFIED' : 'ADDED', object);
  if (!wasIn) return undefined;
  // What left the selection is told as it was, with the number of the write (apiserver cacheWatcher, convertToWatchEvent).
  const last = type === 'DELETED' ? object : withRevision(before, object.metadata.resourceVersion);
  return encode('DELETED', last);
}

const withRevision = (object: StoredObject, resourceVersion: string): StoredObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});

function bookmarkLine(resource: Resource, revision: number, isInitialEnd: boolean): string {
  return JSON.stringify({
    type: 'BOOKMARK',
    object: {
      kind: resource.kind,
      apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
      metadata: {
        resourceVersion: String(revision),
        creationTimestamp: null,
        ...(isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    },
  });
}
