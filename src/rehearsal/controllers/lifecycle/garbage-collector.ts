import { StatusError } from '../../api/status-error.ts';
import type { Registry } from '../../api/registry.ts';
import { apiVersionOf, type Resource } from '../../api/resource.ts';
import type { OwnerReference, StoredObject } from '../../objects.ts';
import type { Change, Client, KindName } from '../client.ts';
import type { Controller } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/** Objects that nobody owns and that are too many to look at (garbagecollector, DefaultIgnoredResources). */
const ignored = new Set(['/events']);

const has = (object: StoredObject, finalizer: string) => object.metadata.finalizers?.includes(finalizer) ?? false;
const isDeletingDependents = (object: StoredObject) => isTerminating(object) && has(object, foreground);
const isOrphaning = (object: StoredObject) => isTerminating(object) && has(object, orphan);

/** Every kind whose objects come and go on their own, once per storage. */
export function deletableResources(registry: Registry): Resource[] {
  const seen = new Set<string>();
  return [...registry.all()].filter(({ storage, verbs }) => {
    if (seen.has(storage) || !verbs.includes('delete') || !verbs.includes('list')) return false;
    seen.add(storage);
    return true;
  });
}

export const kindNameOf = (resource: Resource): KindName => `${apiVersionOf(resource)} ${resource.kind}`;

/**
 * Deletes what has lost its owners, and carries out the propagation policy of a deletion: pkg/controller/garbagecollector.
 * The graph of owners is the store's own index.
 */
export function garbageCollector({ registry }: { registry: Registry }): Controller {
  return {
    name: 'generic-garbage-collector',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) => {
        const object = objectOf(client, key);
        if (object !== undefined) collect(client, object);
      });
      const add = (object: StoredObject) => queue.add(identityOf(object));
      const addWaitingOwners = (object: StoredObject | undefined) => {
        for (const reference of object?.metadata.ownerReferences ?? []) {
          const owner = ownerOf(client, object, reference);
          if (owner !== undefined && owner !== 'unknown' && isDeletingDependents(owner)) add(owner);
        }
      };
      const look = ({ type, object, before }: Change) => {
        if (type === 'DELETED') {
          for (const dependent of client.owned(object.metadata.uid)) add(dependent);
          addWaitingOwners(object);
          return;
        }
        if (isDeletingDependents(object) || isOrphaning(object)) add(object);
        const references = object.metadata.ownerReferences;
        if (references === before?.metadata.ownerReferences) return;
        addWaitingOwners(before);
        if (references?.some((reference) => ownerOf(client, object, reference) === undefined) ?? false) add(object);
        addWaitingOwners(object);
      };
      const watched = new Set<string>();
      const watchAll = () => {
        for (const resource of deletableResources(registry)) {
          if (ignored.has(resource.storage) || watched.has(resource.storage)) continue;
          watched.add(resource.storage);
          client.watch(kindNameOf(resource), look);
        }
      };
      watchAll();
      client.watch('apiextensions.k8s.io/v1 CustomResourceDefinition', watchAll);
    },
  };
}

const identityOf = ({ apiVersion, kind, metadata }: StoredObject) =>
  [`${apiVersion} ${kind}`, metadata.namespace ?? '', metadata.name, metadata.uid].join('|');

function objectOf(client: Client, key: string): StoredObject | undefined {
  const [kind = '', namespace = '', name = '', uid] = key.split('|');
  const object = client.get(kind as KindName, namespace === '' ? undefined : namespace, name);
  return object?.metadata.uid === uid ? object : undefined;
}

/** The owner that a reference names; undefined when it is gone, `unknown` when its kind is not served. */
function ownerOf(
  client: Client,
  object: StoredObject | undefined,
  { apiVersion, kind, name, uid }: OwnerReference,
): StoredObject | 'unknown' | undefined {
  const resource = client.resource(`${apiVersion} ${kind}`);
  const namespace = object?.metadata.namespace;
  // A cluster-scoped object with an owner in a namespace is invalid and left alone.
  if (resource === undefined || (resource.isNamespaced && namespace === undefined)) return 'unknown';
  const owner = client.get(`${apiVersion} ${kind}`, resource.isNamespaced ? namespace : undefined, name);
  return owner?.metadata.uid === uid ? owner : undefined;
}

function collect(client: Client, object: StoredObject): void {
  if (isOrphaning(object)) return orphanDependents(client, object);
  if (isDeletingDependents(object)) return deleteDependents(client, object);
  if (isTerminating(object)) return;
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0) return;
  const owners = references.map((reference) => ({ reference, owner: ownerOf(client, object, reference) }));
  const isWaiting = (owner: StoredObject | 'unknown' | undefined) =>
    owner !== undefined && owner !== 'unknown' && isDeletingDependents(owner);
  const solid = owners.filter(({ owner }) => owner !== undefined && !isWaiting(owner));
  if (solid.length > 0) {
    if (solid.length < owners.length)
      client.update(
        withReferences(
          object,
          solid.map(({ reference }) => reference),
        ),
      );
    return;
  }
  const dependents = client.owned(object.metadata.uid);
  const isBlocked = owners.some(({ owner }) => isWaiting(owner)) && dependents.length > 0;
  const preconditions = { uid: object.metadata.uid };
  if (!isBlocked) {
    client.delete(object, { propagationPolicy: has(object, orphan) ? 'Orphan' : 'Background', preconditions });
    return;
  }
  // Owners that wait for each other would wait for ever.
  const isCycle = dependents.some(isDeletingDependents);
  const unblocked = isCycle
    ? client.update(
        withReferences(
          object,
          references.map((reference) => ({ ...reference, blockOwnerDeletion: false })),
        ),
      )
    : object;
  client.delete(unblocked, { propagationPolicy: 'Foreground', preconditions });
}

/** Deletes what blocks the owner's end; without anything that does, lets it go. */
function deleteDependents(client: Client, owner: StoredObject): void {
  const dependents = client.owned(owner.metadata.uid);
  const blocks = ({ metadata }: StoredObject) =>
    metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
    ) ?? false;
  for (const dependent of dependents) collectOrLeave(client, dependent);
  if (!client.owned(owner.metadata.uid).some(blocks)) release(client, owner, foreground);
}

/** One dependent that may not be deleted does not keep the others: it is tried again when it changes. */
function collectOrLeave(client: Client, dependent: StoredObject): void {
  try {
    collect(client, dependent);
  } catch (error) {
    if (!(error instanceof StatusError) || error.code === 409) throw error;
  }
}

function orphanDependents(client: Client, owner: StoredObject): void {
  for (const dependent of client.owned(owner.metadata.uid))
    client.update(
      withReferences(
        dependent,
        (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid),
      ),
    );
  release(client, owner, orphan);
}

/** Takes the finalizer off the latest state of the object: without any it is gone. */
function release(client: Client, object: StoredObject, finalizer: string): void {
  const latest = objectOf(client, identityOf(object));
  if (latest === undefined || !has(latest, finalizer)) return;
  const { finalizers = [], ...metadata } = latest.metadata;
  const others = finalizers.filter((other) => other !== finalizer);
  client.update({ ...latest, metadata: { ...metadata, ...(others.length === 0 ? {} : { finalizers: others }) } });
}

function withReferences(object: StoredObject, references: OwnerReference[]): StoredObject {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(references.length === 0 ? {} : { ownerReferences: references }) },
  } as StoredObject;
}
