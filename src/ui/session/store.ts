import type { EngineEvent } from '../../events/events.ts';
import type { Clock } from '../../clock.ts';
import { reduce } from './reduce.ts';
import { emptyView, type ViewModel } from './view-model.ts';

export interface SessionStore {
  dispatch(event: EngineEvent): void;
  /** The listener is called when the view has changed, after a while; the returned function ends that. */
  subscribe(listener: () => void): () => void;
  getSnapshot(): ViewModel;
  /** Tells the listeners now, if there is news: what a key press does. */
  flush(): void;
}

/** News wait this long for company, in milliseconds. Logs alone can wait longer: nobody reads that fast. */
const notifyDelays = { facts: 100, logs: 200 } as const;

export interface SessionStoreOptions {
  clock: Clock;
  /** The time of the run, where that is another. */
  now?: () => number;
}

/** Holds the view of one run. Events change it at once; listeners hear of it in batches. */
export function createSessionStore({ clock, now = () => clock.now() }: SessionStoreOptions): SessionStore {
  let view = emptyView;
  const listeners = new Set<() => void>();
  let due: { at: number; cancel: () => void } | undefined;

  const notify = () => {
    due?.cancel();
    due = undefined;
    for (const listener of listeners) listener();
  };
  const notifyAfter = (delay: number) => {
    const at = clock.now() + delay;
    if (due !== undefined && due.at <= at) return;
    due?.cancel();
    due = { at, cancel: clock.after(delay, notify) };
  };

  return {
    dispatch(event) {
      view = reduce(view, event, now());
      notifyAfter(event.type === 'step.output' ? notifyDelays.logs : notifyDelays.facts);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => view,
    flush() {
      if (due !== undefined) notify();
    },
  };
}
