import type { Shape } from '../api/shape.ts';
import type { JsonObject } from '../objects.ts';
import { allFields, type FieldTerms } from './field-owners.ts';
import { difference, intersection, isEmpty, union, type FieldSet } from './field-set.ts';
import type { FieldManager } from './managers.ts';
import { removeFields, withNamedFields } from './remove.ts';
import { fieldsOfValue } from './value-fields.ts';

interface Pruning {
  merged: JsonObject;
  /** All managers, with what is being applied now. */
  managers: readonly FieldManager[];
  own: FieldManager;
  /** What the same manager had applied before. */
  last: FieldManager | undefined;
  terms: FieldTerms;
}

interface Versioned {
  object: JsonObject;
  shape: Shape;
}

/**
 * Removes fields, keys of maps and elements of lists that this manager applied before and does not any more, unless
 * somebody else manages them (structured-merge-diff, merge/update.go, prune).
 */
export function prune({ merged, managers, own, last, terms }: Pruning): JsonObject {
  if (last === undefined || isEmpty(last.fields)) return merged;
  const before = inVersion({ object: merged, shape: terms.shape }, last.apiVersion, terms);
  if (before === undefined) return merged;
  const named = (set: FieldSet) => withNamedFields(set, before.shape, terms.lookup);
  const without = (set: FieldSet) => ({
    ...before,
    object: removeFields(before.object, set, before.shape, terms.lookup),
  });
  const rest = addOwned(before, without(named(last.fields)), managers, last.apiVersion, terms);
  const [mergedFields, restFields] = [before, rest].map(({ object, shape }) =>
    named(fieldsOfValue(object, shape, terms.lookup)),
  ) as [FieldSet, FieldSet];
  // What this manager did not have stays, whoever has it.
  const gone = intersection(difference(mergedFields, restFields), named(last.fields));
  return inVersion(without(gone), own.apiVersion, terms)?.object ?? merged;
}

/** Adds back what any manager has, each looked at in the version that it was managed in. */
function addOwned(
  merged: Versioned,
  pruned: Versioned,
  managers: readonly FieldManager[],
  prunedVersion: string,
  terms: FieldTerms,
): Versioned {
  const versions = new Set([prunedVersion, ...managers.map(({ apiVersion }) => apiVersion)]);
  let [all, rest] = [merged, pruned];
  for (const version of versions) {
    const managed = allFields(managers.filter(({ apiVersion }) => apiVersion === version));
    const [whole, part] = [inVersion(all, version, terms), inVersion(rest, version, terms)];
    if (whole === undefined || part === undefined) continue;
    all = whole;
    const named = (set: FieldSet) => withNamedFields(set, whole.shape, terms.lookup);
    const has = named(fieldsOfValue(whole.object, whole.shape, terms.lookup));
    const keeps = union(named(fieldsOfValue(part.object, part.shape, terms.lookup)), named(managed));
    rest = { ...whole, object: removeFields(whole.object, difference(has, keeps), whole.shape, terms.lookup) };
  }
  return inVersion(rest, prunedVersion, terms) ?? rest;
}

function inVersion(from: Versioned, apiVersion: string, { convert }: FieldTerms): Versioned | undefined {
  return convert === undefined || from.object['apiVersion'] === apiVersion ? from : convert(from.object, apiVersion);
}
