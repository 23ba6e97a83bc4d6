import { isEqual } from '../store/equal.ts';
import type { Json, JsonObject, ManagedFieldsEntry, StoredObject } from '../objects.ts';
import { difference, isEmpty, union } from './field-set.ts';
import { afterChange, Change, reconciled, tracked, type FieldTerms } from './field-owners.ts';
import { isReset, managerId, readManagers, secondsOf, writeManagers, type FieldManager } from './managers.ts';
import { isObject } from './structure.ts';

/** A create, an update or a patch that is no apply. */
interface TrackedUpdate extends FieldTerms {
  /** Undefined for a create. */
  before?: StoredObject | undefined;
  /** With defaults, as it is before admission and before the strategy of its kind. */
  after: JsonObject;
  /** `kubectl-edit`, `kube-controller-manager`. */
  manager: string;
  /** RFC 3339, whole seconds. */
  time: string;
  subresource?: string | undefined;
}

/** Entries of writers that are no appliers, beyond which the oldest are put together. */
const maxUpdaters = 10;
const oldUpdates = 'ancient-changes';

/**
 * What an update does to `metadata.managedFields`: fields that it added or changed are the writer's, fields that it
 * removed are nobody's (apimachinery, pkg/util/managedfields). Undefined when nobody manages anything. The entries of
 * `before` come back themselves when nothing has changed.
 */
export function trackUpdate(update: TrackedUpdate): ManagedFieldsEntry[] | undefined {
  if (update.before === undefined) return trackCreate(update);
  return tracking(update);
}

interface Created {
  update: TrackedUpdate;
  entries: ManagedFieldsEntry[] | undefined;
}

/** The latest create with each wish: a controller makes many objects of one template, and they have the same fields. */
const creates = new WeakMap<object, Created>();

function trackCreate(update: TrackedUpdate): ManagedFieldsEntry[] | undefined {
  const wish = update.after['spec'];
  if (!isObject(wish)) return tracking(update);
  const known = creates.get(wish);
  if (known !== undefined && isSameCreate(known.update, update)) return known.entries;
  const entries = tracking(update);
  creates.set(wish, { update, entries });
  return entries;
}

/** Whether nothing differs but what nobody manages: the name, the uid, the time of creation. */
function isSameCreate(one: TrackedUpdate, other: TrackedUpdate): boolean {
  return (
    one.manager === other.manager &&
    one.time === other.time &&
    one.apiVersion === other.apiVersion &&
    one.subresource === other.subresource &&
    one.shape === other.shape &&
    isEqual(withoutIdentity(one.after), withoutIdentity(other.after))
  );
}

function withoutIdentity({ metadata, ...object }: JsonObject): Json {
  const { name: _, uid: __, creationTimestamp: ___, ...others } = metadata as JsonObject;
  return { ...object, metadata: others };
}

function tracking(update: TrackedUpdate): ManagedFieldsEntry[] | undefined {
  const { before, after, subresource, manager, time } = update;
  const managers = managersOf(before, after, subresource);
  // Somebody has reset them: nobody is tracked before somebody applies.
  if (managers.length === 0 && before?.metadata.uid !== undefined && before.metadata.uid !== '') return undefined;
  const identity = { manager: manager === '' ? 'unknown' : manager, apiVersion: update.apiVersion, subresource };
  const updated = updateManagers(managers, before ?? noObject, after, { ...update, ...identity, time });
  const entries = writeManagers(capped(updated));
  const known = before?.metadata.managedFields;
  return isSameEntries(entries, known) ? known : entries;
}

const noObject: JsonObject = Object.freeze({});

/** Of what the client sent, when that can be read; a subresource cannot change them. */
function managersOf(before: StoredObject | undefined, after: JsonObject, subresource?: string): FieldManager[] {
  const live = before?.metadata.managedFields;
  const sent = (after['metadata'] as { managedFields?: ManagedFieldsEntry[] } | undefined)?.managedFields;
  if (subresource !== undefined || sent === live) return readManagers(live) ?? [];
  if (isReset(sent)) return [];
  const managers = readManagers(sent);
  return managers === undefined || managers.length === 0 ? (readManagers(live) ?? []) : managers;
}

