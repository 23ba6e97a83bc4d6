import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import recorded from './recorded/pointer-fields.json' with { type: 'json' };
import { anyShape, fieldShape, insideOf, isObject } from './structure.ts';

const pointers = recorded.pointers as Record<string, string[]>;

/**
 * An object as the server's own types hold it. Structs that are no pointers are there (`status: {}`, `resources: {}`), so
 * are fields that are written whatever they hold (`replicas: 0`, `lastProbeTime: null`); any other null, empty list, empty
 * map or zero that is no pointer is left out. The object itself comes back when it is so already. Of a custom resource this
 * is its metadata; nothing else of it has a type of the server. `before` is as the server holds it: what the object shares
 * with it is not looked into.
 */
export function normalized(object: JsonObject, shape: Shape, lookup: TypeLookup, before?: JsonObject): JsonObject {
  if (shape.ref === undefined) return withNormalMetadata(object, shape, lookup, before);
  return normalFields(object, shape, lookup, before);
}

function withNormalMetadata(
  object: JsonObject,
  { fields }: Shape,
  lookup: TypeLookup,
  before: JsonObject | undefined,
): JsonObject {
  const [known, shape] = [object['metadata'], fields?.['metadata']];
  if (known === undefined || shape?.ref === undefined) return object;
  const metadata = normalValue(known, shape, lookup, before?.['metadata']);
  return metadata === known ? object : { ...object, metadata };
}

function normalValue(value: Json, shape: Shape, lookup: TypeLookup, before: Json | undefined): Json {
  if (typeof value !== 'object' || value === null || value === before) return value;
  if (Array.isArray(value))
    return shape.type === 'list'
      ? normalItems(value, shape.items ?? anyShape, lookup, Array.isArray(before) ? before : [])
      : value;
  return shape.type === 'object' || shape.type === 'map'
    ? normalFields(value, shape, lookup, isObject(before) ? before : undefined)
    : value;
}

function normalItems(items: Json[], shape: Shape, lookup: TypeLookup, before: readonly Json[]): Json[] {
  let result: Json[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as Json;
    const next = normalValue(item, shape, lookup, before[index]);
    if (next !== item) (result ??= [...items])[index] = next;
  }
  return result ?? items;
}

function normalFields(value: JsonObject, shape: Shape, lookup: TypeLookup, before: JsonObject | undefined): JsonObject {
  const structure = insideOf(shape, lookup);
  const zeros = structure.kind === 'struct' ? structure.zeros : undefined;
  const kept = pointers[shape.ref ?? ''];
  let result: JsonObject | undefined;
  for (const field in value) {
    const child = value[field];
    if (child === undefined || (child === before?.[field] && typeof child === 'object')) continue;
    const childShape = fieldShape(structure, field) ?? anyShape;
    const isOmitted = structure.kind === 'struct' && isZero(child, childShape) && !kept?.includes(field);
    if (isOmitted && zeros?.[field] === undefined) {
      result ??= { ...value };
      delete result[field];
      continue;
    }
    const next = normalValue(child, childShape, lookup, before?.[field]);
    if (next !== child) (result ??= { ...value })[field] = next;
  }
  for (const field in zeros) {
    const zero = zeros[field];
    const known = value[field];
    if (zero === undefined || (known !== undefined && known !== null) || known === zero) continue;
    (result ??= { ...value })[field] = normalValue(
      zero,
      fieldShape(structure, field) ?? anyShape,
      lookup,
      before?.[field],
    );
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
