import type { KubernetesObject } from '../objects.ts';

/** The objects of one kind, with the indexes that rules ask for. */
export interface KindStore {
  /** In no order; the same array until something changes, so that others may build their indexes on it. */
  all(): KubernetesObject[];
  find(name: string): KubernetesObject | undefined;
  ownedBy(uid: string): KubernetesObject[];
  put(object: KubernetesObject): void;
  remove(object: KubernetesObject): void;
  /** Everything there is, after a list: what is not in it was deleted while we did not look. */
  replace(objects: KubernetesObject[]): void;
}

export function kindStore(): KindStore {
  const byName = new Map<string, KubernetesObject>();
  const byOwner = new Map<string, Map<string, KubernetesObject>>();
  let list: KubernetesObject[] | undefined;

  const forget = (name: string): void => {
    const known = byName.get(name);
    if (known === undefined) return;
    byName.delete(name);
    const owner = controllerOf(known);
    const owned = owner === undefined ? undefined : byOwner.get(owner);
    owned?.delete(name);
    if (owner !== undefined && owned?.size === 0) byOwner.delete(owner);
  };
  const put = (object: KubernetesObject): void => {
    const { name } = object.metadata;
    forget(name);
    byName.set(name, object);
    const owner = controllerOf(object);
    if (owner === undefined) return;
    const owned = byOwner.get(owner) ?? new Map<string, KubernetesObject>();
    byOwner.set(owner, owned.set(name, object));
  };
  return {
    all() {
      list ??= [...byName.values()];
      return list;
    },
    find: (name) => byName.get(name),
    ownedBy: (uid) => [...(byOwner.get(uid)?.values() ?? [])],
    put(object) {
      put(object);
      list = undefined;
    },
    remove(object) {
      forget(object.metadata.name);
      list = undefined;
    },
    replace(objects) {
      byName.clear();
      byOwner.clear();
      for (const object of objects) put(object);
      list = undefined;
    },
  };
}

function controllerOf(object: KubernetesObject): string | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
}

/**
 * Drops what no rule reads and what makes up half of an object's bytes. `Secret` data too: a view keeps names and keys,
 * never values.
 */
export function slim(object: KubernetesObject): KubernetesObject {
  const metadata: Record<string, unknown> = object.metadata as unknown as Record<string, unknown>;
  delete metadata['managedFields'];
  const annotations = object.metadata.annotations;
  if (annotations !== undefined) delete annotations['kubectl.kubernetes.io/last-applied-configuration'];
  if (object.kind === 'Secret' && object['data'] !== undefined) {
    object['data'] = Object.fromEntries(Object.keys(object['data'] as object).map((key) => [key, '']));
  }
  return object;
}
