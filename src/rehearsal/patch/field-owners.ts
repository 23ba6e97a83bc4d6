import type { Shape, TypeLookup } from '../api/shape.ts';
import type { JsonObject } from '../objects.ts';
import { compare, type Difference } from './compare.ts';
import { difference, fieldSetOf, intersection, isEmpty, leaf, noFields, union, type FieldSet } from './field-set.ts';
import type { FieldManager } from './managers.ts';
import { fieldElement, fieldName } from './path-element.ts';
import type { FieldFilter } from './reset-fields.ts';
import { anyShape, elementShape, fieldShape, structureOf } from './structure.ts';

/** An object in another version of its API; undefined when the version is not served any more. */
export type VersionConversion = (
  object: JsonObject,
  apiVersion: string,
) => { object: JsonObject; shape: Shape } | undefined;

/** In which terms fields are tracked. */
export interface FieldTerms {
  apiVersion: string;
  shape: Shape;
  lookup: TypeLookup;
  /** What this writer cannot own, see `resetFilter`. */
  reset?: FieldFilter | undefined;
  /** Without it, fields managed in other versions are taken for fields of this one. */
  convert?: VersionConversion | undefined;
}

/** Fields that nobody manages (apimachinery, managedfields/internal/stripmeta.go). */
const untracked = fieldSetOf(
  [fieldElement('apiVersion')],
  [fieldElement('kind')],
  [fieldElement('metadata')],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => [fieldElement('metadata'), fieldElement(name)]),
);

/** A set without the fields that nobody manages. */
export const tracked = (set: FieldSet): FieldSet => difference(set, untracked);

/** What a manager would lose. */
export interface Claim {
  manager: FieldManager;
  fields: FieldSet;
}

/** The comparison of an object before and after, in each version that somebody manages fields in. */
export class Change {
  readonly own: Difference;
  readonly #before: JsonObject;
  readonly #after: JsonObject;
  readonly #terms: FieldTerms;
  readonly #others = new Map<string, Difference | undefined>();

  constructor(before: JsonObject, after: JsonObject, terms: FieldTerms) {
    this.#before = before;
    this.#after = after;
    this.#terms = terms;
    this.own = this.#filtered(compare(this.#before, this.#after, terms.shape, terms.lookup));
  }

  /** Undefined when the version is not served any more. */
  in(apiVersion: string): Difference | undefined {
    const { convert, lookup } = this.#terms;
    if (apiVersion === this.#terms.apiVersion || convert === undefined) return this.own;
    if (!this.#others.has(apiVersion)) {
      const [before, after] = [convert(this.#before, apiVersion), convert(this.#after, apiVersion)];
      const isServed = before !== undefined && after !== undefined;
      const found = isServed ? compare(before.object, after.object, after.shape, lookup) : undefined;
      this.#others.set(apiVersion, found === undefined ? undefined : this.#filtered(found));
    }
    return this.#others.get(apiVersion);
  }

  #filtered({ changed, removed }: Difference): Difference {
    const { reset } = this.#terms;
    return reset === undefined ? { changed, removed } : { changed: reset(changed), removed: reset(removed) };
  }
}

/** Fields of managers other than the one with this id that a change has changed. */
export function claimsOn(managers: readonly FieldManager[], change: Change, id?: string): Claim[] {
  return managers.flatMap((manager) => {
    const found = manager.id === id ? undefined : change.in(manager.apiVersion);
    if (found === undefined) return [];
    const fields = intersection(manager.fields, found.changed);
    return isEmpty(fields) ? [] : [{ manager, fields }];
  });
}

/** The managers after a change: all but the one with this id lose what it has changed, all lose what is gone. */
export function afterChange(managers: readonly FieldManager[], change: Change, id?: string): FieldManager[] {
  return managers.flatMap((manager) => {
    if (manager.id === id) return [manager];
    const found = change.in(manager.apiVersion);
    if (found === undefined) return [];
    const fields = difference(difference(manager.fields, found.changed), found.removed);
    return isEmpty(fields) ? [] : [withFields(manager, fields)];
  });
}

/** The manager with other fields; itself when they are the same. */
export function withFields(manager: FieldManager, fields: FieldSet): FieldManager {
  if (fields === manager.fields) return manager;
  const { entry: _, ...rest } = manager;
  return { ...rest, fields };
}

/** All that the managers have. */
export const allFields = (managers: readonly FieldManager[]): FieldSet =>
  managers.reduce<FieldSet>((set, { fields }) => union(set, fields), noFields);

/**
 * Sets written before a schema made a list or map atomic own its whole instead of its parts
 * (structured-merge-diff, typed/reconcile_schema.go). Types of the server itself do not change.
 */
export function reconciled(managers: readonly FieldManager[], { shape, lookup }: FieldTerms): readonly FieldManager[] {
  if (shape.ref !== undefined) return managers;
  return managers.map((manager) => withFields(manager, reconciledSet(manager.fields, shape, lookup)));
}

function reconciledSet(set: FieldSet, shape: Shape, lookup: TypeLookup): FieldSet {
  const structure = structureOf(shape, lookup);
  if (structure.kind === 'deduced') return set;
  let result: Record<string, FieldSet> | undefined;
  for (const [element, child] of Object.entries(set)) {
    if (element === '.' || isEmpty(child)) continue;
    const name = fieldName(element);
    const childShape = name === undefined ? elementShape(structure) : fieldShape(structure, name);
    if (childShape === undefined || childShape === anyShape) continue;
    const isLeaf = structureOf(childShape, lookup).kind === 'leaf';
    const next = isLeaf ? leaf : reconciledSet(child, childShape, lookup);
    if (next !== child) (result ??= { ...set })[element] = next;
  }
  return result ?? set;
}
