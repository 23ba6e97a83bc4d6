import type { StoredObject } from '../../objects.ts';
import { namesOf, type Controller } from '../controller.ts';
import { isTerminating, podSpec } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import type { Client, KindName } from '../client.ts';
import { claimKind, ClaimUsers, keyFor, phaseOfStatus, volumeKind } from './volume-view.ts';

/** A claim stays while a pod that was given a node uses it: pkg/controller/volume/pvcprotection. */
export function claimProtectionController(): Controller {
  return {
    name: 'pvc-protection-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) => {
        const isUsed = users.of(key).some((pod) => podSpec(pod).nodeName !== undefined);
        protect(client, claimKind, key, 'kubernetes.io/pvc-protection', () => isUsed);
      });
      const users = new ClaimUsers(client, (claim) => queue.add(claim));
      watchProtected(client, claimKind, queue);
    },
  };
}

/** A volume stays while it is bound: pkg/controller/volume/pvprotection. */
export function volumeProtectionController(): Controller {
  return {
    name: 'pv-protection-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) =>
        protect(client, volumeKind, key, 'kubernetes.io/pv-protection', (volume) => phaseOfStatus(volume) === 'Bound'),
      );
      watchProtected(client, volumeKind, queue);
    },
  };
}

function watchProtected(client: Client, kind: KindName, queue: Reconciler): void {
  client.watch(kind, ({ object, type, before }) => {
    if (type === 'ADDED' || isTerminating(object) || before?.metadata.finalizers !== object.metadata.finalizers)
      queue.add(keyFor(object));
  });
}

function protect(
  client: Client,
  kind: KindName,
  key: string,
  finalizer: string,
  isUsed: (object: StoredObject) => boolean,
): void {
  const object = client.get(kind, ...namesOf(key));
  if (object === undefined) return;
  const { finalizers = [], ...metadata } = object.metadata;
  if (!isTerminating(object)) {
    if (!finalizers.includes(finalizer))
      client.update({ ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } });
    return;
  }
  if (!finalizers.includes(finalizer) || isUsed(object)) return;
  const others = finalizers.filter((other) => other !== finalizer);
  client.update({ ...object, metadata: { ...metadata, ...(others.length === 0 ? {} : { finalizers: others }) } });
}
