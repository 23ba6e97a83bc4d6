import type { FieldErrors } from '../kinds/field-errors.ts';
import { alternativeSchemas, innerSchemas } from './definition-parts.ts';
import { regularExpression } from './regular-expression.ts';
import type { JsonSchema } from './structural-schema.ts';

type Level = 'root' | 'item' | 'field';

/** What makes a schema structural (apiextensions-apiserver, pkg/apiserver/schema/validation.go). */
export function checkStructure(errors: FieldErrors, schema: JsonSchema, path: string, level: Level): void {
  const isAnything =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const { type = '', properties = {} } = schema;
  if (type === 'array' && schema.items === undefined) errors.required(`${path}.items`, 'must be specified');
  if (schema.additionalProperties !== undefined && level === 'root')
    errors.forbidden(`${path}.additionalProperties`, 'must not be used at the root');
  for (const [part, at] of innerSchemas(schema, path))
    checkStructure(errors, part, at, at === `${path}.items` ? 'item' : 'field');
  checkValues(errors, schema, path);
  if (isEmbedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    if (type === '') errors.required(`${path}.type`, detail);
    else errors.invalid(`${path}.type`, type, detail);
  } else if (type === '' && !isAnything) errors.required(`${path}.type`, emptyType[level]);
  if (isEmbedded && schema.additionalProperties !== undefined)
    errors.forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set');
  if (level === 'root' && type !== '' && type !== 'object')
    errors.invalid(`${path}.type`, type, 'must be object at the root');
  if (level === 'root' || isEmbedded) checkMeta(errors, schema, path, level);
  if (isEmbedded && schema['x-kubernetes-preserve-unknown-fields'] !== true && Object.keys(properties).length === 0)
    errors.required(
      `${path}.properties`,
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    );
}

const emptyType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkMeta(errors: FieldErrors, { properties = {} }: JsonSchema, path: string, level: Level): void {
  for (const name of ['kind', 'apiVersion']) {
    const field = properties[name];
    if (field !== undefined && field.type !== 'string')
      errors.invalid(`${path}.properties[${name}].type`, field.type ?? '', 'must be string');
  }
  const { metadata } = properties;
  if (metadata === undefined) return;
  if (metadata.type !== 'object')
    errors.invalid(`${path}.properties[metadata].type`, metadata.type ?? '', 'must be object');
  const { type: _, properties: names = {}, description: __, ...rest } = metadata;
  const isName = Object.keys(names).every((name) => name === 'name' || name === 'generateName');
  if (level === 'root' && (!isName || Object.keys(rest).length > 0))
    errors.forbidden(
      `${path}.properties[metadata]`,
      'must not specify anything other than name and generateName, but metadata is implicitly specified',
    );
}

const intOrString = [{ type: 'integer' }, { type: 'string' }];
const isIntOrString = (schemas: readonly JsonSchema[] | undefined) =>
  JSON.stringify(schemas) === JSON.stringify(intOrString);

function checkValues(errors: FieldErrors, schema: JsonSchema, path: string): void {
  const isEither = schema['x-kubernetes-int-or-string'] === true;
  for (const [part, at] of alternativeSchemas(schema, path)) {
    if (isEither && at.startsWith(`${path}.anyOf`) && isIntOrString(schema.anyOf)) continue;
    const isFirst = isEither && at === `${path}.allOf[0]` && isIntOrString(part.anyOf);
    checkNested(errors, isFirst ? withoutAnyOf(part) : part, at);
  }
  const { pattern = '' } = schema;
  if (pattern !== '' && regularExpression(pattern) === undefined)
    errors.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${whyNot(pattern)}`);
}

function withoutAnyOf(schema: JsonSchema): JsonSchema {
  const { anyOf: _, ...rest } = schema;
  return rest;
}

/** In the words of Go's regexp where they are known. */
function whyNot(pattern: string): string {
  const opened = pattern.replace(/\\.|\[(?:\\.|[^\]])*\]/g, '').split('(').length;
  const closed = pattern.replace(/\\.|\[(?:\\.|[^\]])*\]/g, '').split(')').length;
  if (opened > closed) return `error parsing regexp: missing closing ): \`${pattern}\``;
  if (closed > opened) return `error parsing regexp: unexpected ): \`${pattern}\``;
  return `error parsing regexp: invalid or unsupported Perl syntax: \`${pattern}\``;
}

/** What may not be said in alternatives: they only restrict. */
const forbidden: [name: keyof JsonSchema, detail: string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function checkNested(errors: FieldErrors, schema: JsonSchema, path: string): void {
  checkValues(errors, schema, path);
  for (const [part, at] of innerSchemas(schema, path))
    if (!at.endsWith('.additionalProperties')) checkNested(errors, part, at);
  for (const [name, detail] of forbidden)
    if (schema[name] !== undefined && schema[name] !== false) errors.forbidden(`${path}.${name}`, detail);
  if (schema.properties?.['metadata'] !== undefined)
    errors.forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context');
}
