import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import { anyShape, elementShape, fieldShape, isObject, structureOf, type Structure } from './structure.ts';

/**
 * An object as the server's own types hold it: structs that are always there are there (`status: {}`, `resources: {}`),
 * so are fields that are written whatever they hold (`replicas: 0`, `lastProbeTime: null`); any other null is absent. The object itself comes back when
 * it is so already. Objects of shapes without types, those of custom resources, are left as they are.
 */
export function withZeroFields(object: JsonObject, shape: Shape, lookup: TypeLookup): JsonObject {
  return shape.ref === undefined ? object : (filled(object, shape, lookup) as JsonObject);
}

function filled(value: Json, shape: Shape, lookup: TypeLookup): Json {
  const structure = structureOf(shape, lookup);
  if (Array.isArray(value)) return filledItems(value, itemShape(shape, structure), lookup);
  if (!isObject(value) || structure.kind === 'deduced' || structure.kind === 'leaf') return value;
  return filledFields(value, structure, lookup);
}

const itemShape = (shape: Shape, structure: Structure): Shape =>
  structure.kind === 'list' ? elementShape(structure) : (shape.items ?? anyShape);

function filledItems(items: Json[], shape: Shape, lookup: TypeLookup): Json[] {
  let result: Json[] | undefined;
  for (const [index, item] of items.entries()) {
    const next = filled(item, shape, lookup);
    if (next !== item) (result ??= [...items])[index] = next;
  }
  return result ?? items;
}

function filledFields(value: JsonObject, structure: Structure, lookup: TypeLookup): JsonObject {
  let result: JsonObject | undefined;
  const put = (field: string, next: Json) => ((result ??= { ...value })[field] = next);
  for (const field in value) {
    const child = value[field];
    if (child === undefined) continue;
    if (child === null) {
      if (structure.kind === 'struct' && structure.zeros[field] === null) continue;
      result ??= { ...value };
      delete result[field];
      continue;
    }
    const next = filled(child, fieldShape(structure, field) ?? anyShape, lookup);
    if (next !== child) put(field, next);
  }
  if (structure.kind !== 'struct') return result ?? value;
  for (const field in structure.zeros) {
    const zero = structure.zeros[field];
    if (zero === undefined || (value[field] !== undefined && value[field] !== null)) continue;
    if (zero !== null || value[field] === undefined)
      put(field, filled(zero, fieldShape(structure, field) ?? anyShape, lookup));
  }
  return result ?? value;
}
