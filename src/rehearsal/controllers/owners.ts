import type { OwnerReference, StoredObject } from '../objects.ts';
import { matchesSelector, type LabelSelector } from '../store/selectors.ts';
import type { Change, Client, KindName } from './client.ts';

/** The owner that manages the object; there is at most one. */
export function controllerOf({ metadata }: StoredObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export const isControlledBy = (object: StoredObject, owner: StoredObject) =>
  controllerOf(object)?.uid === owner.metadata.uid;

export const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

/** The reference that makes `owner` the manager of an object. */
export const controllerReference = ({ apiVersion, kind, metadata }: StoredObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** Objects of the kind that `owner` manages. */
export function controlledBy(client: Client, owner: StoredObject, kind: string): StoredObject[] {
  return client.owned(owner.metadata.uid).filter((object) => object.kind === kind && isControlledBy(object, owner));
}

interface Dependents {
  dependent: KindName;
  owner: KindName;
  selectorOf(owner: StoredObject): LabelSelector | undefined;
  /** `namespace/name` of the owner that the change concerns. */
  enqueue(key: string, change: Change): void;
}

/**
 * Watches the dependants of one kind of controller: a change of one wakes its owner, and one that nobody manages wakes
 * every owner that would select it. `orphans` are those that nobody manages.
 */
export function watchDependents(client: Client, { dependent, owner, selectorOf, enqueue }: Dependents) {
  const [ownerVersion = '', ownerKind = ''] = owner.split(' ');
  const group = groupOf(ownerVersion);
  const orphans = new Map<string, Map<string, StoredObject>>();
  const keyOf = (object: StoredObject, reference: OwnerReference | undefined): string | undefined =>
    reference?.kind === ownerKind && groupOf(reference.apiVersion) === group
      ? `${object.metadata.namespace ?? ''}/${reference.name}`
      : undefined;
  client.watch(dependent, (change) => {
    const { object, before, type } = change;
    const { namespace = '', name, labels } = object.metadata;
    const reference = controllerOf(object);
    const isOrphan = type !== 'DELETED' && reference === undefined;
    const known = orphans.get(namespace);
    if (isOrphan) orphans.set(namespace, (known ?? new Map<string, StoredObject>()).set(name, object));
    else known?.delete(name);
    const key = keyOf(object, reference);
    if (key !== undefined) enqueue(key, change);
    if (before !== undefined && before.metadata.ownerReferences !== object.metadata.ownerReferences) {
      const earlier = keyOf(before, controllerOf(before));
      if (earlier !== undefined && earlier !== key) enqueue(earlier, change);
    }
    if (!isOrphan || labels === undefined) return;
    for (const candidate of client.list(owner, { namespace })) {
      const selector = selectorOf(candidate);
      if (selector !== undefined && matchesSelector(selector, labels))
        enqueue(`${namespace}/${candidate.metadata.name}`, change);
    }
  });
  return { orphans: (namespace: string): Iterable<StoredObject> => orphans.get(namespace)?.values() ?? [] };
}

/**
 * What `owner` manages after it has taken over orphans that its selector matches and let go of what it no longer matches
 * (pkg/controller, ControllerRefManager).
 */
export function claim(
  client: Client,
  owner: StoredObject,
  selector: LabelSelector,
  owned: readonly StoredObject[],
  orphans: Iterable<StoredObject>,
): StoredObject[] {
  const mayChange = owner.metadata.deletionTimestamp === undefined;
  // Objects of one template share their labels.
  let matched: object | undefined;
  const claimed = owned.filter((object) => {
    const { labels = {} } = object.metadata;
    if (labels === matched) return true;
    if (matchesSelector(selector, labels)) {
      matched = labels;
      return true;
    }
    if (mayChange) client.update(released(object, owner));
    return false;
  });
  if (!mayChange) return claimed;
  const adopted = [...orphans]
    .filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined && matchesSelector(selector, metadata.labels ?? {}),
    )
    .map((object) => client.update(adoptedBy(object, owner)));
  return adopted.length === 0 ? claimed : [...claimed, ...adopted];
}

const adoptedBy = (object: StoredObject, owner: StoredObject): StoredObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    ownerReferences: [...(object.metadata.ownerReferences ?? []), controllerReference(owner)],
  },
});

/** Without its reference to the owner. */
export function released(object: StoredObject, owner: { metadata: { uid: string } }): StoredObject {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const others = ownerReferences.filter(({ uid }) => uid !== owner.metadata.uid);
  return { ...object, metadata: { ...metadata, ...(others.length === 0 ? {} : { ownerReferences: others }) } };
}
