import type { FieldError } from '../api/status-error.ts';
import { FieldErrors } from '../kinds/field-errors.ts';
import type { Json } from '../objects.ts';
import { alternativeSchemas, innerSchemas, isSchema } from './definition-parts.ts';
import { checkStructure } from './definition-structure.ts';
import { schemaErrors } from './schema-validation.ts';
import { isObject, type JsonSchema, pruned } from './structural-schema.ts';

// The rules are those of k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation and pkg/apiserver/schema.

/** Fields of a schema that no definition may use. */
type Unsupported = JsonSchema & Record<string, Json | undefined>;

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/**
 * What is wrong with `openAPIV3Schema` of a definition at `path`. Not checked: the types and the cost of CEL rules, and that
 * fields of alternatives are among the properties.
 */
export function definitionSchemaErrors(schema: JsonSchema, path: string): FieldError[] {
  const general = new FieldErrors();
  checkSchema(general, schema, path);
  if (!isConvertible(schema)) return general.list;
  const structural = new FieldErrors();
  checkStructure(structural, schema, path, 'root');
  if (structural.list.length > 0) return [...inOrder(structural.list), ...general.list];
  return [...defaultErrors(schema, path), ...general.list];
}

/** Go walks maps in any order and sorts the errors. */
function inOrder(errors: readonly FieldError[]): FieldError[] {
  const text = ({ field, detail }: FieldError) => `${field}: ${detail}`;
  return errors.toSorted((one, other) => (text(one) < text(other) ? -1 : 1));
}

/** What a structural schema has no place for is told once, by `checkSchema`. */
function isConvertible(schema: JsonSchema): boolean {
  const fields = schema as Unsupported;
  const has = ['id', '$ref', 'patternProperties', 'definitions', 'dependencies', 'additionalItems'].some(
    (name) => fields[name] !== undefined,
  );
  if (has || fields['uniqueItems'] === true || Array.isArray(schema.items) || hasBoth(schema)) return false;
  return [...innerSchemas(schema, ''), ...alternativeSchemas(schema, '')].every(([part]) => isConvertible(part));
}

const hasBoth = ({ properties = {}, additionalProperties }: JsonSchema) =>
  Object.keys(properties).length > 0 && additionalProperties !== undefined && additionalProperties !== true;

function checkSchema(errors: FieldErrors, schema: JsonSchema, path: string): void {
  const fields = schema as Unsupported;
  if (schema.type !== undefined && schema.type !== '' && !types.includes(schema.type))
    errors.notSupported(`${path}.type`, schema.type, types);
  if ((fields['id'] ?? '') !== '') errors.forbidden(`${path}.id`, 'id is not supported');
  for (const name of ['additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'])
    if (fields[name] !== undefined) errors.forbidden(`${path}.${name}`, `${name} is not supported`);
  if (Array.isArray(schema.items)) errors.forbidden(`${path}.items`, 'items must be a schema object and not an array');
  if (fields['uniqueItems'] === true)
    errors.forbidden(
      `${path}.uniqueItems`,
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    );
  if (hasBoth(schema))
    errors.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  for (const [part, at] of [...innerSchemas(schema, path), ...alternativeSchemas(schema, path)])
    checkSchema(errors, part, at);
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    errors.invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  checkListsAndMaps(errors, schema, path);
  checkRules(errors, schema, path);
}

