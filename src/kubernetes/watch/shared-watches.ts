import { Bug } from '../../errors/errors.ts';
import type { KindRef } from './cluster-reader.ts';
import { kindStore } from './kind-store.ts';
import { watchKind, type KindWatchSettings, type KindWatchState } from './kind-watch.ts';
import type { WatchedKind } from './live-view.ts';

/** What all watches of one cluster have in common. */
export type WatchWorld = Omit<KindWatchSettings, 'ref' | 'namespace' | 'store' | 'changed'>;

interface SharedWatch {
  kind: Omit<WatchedKind, 'release'>;
  stop: AbortController;
  users: number;
}

/** One watch for each kind and namespace, however many views look at it; the last view that closes ends it. */
export function sharedWatches(world: WatchWorld): { use(ref: KindRef, namespace: string): WatchedKind } {
  const watches = new Map<string, SharedWatch>();
  return {
    use(ref, namespace) {
      const key = `${ref.apiVersion} ${ref.kind} ${namespace}`;
      const shared = watches.get(key) ?? start(world, ref, namespace);
      watches.set(key, shared);
      shared.users += 1;
      return {
        ...shared.kind,
        release() {
          shared.users -= 1;
          if (shared.users > 0) return;
          watches.delete(key);
          shared.stop.abort();
        },
      };
    },
  };
}

function start(world: WatchWorld, ref: KindRef, namespace: string): SharedWatch {
  const stop = new AbortController();
  const store = kindStore();
  const state: KindWatchState = { isComplete: false, forbidden: undefined, staleSince: undefined };
  const subscribers = new Set<() => void>();
  const changed = (): void => {
    for (const subscriber of subscribers) subscriber();
  };
  const signal = AbortSignal.any([world.signal, stop.signal]);
  watchKind({ ...world, ref, namespace, store, signal, changed }, state).catch((error: unknown) => {
    // It handles every failure of the cluster itself; the main program reports what is left as our mistake.
    queueMicrotask(() => {
      throw new Bug(`the watch of ${ref.kind} ended`, { cause: error });
    });
  });
  return {
    kind: {
      ref,
      store,
      state,
      subscribe(subscriber) {
        subscribers.add(subscriber);
        return () => void subscribers.delete(subscriber);
      },
    },
    stop,
    users: 0,
  };
}
