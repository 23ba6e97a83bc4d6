import type { JsonSchema } from './structural-schema.ts';

/** The schemas of what is within a value, each with its path. */
export function innerSchemas(schema: JsonSchema, path: string): [JsonSchema, string][] {
  const { properties = {}, additionalProperties, items } = schema;
  return [
    ...(typeof additionalProperties === 'object'
      ? [[additionalProperties, `${path}.additionalProperties`] as [JsonSchema, string]]
      : []),
    ...Object.entries(properties).map(([name, field]): [JsonSchema, string] => [field, `${path}.properties[${name}]`]),
    ...(isSchema(items) ? [[items, `${path}.items`] as [JsonSchema, string]] : []),
  ];
}

/** The schemas that a value is held against besides its own, each with its path. */
export function alternativeSchemas(schema: JsonSchema, path: string): [JsonSchema, string][] {
  return [
    ...(schema.not === undefined ? [] : [[schema.not, `${path}.not`] as [JsonSchema, string]]),
    ...(['allOf', 'oneOf', 'anyOf'] as const).flatMap((name) =>
      (schema[name] ?? []).map((part, index): [JsonSchema, string] => [part, `${path}.${name}[${index}]`]),
    ),
  ];
}

/** Not one of the forms of older versions: a list of schemas, a boolean. */
export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
