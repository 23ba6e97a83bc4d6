import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import { keyElement, textKeyElement, valueElement, type PathElement } from './path-element.ts';
import recorded from './recorded/zero-fields.json' with { type: 'json' };

/**
 * What a shape means to those who merge and track fields, as kube-openapi's schemaconv tells structured-merge-diff:
 * a `leaf` has one owner as a whole; the others are owned field by field and element by element.
 */
export type Structure =
  | { kind: 'leaf' }
  | {
      kind: 'struct';
      fields: Readonly<Record<string, Shape>>;
      keepsUnknown: boolean;
      zeros: Readonly<JsonObject>;
      /** The field that is not compared: managed fields themselves. */
      ignored?: string | undefined;
    }
  | { kind: 'map'; values: Shape }
  | { kind: 'set' }
  | { kind: 'list'; items: Shape; keys: readonly string[]; defaults: Readonly<JsonObject> }
  /** Nobody knows: maps are owned field by field, everything else as a whole. */
  | { kind: 'deduced' };

const types = recorded.types as unknown as Record<string, JsonObject>;
const raw = recorded.raw as Record<string, string[]>;
const leafStructure: Structure = { kind: 'leaf' };
const deduced: Structure = { kind: 'deduced' };
const noZeros: Readonly<JsonObject> = Object.freeze({});

/** A value of which nothing is known. */
export const anyShape: Shape = { type: 'any' };

const known = new WeakMap<TypeLookup, WeakMap<Shape, Structure>>();
/** The lookup of the call before: there is hardly ever another one. */
let lastLookup: TypeLookup | undefined;
let structures = new WeakMap<Shape, Structure>();

/** Throws RangeError for a shape whose type the lookup does not have. */
export function structureOf(shape: Shape, lookup: TypeLookup): Structure {
  if (lookup !== lastLookup) {
    structures = known.get(lookup) ?? new WeakMap();
    known.set(lookup, structures);
    lastLookup = lookup;
  }
  let structure = structures.get(shape);
  if (structure === undefined) structures.set(shape, (structure = resolve(shape, lookup)));
  return structure;
}

const insides = new WeakMap<Shape, Shape>();

/** The structure of what is within, also of a value that has one owner as a whole. */
export function insideOf(shape: Shape, lookup: TypeLookup): Structure {
  if (shape.type !== 'object' && shape.type !== 'map') return structureOf(shape, lookup);
  let inside = insides.get(shape);
  if (inside === undefined) insides.set(shape, (inside = { ...shape, atomic: false }));
  return structureOf(inside, lookup);
}

function resolve(shape: Shape, lookup: TypeLookup): Structure {
  switch (shape.type) {
    case 'any':
      return shape.atomic === true ? leafStructure : deduced;
    case 'object':
      return structOf(shape, lookup);
    case 'map':
      return shape.atomic === true ? leafStructure : { kind: 'map', values: shape.values ?? anyShape };
    case 'list':
      return listOf(shape, lookup);
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'int-or-string':
    case 'quantity':
      return leafStructure;
  }
}

function structOf(shape: Shape, lookup: TypeLookup): Structure {
  if (shape.ref === undefined) {
    if (shape.atomic === true) return leafStructure;
    // A schema without properties says nothing about what may be there.
    if (shape.fields === undefined || Object.keys(shape.fields).length === 0) return deduced;
    return { kind: 'struct', fields: shape.fields, keepsUnknown: shape.keepsUnknown === true, zeros: noZeros };
  }
  const type = lookup(shape.ref);
  if (type === undefined) throw new RangeError(`no type ${shape.ref}`);
  if (shape.atomic ?? type.atomic) return leafStructure;
  const rawFields = raw[shape.ref] ?? [];
  const fields =
    rawFields.length === 0
      ? type.fields
      : { ...type.fields, ...Object.fromEntries(rawFields.map((field) => [field, { ...anyShape, atomic: true }])) };
  const ignored = shape.ref === 'meta.v1.ObjectMeta' ? 'managedFields' : undefined;
  const keepsUnknown = shape.keepsUnknown === true;
  return { kind: 'struct', fields, keepsUnknown, zeros: types[shape.ref] ?? noZeros, ignored };
}

function listOf(shape: Shape, lookup: TypeLookup): Structure {
  if (shape.listType === 'set') return { kind: 'set' };
  if (shape.listType !== 'map') return leafStructure;
  const items = shape.items ?? anyShape;
  const fields = (items.ref === undefined ? items.fields : lookup(items.ref)?.fields) ?? {};
  const keys = mergeKeysOf(shape);
  const defaults: JsonObject = {};
  for (const key of keys) {
    // Without a default of its own, a key is what the server's own type holds: '' or 0.
    const value = (fields[key]?.default as Json | undefined) ?? types[items.ref ?? '']?.[key];
    if (value !== undefined && value !== null && typeof value !== 'object') defaults[key] = value;
  }
  return { kind: 'list', items, keys, defaults };
}

/** The fields by which the elements of a list are told apart; none for other lists. */
export const mergeKeysOf = (shape: Shape): readonly string[] =>
  shape.listType === 'map' ? (shape.keys ?? []).toSorted() : [];

/** The shape of one field; undefined for a field that the type does not have. */
export function fieldShape(structure: Structure, field: string): Shape | undefined {
  if (structure.kind === 'struct') return structure.fields[field] ?? (structure.keepsUnknown ? anyShape : undefined);
  if (structure.kind === 'map') return structure.values;
  return structure.kind === 'deduced' ? anyShape : undefined;
}

/** Shape of the elements of a list that is owned element by element. */
const scalarShape: Shape = { type: 'string' };
export const elementShape = (structure: Structure): Shape =>
  structure.kind === 'list' ? structure.items : scalarShape;

/** The path element of one item; undefined for an item without any of the keys, or with something else in their place. */
export function elementOf(item: Json, structure: Structure): PathElement | undefined {
  if (structure.kind === 'set') return typeof item === 'object' ? undefined : valueElement(item);
  if (structure.kind !== 'list' || !isObject(item)) return undefined;
  const [only = ''] = structure.keys;
  if (structure.keys.length === 1) {
    const value = item[only] ?? structure.defaults[only];
    if (typeof value === 'string') return textKeyElement(only, value);
  }
  const keys: JsonObject = {};
  for (const key of structure.keys) {
    const value = item[key] ?? structure.defaults[key];
    if (value !== undefined) keys[key] = value;
  }
  return Object.keys(keys).length === 0 ? undefined : keyElement(keys);
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Structs that are always there make their owner more than empty. */
export const hasZeros = (structure: Structure): boolean => {
  if (structure.kind !== 'struct') return false;
  return structure.zeros !== noZeros;
};
