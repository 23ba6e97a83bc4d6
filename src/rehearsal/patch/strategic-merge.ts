import { badRequest } from '../api/status-error.ts';
import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import { jsonKind } from './go-format.ts';
import { mergeList, orderedList, type ListRule } from './strategic-list.ts';
import { badFormatOf, noSuchField, unknownDirective, wrongType } from './strategic-error.ts';
import { anyShape, isObject } from './structure.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const deleteFrom = '$deleteFromPrimitiveList';
const orderOf = '$setElementOrder';

/**
 * Strategic merge patch by the strategies and merge keys of the shape (apimachinery, pkg/util/strategicpatch). What the
 * patch does not touch is shared with the document. Not for custom resources, which the server answers with 415. Throws
 * StatusError for what is no such patch.
 */
export function applyStrategicMerge(document: JsonObject, patch: Json, shape: Shape, lookup: TypeLookup): JsonObject {
  if (patch === null) return document;
  if (!isObject(patch))
    throw badRequest(`json: cannot unmarshal ${jsonKind(patch)} into Go value of type map[string]interface {}`);
  return mergeMap(document, patch, shape, lookup);
}

/** Merges one object. Null deletes, directives are obeyed and never stored. */
function mergeMap(original: JsonObject, patch: JsonObject, shape: Shape, lookup: TypeLookup): JsonObject {
  if (directive in patch) return directed(patch);
  const result = retained(original, patch);
  const done = new Set([retainKeys]);
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderOf)) continue;
    done.add(key);
    const field = directedField(key, orderOf);
    const list = ordered(result, patch, field, order, shape, lookup);
    if (list === undefined) continue;
    result[field] = list;
    done.add(field);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (done.has(key)) continue;
    const isDeletion = key.startsWith(deleteFrom);
    const field = isDeletion ? directedField(key, deleteFrom) : key;
    const next = mergedField(result[field], value, field, isDeletion, shape, lookup);
    if (next === undefined) delete result[field];
    else result[field] = next;
  }
  return isSameObject(result, original) ? original : result;
}

function isSameObject(one: JsonObject, other: JsonObject): boolean {
  const fields = Object.keys(one);
  return fields.length === Object.keys(other).length && fields.every((field) => one[field] === other[field]);
}

function directed(patch: JsonObject): JsonObject {
  const { [directive]: which, ...rest } = patch;
  if (which === 'replace') return rest;
  if (which === 'delete') return {};
  throw unknownDirective(which, patch);
}

/** `$setElementOrder/containers` -> `containers`. */
function directedField(key: string, prefix: string): string {
  const slash = key.indexOf('/');
  if (slash === -1 || key.slice(0, slash) !== prefix)
    throw badFormatOf(prefix === deleteFrom ? 'primitive list' : 'setElementOrder list');
  return key.slice(slash + 1);
}

/** A copy of the original, without the fields that `$retainKeys` does not name. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[retainKeys];
  if (keys === undefined) return { ...original };
  if (!Array.isArray(keys)) throw badFormatOf('retainKeys');
  for (const [field, value] of Object.entries(patch)) {
    if (value === null || field === retainKeys || field.startsWith(deleteFrom) || field.startsWith(orderOf)) continue;
    if (!keys.includes(field)) throw badFormatOf('retainKeys');
  }
  return Object.fromEntries(Object.entries(original).filter(([field]) => keys.includes(field)));
}

/** Undefined when neither side has the list. */
function ordered(
  original: JsonObject,
  patch: JsonObject,
  field: string,
  order: Json,
  shape: Shape,
  lookup: TypeLookup,
): Json[] | undefined {
  if (!Array.isArray(order)) throw wrongType([], order);
  const [live, change] = [original[field], patch[field]];
  if (live !== undefined && !Array.isArray(live)) throw wrongType([], live);
  if (change !== undefined && !Array.isArray(change)) throw wrongType([], change);
  return orderedList(live, change, order, listRule(shape, field, lookup));
}

/** Undefined when the field is gone. */
function mergedField(
  original: Json | undefined,
  patch: Json,
  field: string,
  isDeletion: boolean,
  shape: Shape,
  lookup: TypeLookup,
): Json | undefined {
  if (patch === null) return undefined;
  if (original === undefined || jsonKind(original) !== jsonKind(patch))
    return isDeletion ? original : withoutDirectives(withoutNulls(patch));
  if (isObject(original) && isObject(patch)) {
    const fieldShape = shapeOfField(shape, field, lookup);
    if (strategyOf(fieldShape) === 'replace') return patch;
    return mergeMap(original, patch, fieldShape, lookup);
  }
  if (Array.isArray(original) && Array.isArray(patch)) {
    const rule = listRule(shape, field, lookup);
    return rule.isMerged || isDeletion ? mergeList(original, patch, rule, isDeletion) : patch;
  }
  return patch;
}

/** `replace` or `merge`; lists and objects without one have the default of their kind. */
const strategyOf = (shape: Shape): string | undefined =>
  shape.patch?.strategies.find((strategy) => strategy !== 'retainKeys');

function listRule(shape: Shape, field: string, lookup: TypeLookup): ListRule {
  const list = shapeOfField(shape, field, lookup);
  const items = list.items ?? anyShape;
  return {
    isMerged: strategyOf(list) === 'merge',
    key: list.patch?.key,
    type: structName(items.ref),
    merge: (original, patch) => mergeMap(original, patch, items, lookup),
    clean: (value) => withoutDirectives(value),
  };
}

/** `core.v1.PodSpec` -> `PodSpec` */
const structName = (ref: string | undefined): string => ref?.split('.').at(-1) ?? '';

function shapeOfField(shape: Shape, field: string, lookup: TypeLookup): Shape {
  if (shape.type === 'map') return shape.values ?? anyShape;
  if (shape.type !== 'object') return anyShape;
  const found = (shape.ref === undefined ? shape.fields : lookup(shape.ref)?.fields)?.[field];
  if (found === undefined) throw noSuchField(structName(shape.ref), field);
  return found;
}

/** Directives have nothing to act on in a value that is new. Undefined for a value that is one itself. */
function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value))
    return value.map((item) => withoutDirectives(item)).filter((item): item is Json => item !== undefined);
  if (!isObject(value)) return value;
  if (directive in value) return undefined;
  const fields = Object.entries(value).map(([field, child]) => [field, withoutDirectives(child)] as const);
  return Object.fromEntries(fields.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(fields.map(([field, child]) => [field, withoutNulls(child)]));
}
