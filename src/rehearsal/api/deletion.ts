import type { StoredObject } from '../objects.ts';
import type { DeleteOptions } from './requests.ts';
import type { Resource } from './resource.ts';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

const definitions = 'apiextensions.k8s.io/customresourcedefinitions';
const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

/** What deleting does to an object (apiserver registry/generic/registry/store.go, registry/rest/delete.go). Pure. */
export const deletion = {
  /** The object as it waits for finalizers or its grace period; undefined when it goes at once. */
  begin(
    object: StoredObject,
    {
      resource,
      options,
      grace,
      now,
    }: { resource: Resource; options: DeleteOptions; grace: number | undefined; now: number },
  ): StoredObject | undefined {
    const finalizers = finalizersFor(object, options, resource);
    const seconds = grace ?? 0;
    const holds = finalizers.length > 0 || hasNamespaceFinalizers(object, resource);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
    if (deletionTimestamp !== undefined) {
      const isSooner = grace !== undefined && seconds < deletionGracePeriodSeconds;
      if (!holds && (grace === undefined || seconds === 0)) return undefined;
      if (!isSooner && sameList(finalizers, object.metadata.finalizers)) return object;
      return marked(object, { seconds: isSooner ? seconds : deletionGracePeriodSeconds, finalizers, now, isSooner });
    }
    if (!holds && seconds === 0) return undefined;
    return withEnding(marked(object, { seconds, finalizers, now, isSooner: true }), resource, now);
  },

  /** As an object that may take its time is told once more before it goes at once. */
  hurried(object: StoredObject, now: number): StoredObject {
    const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
    if (deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0) return object;
    return marked(object, { seconds: 0, finalizers: [], now, isSooner: true });
  },

  /** Deleted, and nothing holds it any more. */
  isComplete({ metadata, spec }: StoredObject): boolean {
    const held = metadata.finalizers?.length ?? 0;
    const inSpec = (spec as { finalizers?: string[] } | undefined)?.finalizers?.length ?? 0;
    return (
      metadata.deletionTimestamp !== undefined &&
      held === 0 &&
      inSpec === 0 &&
      (metadata.deletionGracePeriodSeconds ?? 0) === 0
    );
  },
};

/** What some kinds say of themselves as soon as they are deleted: their own storage does it, no controller. */
function withEnding(object: StoredObject, { storage }: Resource, now: number): StoredObject {
  const status = (object['status'] ?? {}) as { conditions?: object[] };
  if (storage === '/namespaces') {
    const { deletionGracePeriodSeconds: _, ...metadata } = object.metadata;
    return { ...object, metadata, status: { ...status, phase: 'Terminating' } };
  }
  if (storage !== definitions) return object;
  const condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return { ...object, status: { ...status, conditions: [...(status.conditions ?? []), condition] } };
}

function marked(
  object: StoredObject,
  { seconds, finalizers, now, isSooner }: { seconds: number; finalizers: string[]; now: number; isSooner: boolean },
): StoredObject {
  const { metadata } = object;
  const { finalizers: _, ...meta } = metadata;
  const deletionTimestamp =
    metadata.deletionTimestamp !== undefined && !isSooner
      ? metadata.deletionTimestamp
      : `${new Date(now + durationOf(seconds)).toISOString().slice(0, 19)}Z`;
  return {
    ...object,
    metadata: {
      ...meta,
      deletionTimestamp,
      deletionGracePeriodSeconds: seconds,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      // The rise tells controllers and kubectl that the wish has changed (store.go, markAsDeleting).
      ...(metadata.generation === undefined || metadata.deletionTimestamp !== undefined
        ? {}
        : { generation: metadata.generation + 1 }),
    },
  };
}

/** Milliseconds; as a Go Duration, which counts nanoseconds in 64 bits and starts over beyond 292 years. */
const durationOf = (seconds: number): number =>
  Number(BigInt.asIntN(64, BigInt(seconds) * 1_000_000_000n) / 1_000_000n);

/** The propagation policy stands as a finalizer that the garbage collector takes away. */
function finalizersFor({ metadata }: StoredObject, options: DeleteOptions, { storage }: Resource): string[] {
  const own = metadata.finalizers ?? [];
  // A definition waits for its objects, from its deletion on.
  const waits = storage === definitions && metadata.deletionTimestamp === undefined && !own.includes(cleanup);
  const present = waits ? [...own, cleanup] : own;
  const policy =
    options.propagationPolicy ??
    (options.orphanDependents === undefined ? undefined : options.orphanDependents ? 'Orphan' : 'Background');
  if (policy === undefined) return present;
  const others = present.filter((finalizer) => finalizer !== foreground && finalizer !== orphan);
  if (policy === 'Foreground') return [...others, foreground];
  return policy === 'Orphan' ? [...others, orphan] : others;
}

function hasNamespaceFinalizers({ spec }: StoredObject, { storage }: Resource): boolean {
  return storage === '/namespaces' && ((spec as { finalizers?: string[] } | undefined)?.finalizers?.length ?? 0) > 0;
}

const sameList = (one: string[], other: string[] = []) =>
  one.length === other.length && one.every((value, index) => value === other[index]);
