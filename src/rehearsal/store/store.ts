import type { Resource } from '../api/resource.ts';
import type { Change } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';

/** One change as the history of a resource keeps it. */
export interface Recorded extends Change {
  revision: number;
}

/** Changes of one resource that a watch can go back to; etcd's compaction has no fixed number either. */
const historyLength = 2048;

/** Objects of one resource. */
class Collection {
  /** By namespace ('' for what has none), then by name. */
  readonly namespaces = new Map<string, Map<string, StoredObject>>();
  /** Oldest first; a ring once it is full. */
  history: Recorded[] = [];
  /** Changes up to this revision are no longer in the history. */
  forgotten = 0;
  readonly listeners = new Set<(change: Recorded) => void>();
  #sorted: StoredObject[] | undefined;

  /** Ordered by namespace and name, as etcd orders keys. */
  all(): readonly StoredObject[] {
    this.#sorted ??= sortedKeys(this.namespaces).flatMap((namespace) => this.in(namespace).slice());
    return this.#sorted;
  }

  in(namespace: string): StoredObject[] {
    const objects = this.namespaces.get(namespace);
    return objects === undefined ? [] : sortedKeys(objects).flatMap((name) => objects.get(name) ?? []);
  }

  set(object: StoredObject): void {
    const namespace = object.metadata.namespace ?? '';
    const objects = this.namespaces.get(namespace) ?? new Map<string, StoredObject>();
    this.namespaces.set(namespace, objects.set(object.metadata.name, object));
    this.#sorted = undefined;
  }

  remove({ metadata: { namespace = '', name } }: StoredObject): void {
    const objects = this.namespaces.get(namespace);
    objects?.delete(name);
    if (objects?.size === 0) this.namespaces.delete(namespace);
    this.#sorted = undefined;
  }

  record(change: Recorded): void {
    this.history.push(change);
    if (this.history.length >= 2 * historyLength) {
      this.forgotten = this.history[historyLength - 1]?.revision ?? 0;
      this.history = this.history.slice(historyLength);
    }
    for (const listener of this.listeners) listener(change);
  }
}

const sortedKeys = (map: Map<string, unknown>) => [...map.keys()].sort();

/**
 * All objects of the cluster, in memory. One counter numbers every write; objects are immutable; listeners are called at
 * once, inside the write.
 */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #owned = new Map<string, Map<string, StoredObject>>();
  #revision = 1;

  /** The number of the latest write. */
  get revision(): number {
    return this.#revision;
  }

  get({ storage }: Pick<Resource, 'storage'>, namespace: string | undefined, name: string): StoredObject | undefined {
    return this.#collections
      .get(storage)
      ?.namespaces.get(namespace ?? '')
      ?.get(name);
  }

  list({ storage }: Pick<Resource, 'storage'>, namespace?: string): readonly StoredObject[] {
    const collection = this.#collections.get(storage);
    if (collection === undefined) return [];
    return namespace === undefined ? collection.all() : collection.in(namespace);
  }

  /** Objects of any kind whose ownerReferences hold this uid. */
  owned(uid: string): readonly StoredObject[] {
    return [...(this.#owned.get(uid)?.values() ?? [])];
  }

  /** Every object, by resource. */
  everything(): { storage: string; objects: readonly StoredObject[] }[] {
    return [...this.#collections].map(([storage, collection]) => ({ storage, objects: collection.all() }));
  }

  /** Stores a new state. The caller has checked everything; the object gets its resourceVersion here. */
  put({ storage }: Pick<Resource, 'storage'>, object: StoredObject): StoredObject {
    const collection = this.#collection(storage);
    const before = collection.namespaces.get(object.metadata.namespace ?? '')?.get(object.metadata.name);
    this.#revision += 1;
    const stored: StoredObject = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#revision) },
    };
    collection.set(stored);
    this.#indexOwners(before, stored);
    collection.record(
      before === undefined
        ? { type: 'ADDED', object: stored, revision: this.#revision }
        : { type: 'MODIFIED', object: stored, before, revision: this.#revision },
    );
    return stored;
  }

  /** Returns its last state, with the number of the removal. */
  remove({ storage }: Pick<Resource, 'storage'>, object: StoredObject): StoredObject {
    const collection = this.#collection(storage);
    const before = collection.namespaces.get(object.metadata.namespace ?? '')?.get(object.metadata.name);
    if (before === undefined) return object;
    this.#revision += 1;
    collection.remove(before);
    this.#indexOwners(before, undefined);
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
    collection.record({ type: 'DELETED', object: last, before, revision: this.#revision });
    return last;
  }

  /** Called inside every write to the resource; the returned function ends it. */
  watch({ storage }: Pick<Resource, 'storage'>, listener: (change: Recorded) => void): () => void {
    const { listeners } = this.#collection(storage);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Changes after a revision; `expired` when they are not all known any more. */
  since({ storage }: Pick<Resource, 'storage'>, revision: number): readonly Recorded[] | 'expired' {
    const { history, forgotten } = this.#collection(storage);
    if (revision < forgotten) return 'expired';
    return history.slice(firstAfter(history, revision));
  }

  /** Forgets the history of every resource, as compaction in etcd does: what resumes from before gets 410. */
  compact(): void {
    for (const collection of this.#collections.values()) {
      collection.history = [];
      collection.forgotten = this.#revision;
    }
  }

  #collection(storage: string): Collection {
    const known = this.#collections.get(storage);
    if (known !== undefined) return known;
    const made = new Collection();
    this.#collections.set(storage, made);
    return made;
  }

  #indexOwners(before: StoredObject | undefined, after: StoredObject | undefined): void {
    const owners = after?.metadata.ownerReferences;
    if (before?.metadata.ownerReferences === undefined && owners === undefined) return;
    const { uid } = (after ?? before)?.metadata ?? {};
    if (uid === undefined) return;
    if (before?.metadata.ownerReferences !== owners)
      for (const owner of before?.metadata.ownerReferences ?? []) this.#owned.get(owner.uid)?.delete(uid);
    for (const owner of owners ?? []) {
      const owned = this.#owned.get(owner.uid) ?? new Map<string, StoredObject>();
      if (after !== undefined) this.#owned.set(owner.uid, owned.set(uid, after));
    }
    if (after === undefined)
      for (const owner of before?.metadata.ownerReferences ?? []) {
        const owned = this.#owned.get(owner.uid);
        owned?.delete(uid);
        if (owned?.size === 0) this.#owned.delete(owner.uid);
      }
  }
}

/** Index of the first change after the revision: the history is in order. */
function firstAfter(history: readonly Recorded[], revision: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((history[middle]?.revision ?? 0) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
