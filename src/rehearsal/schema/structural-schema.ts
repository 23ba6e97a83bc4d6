import type { Json, JsonObject } from '../objects.ts';

/** A rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** `openAPIV3Schema` of a CustomResourceDefinition (apiextensions.k8s.io/v1 JSONSchemaProps). */
export interface JsonSchema {
  type?: string;
  format?: string;
  default?: Json;
  nullable?: boolean;
  description?: string;
  title?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  required?: string[];
  enum?: Json[];
  maximum?: number;
  exclusiveMaximum?: boolean;
  minimum?: number;
  exclusiveMinimum?: boolean;
  multipleOf?: number;
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  maxItems?: number;
  minItems?: number;
  maxProperties?: number;
  minProperties?: number;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  not?: JsonSchema;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-validations'?: ValidationRule[];
}

/** Fields of every object, whatever its schema says of them. */
const metaFields = new Set(['apiVersion', 'kind', 'metadata']);

/** The schema of `name` within an object of this schema: a property, or what additional properties are. */
export function fieldSchema(schema: JsonSchema, name: string): JsonSchema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an item of a list was before: the item with its keys in a list of type map, otherwise nobody can tell. */
export function correlated(item: Json, list: JsonSchema, old: Json | undefined): Json | undefined {
  const keys = list['x-kubernetes-list-map-keys'];
  if (list['x-kubernetes-list-type'] !== 'map' || keys === undefined || !Array.isArray(old) || !isObject(item))
    return undefined;
  return old.find((other) => isObject(other) && keys.every((key) => other[key] === item[key]));
}

export interface Pruned {
  object: JsonObject;
  /** `spec.items[0].extra`, in alphabetical order. */
  unknown: string[];
}

/**
 * Drops what the schema does not know (apiextensions, "Field pruning"), then nulls that are not allowed and have no default.
 * Shares what it does not change.
 */
export function pruned(object: JsonObject, schema: JsonSchema): Pruned {
  const unknown: string[] = [];
  const kept = prune(object, schema, '', unknown, true);
  const object2 = isObject(kept) ? withoutNulls(kept, schema) : object;
  return { object: isObject(object2) ? object2 : object, unknown: unknown.toSorted() };
}

function prune(
  value: Json,
  schema: JsonSchema | undefined,
  path: string,
  unknown: string[],
  isResource: boolean,
): Json {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (Array.isArray(value))
    return mapped(value, (item, index) => prune(item, schema?.items, `${path}[${index}]`, unknown, false));
  if (!isObject(value)) return value;
  const keepsAll = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  const isEmbedded = isResource || schema?.['x-kubernetes-embedded-resource'] === true;
  return mappedFields(value, (inner, name) => {
    if (isEmbedded && metaFields.has(name)) return inner;
    const field = schema === undefined ? undefined : fieldSchema(schema, name);
    if (field !== undefined) return prune(inner, field, at(name), unknown, false);
    if (keepsAll || schema?.additionalProperties === true) return inner;
    unknown.push(at(name));
    return undefined;
  });
}

function withoutNulls(value: Json, schema: JsonSchema | undefined): Json {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return mapped(value, (item) => withoutNulls(item, schema.items));
  if (!isObject(value)) return value;
  return mappedFields(value, (inner, name) => {
    const field = fieldSchema(schema, name);
    if (inner === null && field !== undefined && field.nullable !== true && field.default === undefined)
      return undefined;
    return withoutNulls(inner, field);
  });
}

/** Fills in defaults, also in what was filled in. Idempotent; shares what it does not change. */
export function defaulted(value: Json, schema: JsonSchema | undefined): Json {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return mapped(value, (item) => defaulted(item, schema.items));
  if (!isObject(value)) return value;
  let start = value;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.default === undefined) continue;
    const isThere = Object.hasOwn(value, name) && (value[name] !== null || field.nullable === true);
    if (!isThere) start = { ...start, [name]: field.default };
  }
  return mappedFields(start, (inner, name) => defaulted(inner, fieldSchema(schema, name)));
}

function mapped(items: Json[], change: (item: Json, index: number) => Json): Json[] {
  let copy: Json[] | undefined;
  items.forEach((item, index) => {
    const after = change(item, index);
    if (after === item) return;
    copy ??= [...items];
    copy[index] = after;
  });
  return copy ?? items;
}

function mappedFields(object: JsonObject, change: (value: Json, name: string) => Json | undefined): JsonObject {
  let copy: JsonObject | undefined;
  for (const [name, value] of Object.entries(object)) {
    const after = change(value, name);
    if (after === value) continue;
    copy ??= { ...object };
    if (after === undefined) delete copy[name];
    else copy[name] = after;
  }
  return copy ?? object;
}
