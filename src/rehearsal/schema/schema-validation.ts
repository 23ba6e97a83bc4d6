import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '../api/status-error.ts';
import type { Json, JsonObject } from '../objects.ts';
import { invalidValue, requiredValue, tooLong, tooMany, unsupportedValue, wrongType } from './field-errors.ts';
import { formats } from './formats.ts';
import { regularExpression } from './regular-expression.ts';
import { correlated, isObject, type JsonSchema } from './structural-schema.ts';

/** What was found wrong, and how many checks went well: of alternatives the one that went furthest is reported. */
interface Result {
  errors: FieldError[];
  matches: number;
}

/**
 * Checks a value against a schema, with the errors, oddities included, of k8s.io/kube-openapi/pkg/validation/validate. `path`
 * is that of the value: `spec.size`, empty at the root. Properties are checked in the order of the schema; the real server
 * takes them in any order. With `old`, what has not changed is not checked again ("Validation ratcheting"), but for the root.
 */
export function schemaErrors(value: Json, schema: JsonSchema, path = '', old?: Json): FieldError[] {
  return check(value, schema, path, old).errors;
}

function check(value: Json, schema: JsonSchema, path: string, old?: Json): Result {
  const result: Result = { errors: [], matches: 0 };
  const types = typesOf(schema);
  if (value === null) {
    if (types.length > 0 && schema.nullable !== true) result.errors.push(typeError(path, types.join(','), 'null'));
    else result.matches += 1;
    merge(result, enumErrors(value, schema, path));
    return result;
  }
  if (types.length > 0 || schema.format !== undefined) {
    const errors = typeErrors(value, schema, types, path);
    merge(result, errors, errors.length === 0 ? 2 : 1);
  }
  const combined = checkCombinations(value, schema, path);
  merge(result, combined.errors, combined.matches + 2);
  if (typeof value === 'string') merge(result, stringErrors(value, schema, path), 1);
  if (typeof value === 'string' && formats[schema.format ?? ''] !== undefined)
    merge(result, formatErrors(value, schema, path), 1);
  if (typeof value === 'number') merge(result, numberErrors(value, schema, path), 2);
  if (Array.isArray(value)) {
    const items = checkItems(value, schema, path, old);
    merge(result, items.errors, items.matches + 2);
  }
  merge(result, enumErrors(value, schema, path), 1);
  if (isObject(value)) {
    const fields = checkFields(value, schema, path, isObject(old) ? old : undefined);
    merge(result, fields.errors, fields.matches + 1);
  }
  result.matches += 1;
  return result;
}

function merge(into: Result, errors: readonly FieldError[], matches = 0): void {
  into.errors.push(...errors);
  into.matches += matches;
}

const typesOf = (schema: JsonSchema): string[] =>
  schema['x-kubernetes-int-or-string'] === true
    ? ['integer', 'string']
    : schema.type === undefined || schema.type === ''
      ? []
      : [schema.type];

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const named = (path: string) => `${path} in body`;

function typeError(path: string, wanted: string, found: string): FieldError {
  return wrongType(path, found, `${named(path)} must be of type ${wanted}: ${JSON.stringify(found)}`);
}

function typeErrors(value: Json, { format }: JsonSchema, types: readonly string[], path: string): FieldError[] {
  const found = typeOf(value);
  const isText = found === 'string' || found === 'array';
  const fits = types.includes(found) || (found === 'integer' && types.includes('number'));
  const foundFormat = found === 'integer' ? 'int64' : found === 'number' ? 'float64' : '';
  if (format !== undefined && format !== '' && !isText && !fits && foundFormat !== format)
    return [wrongType(path, foundFormat, `${named(path)} must be of type ${format}: ${JSON.stringify(foundFormat)}`)];
  const isNumeric = types.includes('number') || types.includes('integer');
  if (!isNumeric && format !== undefined && format !== '' && isText) return [];
  return fits || types.length === 0 ? [] : [typeError(path, types.join(','), found)];
}

function checkCombinations(value: Json, schema: JsonSchema, path: string): Result {
  const result: Result = { errors: [], matches: 0 };
  const quoted = JSON.stringify(path);
  if (schema.anyOf !== undefined && schema.anyOf.length > 0) {
    const results = schema.anyOf.map((alternative) => check(value, alternative, path));
    const good = results.find(({ errors }) => errors.length === 0);
    if (good === undefined)
      result.errors.push(invalidValue('', '', `${quoted} must validate at least one schema (anyOf)`));
    const best = good ?? furthest(results);
    merge(result, best.errors, best.matches);
  }
  if (schema.oneOf !== undefined && schema.oneOf.length > 0) {
    const results = schema.oneOf.map((alternative) => check(value, alternative, path));
    const good = results.filter(({ errors }) => errors.length === 0);
    if (good.length !== 1) {
      const found = good.length === 0 ? 'Found none valid' : `Found ${good.length} valid alternatives`;
      result.errors.push(invalidValue('', '', `${quoted} must validate one and only one schema (oneOf). ${found}`));
    }
    const best = good.length === 0 ? furthest(results) : good.length === 1 ? good[0] : undefined;
    if (best !== undefined) merge(result, best.errors, best.matches);
  }
  if (schema.allOf !== undefined && schema.allOf.length > 0) {
    const results = schema.allOf.map((part) => check(value, part, path));
    for (const { errors, matches } of results) merge(result, errors, matches);
    const good = results.filter(({ errors }) => errors.length === 0).length;
    if (good !== results.length)
      result.errors.push(
        invalidValue('', '', `${quoted} must validate all the schemas (allOf)${good === 0 ? '. None validated' : ''}`),
      );
  }
  if (schema.not !== undefined && check(value, schema.not, path).errors.length === 0)
    result.errors.push(invalidValue('', '', `${quoted} must not validate the schema (not)`));
  return result;
}

