import type { KubernetesObject } from '../objects.ts';
import type { KindRef, LiveView } from './cluster-reader.ts';
import type { KindStore } from './kind-store.ts';
import type { KindWatchState } from './kind-watch.ts';
import type { Snapshot } from './snapshot.ts';

/** One watched kind, which several views may share. */
export interface WatchedKind {
  ref: KindRef;
  store: KindStore;
  state: KindWatchState;
  /** Called after each change; the function that it returns ends that. */
  subscribe(changed: () => void): () => void;
  /** One view less needs it. */
  release: () => void;
}

/** A view over watched kinds; its listeners are called at most once for each turn of the event loop. */
export function liveView(kinds: WatchedKind[]): LiveView {
  const snapshot = snapshotOf(kinds);
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let scheduled: NodeJS.Immediate | undefined;
  let isClosed = false;

  const notify = (): void => {
    scheduled = undefined;
    for (const listener of listeners) listener(snapshot);
  };
  const changed = (): void => {
    if (listeners.size > 0 && !isClosed) scheduled ??= setImmediate(notify);
  };
  const unsubscribe = kinds.map((kind) => kind.subscribe(changed));
  return {
    subscribe(listener) {
      listeners.add(listener);
      if (snapshot.isComplete) changed(); // The lists were complete before anybody listened.
      return () => void listeners.delete(listener);
    },
    snapshot: () => snapshot,
    close() {
      if (isClosed) return;
      isClosed = true;
      clearImmediate(scheduled);
      listeners.clear();
      for (const end of unsubscribe) end();
      for (const kind of kinds) kind.release();
    },
  };
}

/** Reads through to the stores: always what is known now, and nothing is copied. */
export function snapshotOf(kinds: Pick<WatchedKind, 'ref' | 'store' | 'state'>[]): Snapshot {
  const stores = (kind: string): KindStore[] => kinds.filter(({ ref }) => ref.kind === kind).map(({ store }) => store);
  return {
    objects(kind) {
      const [first, ...others] = stores(kind);
      return first === undefined
        ? []
        : others.reduce<KubernetesObject[]>((all, store) => [...all, ...store.all()], first.all());
    },
    find(kind, name) {
      for (const store of stores(kind)) {
        const found = store.find(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    ownedBy: (uid, kind) => stores(kind).flatMap((store) => store.ownedBy(uid)),
    get isComplete() {
      return kinds.every(({ state }) => state.isComplete);
    },
    get forbidden() {
      const reasons = kinds.flatMap(({ ref, state }) =>
        state.forbidden === undefined ? [] : [[ref.kind, state.forbidden] as const],
      );
      return Object.fromEntries(reasons);
    },
    get staleSince() {
      const since = kinds.flatMap(({ state }) => (state.staleSince === undefined ? [] : [state.staleSince]));
      return since.length === 0 ? undefined : Math.min(...since);
    },
  };
}
