import type { Shape, TypeLookup } from '../api/shape.ts';
import { builtInType } from '../api/types.ts';
import type { Json, JsonObject } from '../objects.ts';

/**
 * Fills in the defaults that the shape itself carries, in every object that is there; a default that is an object gets its
 * own defaults too. What is there stays, and so does an explicit null of a field without a default; a null that has one is
 * replaced by it (apiextensions, "Defaulting and Nullable"). Idempotent; shares what it does not change. The fields that the
 * value shares with `old` have been through here.
 */
export function withDefaults(
  value: JsonObject,
  shape: Shape,
  lookup: TypeLookup = builtInType,
  old?: JsonObject,
): JsonObject {
  const after = filled(value, shape, lookup, old);
  return isObject(after) ? after : value;
}

/** Shapes in which no default is to be found anywhere need not be walked. */
const barren = new WeakMap<TypeLookup, Map<string, boolean>>();

function filled(value: Json, shape: Shape, lookup: TypeLookup, old?: JsonObject): Json {
  if (shape.type === 'list' && Array.isArray(value) && shape.items !== undefined) {
    if (!hasDefaults(shape.items, lookup)) return value;
    const { items } = shape;
    let copy: Json[] | undefined;
    value.forEach((item, index) => {
      const after = filled(item, items, lookup);
      if (after === item) return;
      copy ??= [...value];
      copy[index] = after;
    });
    return copy ?? value;
  }
  if (!isObject(value)) return value;
  if (shape.type === 'map' && shape.values !== undefined) {
    const { values } = shape;
    return hasDefaults(values, lookup) ? filledFields(value, () => values, Object.keys(value), lookup) : value;
  }
  const fields = shape.ref === undefined ? shape.fields : lookup(shape.ref)?.fields;
  if (shape.type !== 'object' || fields === undefined || !hasDefaults(shape, lookup)) return value;
  return filledFields(value, (name) => fields[name], namesOf(fields), lookup, shape.values, old);
}

const fieldNames = new WeakMap<object, readonly string[]>();

function namesOf(fields: object): readonly string[] {
  let names = fieldNames.get(fields);
  if (names === undefined) fieldNames.set(fields, (names = Object.keys(fields)));
  return names;
}

function filledFields(
  value: JsonObject,
  shapeOf: (name: string) => Shape | undefined,
  names: readonly string[],
  lookup: TypeLookup,
  others?: Shape,
  old?: JsonObject,
): JsonObject {
  let copy: JsonObject | undefined;
  const put = (name: string, shape: Shape | undefined) => {
    if (shape === undefined || (old !== undefined && value[name] === old[name] && old[name] !== undefined)) return;
    const before = Object.hasOwn(value, name) ? value[name] : undefined;
    const start =
      before === undefined || (before === null && shape.default !== undefined && shape.default !== null)
        ? (shape.default as Json | undefined)
        : before;
    if (start === undefined) return;
    const after = filled(start, shape, lookup);
    if (after === before) return;
    copy ??= { ...value };
    copy[name] = after;
  };
  for (const name of names) put(name, shapeOf(name));
  if (others !== undefined) for (const name of Object.keys(value)) if (!names.includes(name)) put(name, others);
  return copy ?? value;
}

function hasDefaults(shape: Shape, lookup: TypeLookup): boolean {
  if (shape.default !== undefined) return true;
  if (shape.ref === undefined)
    return [shape.items, shape.values, ...Object.values(shape.fields ?? {})].some(
      (inner) => inner !== undefined && hasDefaults(inner, lookup),
    );
  let known = barren.get(lookup);
  if (known === undefined) barren.set(lookup, (known = new Map<string, boolean>()));
  const found = known.get(shape.ref);
  if (found !== undefined) return found;
  // A type within itself (schemas) has the defaults that are found elsewhere in it.
  known.set(shape.ref, false);
  const result = Object.values(lookup(shape.ref)?.fields ?? {}).some((inner) => hasDefaults(inner, lookup));
  known.set(shape.ref, result);
  return result;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