/** The first of those with the most checks that went well. */
function furthest(results: readonly Result[]): Result {
  return results.reduce((best, result) => (result.matches > best.matches ? result : best));
}

function stringErrors(value: string, { maxLength, minLength, pattern }: JsonSchema, path: string): FieldError[] {
  const length = Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) return [tooLong(path, maxLength)];
  if (minLength !== undefined && length < minLength)
    return [invalidValue(path, value, `${named(path)} should be at least ${minLength} chars long`)];
  if (pattern !== undefined && pattern !== '' && regularExpression(pattern)?.test(value) === false)
    return [invalidValue(path, value, `${named(path)} should match '${pattern}'`)];
  return [];
}

function formatErrors(value: string, { format = '' }: JsonSchema, path: string): FieldError[] {
  if (formats[format]?.(value) !== false) return [];
  return [wrongType(path, value, `${named(path)} must be of type ${format}: ${JSON.stringify(value)}`)];
}

function numberErrors(value: number, schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const fail = (detail: string) => errors.push(invalidValue(path, value, detail));
  // Limits of whole numbers are cut to whole numbers, as the server cuts them.
  const limit = (bound: number) => (Number.isInteger(value) ? Math.trunc(bound) : bound);
  if (schema.multipleOf !== undefined) {
    const factor = limit(schema.multipleOf);
    if (factor <= 0)
      errors.push(invalidValue(path, factor, `factor MultipleOf declared for ${path} must be positive: ${factor}`));
    else if (!isWhole(factor < 1 ? (1 / factor) * value : value / factor))
      fail(`${named(path)} should be a multiple of ${factor}`);
  }
  if (schema.minimum !== undefined) {
    const least = limit(schema.minimum);
    if (schema.exclusiveMinimum === true && value <= least) fail(`${named(path)} should be greater than ${least}`);
    if (schema.exclusiveMinimum !== true && value < least)
      fail(`${named(path)} should be greater than or equal to ${least}`);
  }
  if (schema.maximum !== undefined) {
    const most = limit(schema.maximum);
    if (schema.exclusiveMaximum === true && value >= most) fail(`${named(path)} should be less than ${most}`);
    if (schema.exclusiveMaximum !== true && value > most)
      fail(`${named(path)} should be less than or equal to ${most}`);
  }
  return errors;
}

/** A float that is a whole number but for the last bits (go-openapi/swag, IsFloat64AJSONInteger). */
function isWhole(value: number): boolean {
  const difference = Math.abs(value - Math.trunc(value));
  return difference === 0 || difference / Math.abs(value) < 1e-9;
}

function enumErrors(value: Json, schema: JsonSchema, path: string): FieldError[] {
  if (schema.enum === undefined || schema.enum.length === 0) return [];
  return schema.enum.some((item) => item !== null && isDeepStrictEqual(item, value))
    ? []
    : [unsupportedValue(path, value, schema.enum)];
}

function checkItems(value: Json[], schema: JsonSchema, path: string, old?: Json): Result {
  const { items, minItems, maxItems } = schema;
  const result: Result = { errors: [], matches: 0 };
  if (items !== undefined)
    value.forEach((item, index) => {
      const before = correlated(item, schema, old);
      if (before !== undefined && isDeepStrictEqual(before, item)) return;
      const { errors, matches } = check(item, items, `${path}[${index}]`, before);
      merge(result, errors, matches);
    });
  if (minItems !== undefined && value.length < minItems)
    result.errors.push(invalidValue(path, value.length, `${named(path)} should have at least ${minItems} items`));
  if (maxItems !== undefined && value.length > maxItems) result.errors.push(tooMany(path, value.length, maxItems));
  return result;
}

function checkFields(value: JsonObject, schema: JsonSchema, path: string, old?: JsonObject): Result {
  const result: Result = { errors: [], matches: 0 };
  const count = Object.keys(value).length;
  const isUnchanged = (name: string) =>
    old !== undefined && Object.hasOwn(old, name) && isDeepStrictEqual(old[name], value[name]);
  const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  if (minProperties !== undefined && count < minProperties)
    result.errors.push(invalidValue(path, count, `${named(path)} should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && count > maxProperties) result.errors.push(tooMany(path, count, maxProperties));
  for (const [name, inner] of Object.entries(value)) {
    if (Object.hasOwn(properties, name) || isUnchanged(name)) continue;
    if (additionalProperties === false)
      result.errors.push(invalidValue(path, name, `${path}.${name} in body is a forbidden property`));
    else if (typeof additionalProperties === 'object') {
      const { errors, matches } = check(inner, additionalProperties, `${path}.${name}`, old?.[name]);
      merge(result, errors, matches);
    }
  }
  for (const [name, field] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name) || isUnchanged(name)) continue;
    const { errors, matches } = check(value[name] ?? null, field, path === '' ? name : `${path}.${name}`, old?.[name]);
    merge(result, errors, matches);
  }
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name)) result.errors.push(requiredValue(path === '' ? name : `${path}.${name}`));
  return result;
}
