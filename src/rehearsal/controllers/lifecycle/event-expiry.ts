import type { Controller } from '../controller.ts';
import { namesOf } from '../controller.ts';

/** Milliseconds that an event is kept after its last change (kube-apiserver --event-ttl). */
const lifetime = 3_600_000;
/** Events that are kept at most; a real cluster has no such limit, only its disk. */
const capacity = 5000;

/** Events are leased: an hour after they were last written they are gone. */
export function eventExpiry(): Controller {
  return {
    name: 'event-expiry',
    start({ client, clock }) {
      // In the order of their last change, so that the first is the next to go.
      const written = new Map<string, number>();
      let cancel: (() => void) | undefined;
      const drop = (key: string) => {
        written.delete(key);
        const event = client.get('v1 Event', ...namesOf(key));
        if (event !== undefined) client.delete(event);
      };
      const sweep = () => {
        cancel = undefined;
        for (const [key, at] of written) {
          if (at + lifetime > clock.now() && written.size <= capacity) break;
          drop(key);
        }
        schedule();
      };
      const schedule = () => {
        const [first] = written.values();
        const isFull = written.size > capacity;
        if (first === undefined || (cancel !== undefined && !isFull)) return;
        cancel?.();
        cancel = clock.after(isFull ? 0 : first + lifetime - clock.now(), sweep);
      };
      client.watch('v1 Event', ({ type, object }) => {
        const key = `${object.metadata.namespace}/${object.metadata.name}`;
        written.delete(key);
        if (type !== 'DELETED') written.set(key, clock.now());
        schedule();
      });
    },
  };
}
