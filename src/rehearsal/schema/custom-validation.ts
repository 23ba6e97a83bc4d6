import type { Resource } from '../api/resource.ts';
import type { FieldError } from '../api/status-error.ts';
import type { Json, JsonObject } from '../objects.ts';
import { ruleErrors, type SkippedRule } from './cel-rules.ts';
import { embeddedErrors } from './embedded-resources.ts';
import { invalidValue } from './field-errors.ts';
import { listTypeErrors } from './list-types.ts';
import { schemaErrors } from './schema-validation.ts';
import { isObject, type JsonSchema } from './structural-schema.ts';

/** Errors after which rules are not evaluated. */
const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const notChecked = invalidValue(
  '',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

/**
 * What is wrong with a custom object by its definition, metadata aside, in the order of the real server: kind and version,
 * schema, numbers of the scale subresource, embedded objects, list types, rules. With `old` it is an update.
 */
export function customObjectErrors(
  object: JsonObject,
  resource: Resource,
  { old, skipped }: { old?: JsonObject; skipped?: SkippedRule } = {},
): FieldError[] {
  const schema = schemaOf(resource);
  const kind = typeErrors(object, resource);
  if (kind.length > 0) return kind;
  const errors = [
    ...schemaErrors(object, schema, '', old),
    ...scaleErrors(object, resource),
    ...embeddedErrors(object, schema),
    ...(old === undefined || listTypeErrors(old, schema).length === 0 ? listTypeErrors(object, schema) : []),
  ];
  if (!hasRules(schema)) return errors;
  if (errors.some(({ reason }) => blocking.has(reason))) return [...errors, notChecked];
  return [...errors, ...ruleErrors(object, schema, { old, ...(skipped === undefined ? {} : { skipped }) })];
}

/** What is wrong with the status of an object, for writes to its status subresource. */
export function customStatusErrors(object: JsonObject, resource: Resource, old: JsonObject): FieldError[] {
  const schema = schemaOf(resource);
  const status = schema.properties?.['status'];
  const kind = typeErrors(object, resource);
  if (kind.length > 0) return kind;
  const value = object['status'];
  const errors = [
    ...(value === undefined || status === undefined ? [] : schemaErrors(value, status, 'status', old['status'])),
    ...scaleErrors(object, resource).filter(({ field }) => field !== resource.custom?.scale?.specReplicasPath),
    ...(listTypeErrors(old, schema).length === 0 ? listTypeErrors(object, schema) : []),
  ];
  if (!hasRules(schema)) return errors;
  if (errors.some(({ reason }) => blocking.has(reason))) return [...errors, notChecked];
  return [...errors, ...ruleErrors(object, schema, { old })];
}

/** The schema of a custom resource; that of built-in kinds is in their shape. */
export function schemaOf({ custom }: Resource): JsonSchema {
  return (custom?.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }) as JsonSchema;
}

function typeErrors(object: JsonObject, { group, version, kind }: Resource): FieldError[] {
  const found: FieldError[] = [];
  const apiVersion = `${group}/${version}`;
  if (object['kind'] !== kind) found.push(invalidValue('kind', object['kind'] ?? '', `must be ${kind}`));
  if (object['apiVersion'] !== apiVersion)
    found.push(invalidValue('apiVersion', object['apiVersion'] ?? '', `must be ${apiVersion}`));
  return found;
}

const withRules = new WeakMap<object, boolean>();

function hasRules(schema: JsonSchema): boolean {
  const known = withRules.get(schema);
  if (known !== undefined) return known;
  const { properties = {}, additionalProperties, items, allOf = [] } = schema;
  const inner = [...Object.values(properties), ...allOf, ...(items === undefined ? [] : [items])];
  const all = typeof additionalProperties === 'object' ? [...inner, additionalProperties] : inner;
  const result = (schema['x-kubernetes-validations'] ?? []).length > 0 || all.some(hasRules);
  withRules.set(schema, result);
  return result;
}

function scaleErrors(object: JsonObject, { custom }: Resource): FieldError[] {
  const { scale } = custom ?? {};
  if (scale === undefined) return [];
  return [
    ...replicasErrors(object, scale.specReplicasPath),
    ...replicasErrors(object, scale.statusReplicasPath),
    ...selectorErrors(object, scale.labelSelectorPath),
  ];
}

function replicasErrors(object: JsonObject, path: string): FieldError[] {
  const [value, wrong] = at(object, path);
  if (wrong !== undefined) return [invalidValue(path, 0, wrong)];
  if (value === undefined) return [];
  if (typeof value !== 'number') return [invalidValue(path, 0, accessorError(path, value, 'int64'))];
  if (value < 0) return [invalidValue(path, value, 'should be a non-negative integer')];
  return value > 2 ** 31 - 1 ? [invalidValue(path, value, 'should be less than or equal to 2147483647')] : [];
}

function selectorErrors(object: JsonObject, path: string | undefined): FieldError[] {
  if (path === undefined) return [];
  const [value, wrong] = at(object, path);
  if (wrong !== undefined) return [invalidValue(path, '', wrong)];
  if (value === undefined || typeof value === 'string') return [];
  return [invalidValue(path, '', accessorError(path, value, 'string'))];
}

/** A field by the simple path of a scale subresource (`.spec.replicas`), or why it cannot be reached. */
function at(object: JsonObject, path: string): [value: Json | undefined, wrong?: string] {
  let value: Json | undefined = object;
  for (const name of path.replace(/^\./, '').split('.')) {
    if (!isObject(value)) return [undefined, accessorError(path, value ?? null, 'map[string]interface{}')];
    value = value[name];
    if (value === undefined) return [undefined];
  }
  return [value];
}

function accessorError(path: string, value: Json, wanted: string): string {
  const types: Record<string, string> = { string: 'string', boolean: 'bool' };
  const found = Array.isArray(value)
    ? '[]interface {}'
    : typeof value === 'number'
      ? Number.isInteger(value)
        ? 'int64'
        : 'float64'
      : value === null
        ? '<nil>'
        : (types[typeof value] ?? 'map[string]interface {}');
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return `${path} accessor error: ${shown} is of the type ${found}, expected ${wanted}`;
}
