import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import { below, elementsOf, has, leaf, NodeBuilder, noFields, type FieldSet } from './field-set.ts';
import { fieldElement, fieldName } from './path-element.ts';
import { anyShape, elementOf, elementShape, fieldShape, isObject, structureOf, type Structure } from './structure.ts';

/**
 * A value without the fields of a set (structured-merge-diff, typed/remove.go). The value itself comes back when it has
 * none of them; a map or list of which nothing is left becomes null.
 */
export function removeFields(value: JsonObject, fields: FieldSet, shape: Shape, lookup: TypeLookup): JsonObject {
  const rest = without(value, fields, shape, lookup);
  return isObject(rest) ? rest : {};
}

function without(value: Json, fields: FieldSet, shape: Shape, lookup: TypeLookup): Json {
  const structure = structureOf(shape, lookup);
  switch (structure.kind) {
    case 'leaf':
      return typeof value === 'object' ? null : value;
    case 'struct':
    case 'map':
    case 'deduced':
      return isObject(value) ? withoutFields(value, fields, structure, lookup) : value;
    case 'set':
    case 'list':
      return Array.isArray(value) ? withoutItems(value, fields, structure, lookup) : value;
  }
}

function withoutFields(value: JsonObject, fields: FieldSet, structure: Structure, lookup: TypeLookup): Json {
  const result: JsonObject = {};
  let isChanged = false;
  for (const field in value) {
    const child = value[field];
    if (child === undefined) continue;
    const element = fieldElement(field);
    if (has(fields, element)) {
      isChanged = true;
      continue;
    }
    const subset = below(fields, element);
    const rest =
      subset === undefined ? child : without(child, subset, fieldShape(structure, field) ?? anyShape, lookup);
    if (rest !== child) isChanged = true;
    result[field] = rest;
  }
  if (!isChanged) return value;
  return Object.keys(result).length === 0 ? null : result;
}

function withoutItems(items: Json[], fields: FieldSet, structure: Structure, lookup: TypeLookup): Json {
  const result: Json[] = [];
  let isChanged = false;
  for (const item of items) {
    const element = elementOf(item, structure);
    if (element !== undefined && has(fields, element)) {
      isChanged = true;
      continue;
    }
    const subset = element === undefined ? undefined : below(fields, element);
    const rest = subset === undefined ? item : without(item, subset, elementShape(structure), lookup);
    if (rest !== item) isChanged = true;
    result.push(rest);
  }
  if (!isChanged) return items;
  return result.length === 0 ? null : result;
}

/** The set together with the fields of structs that lead to its members (`spec` of `spec.replicas`). */
export function withNamedFields(set: FieldSet, shape: Shape, lookup: TypeLookup): FieldSet {
  const structure = structureOf(shape, lookup);
  const builder = new NodeBuilder();
  for (const element of elementsOf(set)) {
    const child = set[element] ?? leaf;
    if (child === leaf) {
      builder.add(element, child);
      continue;
    }
    const name = fieldName(element);
    const childShape = name === undefined ? elementShape(structure) : (fieldShape(structure, name) ?? anyShape);
    const node = withNamedFields(child, childShape, lookup);
    const isDeclared = name !== undefined && structure.kind === 'struct' && structure.fields[name] !== undefined;
    builder.add(element, isDeclared || has(set, element) ? { '.': leaf, ...node } : node);
  }
  return builder.node(false) ?? noFields;
}
