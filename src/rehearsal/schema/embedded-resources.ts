import type { FieldError } from '../api/status-error.ts';
import type { Json, JsonObject } from '../objects.ts';
import { decode } from './decode.ts';
import { invalidValue, requiredValue } from './field-errors.ts';
import { innerPath } from './list-types.ts';
import { DecodeError } from './refusals.ts';
import { fieldSchema, isObject, type JsonSchema } from './structural-schema.ts';

/** Objects within the object: `x-kubernetes-embedded-resource` (apiextensions-apiserver, schema/objectmeta). */
function embedded(value: Json, schema: JsonSchema | undefined, path: string): { object: JsonObject; path: string }[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => embedded(item, schema.items, `${path}[${index}]`));
  if (!isObject(value)) return [];
  const own = path !== '' && schema['x-kubernetes-embedded-resource'] === true ? [{ object: value, path }] : [];
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, inner]) =>
      embedded(inner, fieldSchema(schema, name), innerPath(path, name, schema)),
    ),
  ];
}

/** Fields of their metadata that no object has, and the first error that ends the decoding: `spec.x.kind: Invalid value...`. */
export function embeddedProblems(object: JsonObject, schema: JsonSchema): { unknown: string[]; wrong?: string } {
  const unknown: string[] = [];
  for (const { object: inner, path } of embedded(object, schema, '')) {
    for (const field of ['apiVersion', 'kind']) {
      const text = inner[field] ?? '';
      if (typeof text === 'string') continue;
      const { field: at, detail } = invalidValue(`${path}.${field}`, text, 'must be a string');
      return { unknown, wrong: `${at}: ${detail}` };
    }
    if (!isObject(inner['metadata'])) continue;
    try {
      unknown.push(
        ...decode(inner['metadata'], 'meta.v1.ObjectMeta').unknown.map((field) => `${path}.metadata.${field}`),
      );
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const { field: at, detail } = invalidValue(`${path}.metadata`, inner['metadata'], error.message);
      return { unknown, wrong: `${at}: ${detail}` };
    }
  }
  return { unknown };
}

export function embeddedErrors(object: JsonObject, schema: JsonSchema): FieldError[] {
  return embedded(object, schema, '').flatMap(({ object: inner, path }) =>
    ['apiVersion', 'kind'].flatMap((field) => {
      const text = inner[field];
      if (text === undefined) return [requiredValue(`${path}.${field}`)];
      return text === '' ? [invalidValue(`${path}.${field}`, '', 'must not be empty')] : [];
    }),
  );
}
