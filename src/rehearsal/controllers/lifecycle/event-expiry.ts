import type { StoredObject } from '../../objects.ts';
import type { Controller } from '../controller.ts';

/** Milliseconds that an event is kept after its last change (kube-apiserver --event-ttl). */
const lifetime = 3_600_000;
/** Events that are kept at most; a real cluster has no such limit, only its disk. */
const capacity = 5000;

interface Written {
  namespace: string | undefined;
  name: string;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * Events are leased: an hour after they were last written they are gone. `expire` takes one out of the store, as etcd does
 * it, past everything that a request would meet.
 */
export function eventExpiry(expire: (event: StoredObject) => void): Controller {
  return {
    name: 'event-expiry',
    start({ client, clock }) {
      // In the order of their last change, so that the first is the next to go.
      const written = new Map<string, Written>();
      let cancel: (() => void) | undefined;
      // There are too many, and the sweep is to come at once.
      let isFull = false;
      const drop = (uid: string, { namespace, name }: Written) => {
        written.delete(uid);
        const event = client.get('v1 Event', namespace, name);
        if (event?.metadata.uid === uid) expire(event);
      };
      const sweep = () => {
        cancel = undefined;
        isFull = false;
        for (const [uid, event] of written) {
          if (event.at + lifetime > clock.now() && written.size <= capacity) break;
          drop(uid, event);
        }
        schedule();
      };
      const schedule = () => {
        const isMore = written.size > capacity && !isFull;
        if (cancel !== undefined && !isMore) return;
        const [first] = written.values();
        if (first === undefined) return;
        cancel?.();
        isFull = isMore;
        cancel = clock.after(isFull ? 0 : first.at + lifetime - clock.now(), sweep);
      };
      client.watch('v1 Event', ({ type, object }) => {
        const { uid, namespace, name } = object.metadata;
        if (type !== 'ADDED') written.delete(uid);
        if (type !== 'DELETED') written.set(uid, { namespace, name, at: clock.now() });
        schedule();
      });
    },
  };
}
