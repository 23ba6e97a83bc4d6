import type { FieldError } from '../api/status-error.ts';
import type { Json } from '../objects.ts';
import { duplicateValue, invalidValue } from './field-errors.ts';
import { fieldSchema, isObject, type JsonSchema } from './structural-schema.ts';

/**
 * Items of sets that are there twice and items of maps with the same keys (apiextensions-apiserver, schema/listtype). `path`
 * is that of the value, empty at the root.
 */
export function listTypeErrors(value: Json, schema: JsonSchema | undefined, path = ''): FieldError[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) {
    const own =
      schema['x-kubernetes-list-type'] === 'map' ? mapErrors(value, schema, path) : setErrors(value, schema, path);
    return [...own, ...value.flatMap((item, index) => listTypeErrors(item, schema.items, `${path}[${index}]`))];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    listTypeErrors(inner, fieldSchema(schema, name), innerPath(path, name, schema)),
  );
}

/** Keys of maps stand in brackets, fields after a dot. */
export function innerPath(path: string, name: string, schema: JsonSchema): string {
  if (Object.hasOwn(schema.properties ?? {}, name)) return path === '' ? name : `${path}.${name}`;
  return `${path}[${name}]`;
}

function setErrors(items: Json[], schema: JsonSchema, path: string): FieldError[] {
  if (schema['x-kubernetes-list-type'] !== 'set') return [];
  return secondOnes(items.map((item) => JSON.stringify(item))).map((index) =>
    duplicateValue(`${path}[${index}]`, items[index] ?? null),
  );
}

function mapErrors(items: Json[], schema: JsonSchema, path: string): FieldError[] {
  const wrong = items.findIndex((item) => item !== null && !isObject(item));
  if (wrong !== -1)
    return [invalidValue(`${path}[${wrong}]`, items[wrong] ?? null, 'must be an object for an array of list-type map')];
  const names = schema['x-kubernetes-list-map-keys'] ?? [];
  const keys = items.map((item) =>
    Object.fromEntries(
      names.flatMap((name) => (isObject(item) && item[name] !== undefined ? [[name, item[name]]] : [])),
    ),
  );
  return secondOnes(keys.map((key) => JSON.stringify(key))).map((index) =>
    duplicateValue(`${path}[${index}]`, keys[index] ?? null),
  );
}

/** Where each text comes the second time; a third is not told of. */
function secondOnes(texts: readonly string[]): number[] {
  const seen = new Map<string, number>();
  return texts.flatMap((text, index) => {
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 2 ? [index] : [];
  });
}