/** The managers after a writer that is no applier has changed an object. */
export function updateManagers(
  managers: readonly FieldManager[],
  before: JsonObject,
  after: JsonObject,
  writer: FieldTerms & { manager: string; subresource?: string | undefined; time: string },
): FieldManager[] {
  const change = new Change(before, after, writer);
  const earlier = reconciled(managers, writer);
  const own = tracked(change.own.changed);
  const { manager, apiVersion, subresource, time } = writer;
  const identity = { manager, operation: 'Update', apiVersion, subresource } as const;
  const id = managerId(identity);
  if (isEmpty(own)) return afterChange(earlier, change);
  const previous = earlier.find((entry) => entry.id === id);
  const rest = afterChange(
    earlier.filter((entry) => entry !== previous),
    change,
  );
  const fields = previous === undefined ? own : union(difference(previous.fields, change.own.removed), own);
  const isSame = previous?.entry !== undefined && previous.fields === fields && previous.time === time;
  return [...rest, isSame ? previous : { ...identity, id, time, fields }];
}

/** Puts the oldest updaters of each version together until there are few enough (managedfields/internal/capmanagers.go). */
function capped(managers: readonly FieldManager[]): readonly FieldManager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  let surplus = updaters.length - maxUpdaters;
  if (surplus <= 0) return managers;
  const remaining = new Map(managers.map((manager) => [manager.id, manager]));
  const firstOf = new Map<string, FieldManager>();
  for (const manager of updaters.sort(byAge)) {
    if (surplus <= 0) break;
    const { apiVersion } = manager;
    const first = firstOf.get(apiVersion);
    if (first === undefined) {
      firstOf.set(apiVersion, manager);
      continue;
    }
    const identity = { manager: oldUpdates, operation: 'Update', apiVersion } as const;
    const id = managerId(identity);
    const bucket = remaining.get(id) ?? first;
    if (!remaining.has(id)) remaining.delete(first.id);
    if (manager.id !== id) remaining.delete(manager.id);
    remaining.set(id, { ...identity, id, time: manager.time, fields: union(bucket.fields, manager.fields) });
    surplus -= 1;
  }
  return [...remaining.values()];
}

const byAge = (one: FieldManager, other: FieldManager): number =>
  secondsOf(one.time) - secondsOf(other.time) || (one.id < other.id ? -1 : 1);

/** Whether two lists of entries say the same. */
export function isSameEntries(
  one: readonly ManagedFieldsEntry[] | undefined,
  other: readonly ManagedFieldsEntry[] | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.length !== other.length) return false;
  return one.every((entry, index) => entry === other[index] || isEqual(asJson(entry), asJson(other[index])));
}

const asJson = (value: unknown): Json => value as Json;

/**
 * The old object when the new one differs in nothing but when fields were managed: such a write is none
 * (apiserver, handlers/fieldmanager/equality.go). To be asked after the strategy of the kind has done its part.
 */
export function unlessOnlyTimesDiffer(old: StoredObject, next: StoredObject): StoredObject {
  if (old === next) return old;
  const [before, after] = [old.metadata.managedFields ?? [], next.metadata.managedFields ?? []];
  if (before.length !== after.length || after.length === 0) return next;
  const isSame = after.every((entry, index) => {
    const known = before[index];
    return known === entry || isEqual(asJson({ ...entry, time: '' }), asJson({ ...known, time: '' }));
  });
  if (!isSame) return next;
  return isEqual(withoutEntries(old), withoutEntries(next)) ? old : next;
}

function withoutEntries(object: StoredObject): Json {
  const { managedFields: _, ...metadata } = object.metadata;
  return asJson({ ...object, metadata });
}