function checkListsAndMaps(errors: FieldErrors, schema: JsonSchema, path: string): void {
  const mapType = schema['x-kubernetes-map-type'];
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const items = isSchema(schema.items) ? schema.items : undefined;
  const mustBe = (type: string, name: string) => {
    const detail = `must be ${type} if ${name} is specified`;
    if (schema.type === undefined || schema.type === '') errors.required(`${path}.type`, detail);
    else errors.invalid(`${path}.type`, schema.type, detail);
  };
  if (mapType !== undefined && schema.type !== 'object') mustBe('object', 'x-kubernetes-map-type');
  if (mapType !== undefined && !['atomic', 'granular'].includes(mapType))
    errors.notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']);
  if (listType !== undefined && schema.type !== 'array') mustBe('array', 'x-kubernetes-list-type');
  else if (listType === 'set' && items !== undefined) checkSetItems(errors, items, `${path}.items`);
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType))
    errors.notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']);
  const mustBeMap = 'must be map if x-kubernetes-list-map-keys is non-empty';
  if (keys.length > 0 && listType === undefined) errors.required(`${path}.x-kubernetes-list-type`, mustBeMap);
  else if (keys.length > 0 && listType !== 'map') errors.invalid(`${path}.x-kubernetes-list-type`, listType, mustBeMap);
  if (listType === 'map') checkMapKeys(errors, schema, keys, path);
  if (items?.nullable === true && (listType === 'set' || listType === 'map'))
    errors.forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`);
}

function checkSetItems(errors: FieldErrors, items: JsonSchema, path: string): void {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const own = items['x-kubernetes-list-type'];
  if (items.type === 'array' && own !== undefined && own !== 'atomic')
    errors.invalid(`${path}.x-kubernetes-list-type`, own, detail);
  // The server prints the list type here too.
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    errors.invalid(`${path}.x-kubernetes-map-type`, own ?? null, detail);
}

function checkMapKeys(errors: FieldErrors, { items }: JsonSchema, keys: readonly string[], path: string): void {
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) errors.required(at, 'must not be empty if x-kubernetes-list-type is map');
  if (items === undefined) errors.required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map');
  if (!isSchema(items)) return;
  if (items.type !== 'object') {
    errors.invalid(
      `${path}.items.type`,
      items.type ?? '',
      "must be object if parent array's x-kubernetes-list-type is map",
    );
    return;
  }
  keys.forEach((key, index) => {
    const field = items.properties?.[key];
    if (field === undefined) errors.invalid(at, keys, 'entries must all be names of item properties');
    else if (field.type === 'array' || field.type === 'object')
      errors.invalid(
        `${path}.items.properties[${key}].type`,
        items.type,
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      );
    if (keys.indexOf(key) !== index) errors.invalid(at, keys, 'must not contain duplicate entries');
  });
  for (const key of keys) {
    const field = items.properties?.[key];
    if (field === undefined) continue;
    const place = `${path}.items.properties[${key}]`;
    const why = 'this property is in x-kubernetes-list-map-keys, so it';
    if (items.required?.includes(key) !== true && field.default === undefined)
      errors.required(`${place}.default`, `${why} must have a default or be a required property`);
    if (field.nullable === true) errors.forbidden(`${place}.nullable`, `${why} cannot be nullable`);
  }
}

function checkRules(errors: FieldErrors, schema: JsonSchema, path: string): void {
  (schema['x-kubernetes-validations'] ?? []).forEach(
    ({ rule, message = '', messageExpression = '', reason, fieldPath = '' }, index) => {
      const at = `${path}.x-kubernetes-validations[${index}]`;
      const hasLines = (text: string) => /[\r\n]/.test(text);
      if (rule.trim() === '') errors.required(`${at}.rule`, 'rule is not specified');
      else if (message !== '' && message.trim() === '')
        errors.invalid(`${at}.message`, message, 'must be non-empty if specified');
      else if (hasLines(message.trim())) errors.invalid(`${at}.message`, message, 'must not contain line breaks');
      else if (hasLines(rule.trim()) && message.trim() === '')
        errors.required(`${at}.message`, 'message must be specified if rule contains line breaks');
      if (messageExpression !== '' && messageExpression.trim() === '')
        errors.required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified');
      if (reason !== undefined && !reasons.includes(reason)) errors.notSupported(`${at}.reason`, reason, reasons);
      if (fieldPath !== '' && fieldPath.trim() === '')
        errors.invalid(`${at}.fieldPath`, fieldPath, 'must be non-empty if specified');
      if (hasLines(fieldPath)) errors.invalid(`${at}.fieldPath`, fieldPath, 'must not contain line breaks');
    },
  );
}

/** Defaults must be values of their own schema. */
function defaultErrors(schema: JsonSchema, path: string): FieldError[] {
  const own = schema.default === undefined ? [] : valueErrors(schema.default, schema, `${path}.default`);
  return [...own, ...innerSchemas(schema, path).flatMap(([part, at]) => defaultErrors(part, at))];
}

function valueErrors(value: Json, schema: JsonSchema, path: string): FieldError[] {
  const errors = new FieldErrors();
  if (isObject(value) && pruned(value, schema).unknown.length > 0) {
    errors.invalid(path, value, 'must not have unknown fields');
    return errors.list;
  }
  return schemaErrors(value, schema).map((error) => ({
    ...error,
    field: error.field === '<nil>' ? path : `${path}.${error.field}`,
  }));
}
