import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import recorded from './recorded/pointer-fields.json' with { type: 'json' };
import { anyShape, fieldShape, insideOf, isObject } from './structure.ts';

const pointers = recorded.pointers as Record<string, string[]>;

/** Parts that are as they must be: what two versions of an object share is looked at once. */
const normal = new WeakSet<object>();

/** Whether a part of an object has been through here before: its defaults are filled in, too. */
export const isNormal = (part: object): boolean => normal.has(part);

/**
 * An object as the server's own types hold it. Structs that are no pointers are there (`status: {}`, `resources: {}`), so
 * are fields that are written whatever they hold (`replicas: 0`, `lastProbeTime: null`); any other null, empty list, empty
 * map or zero that is no pointer is left out. The object itself comes back when it is so already. Of a custom resource this
 * is its metadata; nothing else of it has a type of the server.
 */
export function normalized(object: JsonObject, shape: Shape, lookup: TypeLookup): JsonObject {
  if (shape.ref === undefined) return withNormalMetadata(object, shape, lookup);
  const result = normalFields(object, shape, lookup);
  for (const field in result) {
    const part = result[field];
    if (typeof part === 'object' && part !== null) normal.add(part);
  }
  return result;
}

function withNormalMetadata(object: JsonObject, { fields }: Shape, lookup: TypeLookup): JsonObject {
  const [known, shape] = [object['metadata'], fields?.['metadata']];
  if (known === undefined || shape?.ref === undefined) return object;
  const metadata = normalValue(known, shape, lookup);
  return metadata === known ? object : { ...object, metadata };
}

function normalValue(value: Json, shape: Shape, lookup: TypeLookup): Json {
  if (typeof value !== 'object' || value === null || normal.has(value)) return value;
  if (Array.isArray(value)) return shape.type === 'list' ? normalItems(value, shape.items ?? anyShape, lookup) : value;
  return shape.type === 'object' || shape.type === 'map' ? normalFields(value, shape, lookup) : value;
}

function normalItems(items: Json[], shape: Shape, lookup: TypeLookup): Json[] {
  let result: Json[] | undefined;
  for (const [index, item] of items.entries()) {
    const next = normalValue(item, shape, lookup);
    if (next !== item) (result ??= [...items])[index] = next;
  }
  return result ?? items;
}

function normalFields(value: JsonObject, shape: Shape, lookup: TypeLookup): JsonObject {
  const structure = insideOf(shape, lookup);
  const zeros = structure.kind === 'struct' ? structure.zeros : undefined;
  const kept = pointers[shape.ref ?? ''];
  let result: JsonObject | undefined;
  for (const field in value) {
    const child = value[field];
    if (child === undefined) continue;
    const childShape = fieldShape(structure, field) ?? anyShape;
    const isOmitted = structure.kind === 'struct' && isZero(child, childShape) && !kept?.includes(field);
    if (isOmitted && zeros?.[field] === undefined) {
      result ??= { ...value };
      delete result[field];
      continue;
    }
    const next = normalValue(child, childShape, lookup);
    if (next !== child) (result ??= { ...value })[field] = next;
  }
  for (const field in zeros) {
    const zero = zeros[field];
    const known = value[field];
    if (zero === undefined || (known !== undefined && known !== null) || known === zero) continue;
    (result ??= { ...value })[field] = normalValue(zero, fieldShape(structure, field) ?? anyShape, lookup);
  }
  return result ?? value;
}

/** What Go's `omitempty` leaves out, pointers to scalars aside. */
function isZero(value: Json, { type }: Shape): boolean {
  if (value === null) return true;
  switch (type) {
    case 'string':
      return value === '';
    case 'integer':
    case 'number':
      return value === 0;
    case 'boolean':
      return value === false;
    case 'list':
      return Array.isArray(value) && value.length === 0;
    case 'map':
      return isObject(value) && Object.keys(value).length === 0;
    case 'object':
    case 'any':
    case 'int-or-string':
    case 'quantity':
      return false;
  }
}
