import { compareQuantities, parseQuantity } from '../../kinds/quantity.ts';
import { namesOf, type Controller } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';
import { claimKind, claimSpec, keyFor, volumeKind, type ClaimStatus } from './volume-view.ts';

/**
 * A bound claim that asks for more waits for a resizer; the provisioners of a local cluster bring none:
 * pkg/controller/volume/expand.
 */
export function volumeExpandController(): Controller {
  return {
    name: 'volume-expand-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) => {
        const claim = client.get(claimKind, ...namesOf(key));
        const volumeName = claim === undefined ? undefined : claimSpec(claim).volumeName;
        if (
          claim === undefined ||
          volumeName === undefined ||
          client.get(volumeKind, undefined, volumeName) === undefined
        )
          return;
        client.event(claim, {
          type: 'Warning',
          reason: 'ExternalExpanding',
          message: 'waiting for an external controller to expand this PVC',
        });
      });
      client.watch(claimKind, ({ type, object, before }) => {
        const asked = claimSpec(object).resources?.requests?.storage ?? '0';
        const { phase, capacity } = (object['status'] ?? {}) as ClaimStatus;
        if (type !== 'MODIFIED' || before === undefined || phase !== 'Bound') return;
        const isNew = claimSpec(before).resources?.requests?.storage !== asked;
        if (isNew && compareQuantities(parseQuantity(asked), parseQuantity(capacity?.storage ?? '0')) > 0)
          queue.add(keyFor(object));
      });
    },
  };
}
