import type { FieldErrors } from '../kinds/field-errors.ts';
import { definitionSchemaErrors } from './definition-schema.ts';
import type { DefinitionVersion } from './structural.ts';
import type { JsonSchema } from './structural-schema.ts';

// What is wrong with one version of a definition; `path` is where internal types of the server keep the part.

export function checkWarning(
  errors: FieldErrors,
  { deprecated, deprecationWarning = '' }: DefinitionVersion,
  path: string,
): void {
  if (deprecated !== true) {
    errors.invalid(path, deprecationWarning, 'can only be set for deprecated versions');
    return;
  }
  if (Buffer.byteLength(deprecationWarning) > 256)
    errors.invalid(path, deprecationWarning, 'must be <= 256 characters long');
  if (deprecationWarning === '') errors.invalid(path, deprecationWarning, 'must not be an empty string');
}

/** What a schema may have at its root, if its status is checked on its own. */
const rootFields =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';
const notAtRoot = [
  'nullable',
  'default',
  'enum',
  'maxProperties',
  'minProperties',
  'allOf',
  'oneOf',
  'anyOf',
  'not',
  'additionalProperties',
].concat([
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
]) as (keyof JsonSchema)[];

export function checkVersionSchema(
  errors: FieldErrors,
  { schema, subresources }: DefinitionVersion,
  path: string,
): void {
  const own = schema?.openAPIV3Schema;
  if (own === undefined) return;
  const at = `${path}.openAPIV3Schema`;
  if (subresources?.status !== undefined) {
    const detail = 'fields are allowed at the root of the schema if the status subresource is enabled';
    if (own.type !== undefined && own.type !== 'object')
      errors.invalid(
        `${at}.type`,
        own.type,
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      );
    else if (notAtRoot.some((name) => own[name] !== undefined))
      errors.invalid(at, own, `only [${rootFields}] ${detail}`);
  }
  if (own.nullable === true) errors.forbidden(`${at}.nullable`, 'nullable cannot be true at the root');
  errors.list.push(...definitionSchemaErrors(own, at));
}

export function checkScale(errors: FieldErrors, { subresources }: DefinitionVersion, path: string): void {
  const scale = subresources?.scale;
  if (scale === undefined) return;
  const check = (name: keyof typeof scale, under: readonly string[], detail: string) => {
    const text = scale[name] ?? '';
    const at = `${path}.scale.${name}`;
    if (!checkPath(errors, at, text) && !under.some((prefix) => text.startsWith(prefix)))
      errors.invalid(at, text, `should be a json path under ${detail}`);
  };
  for (const [name, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    if (scale[name] === '') errors.required(`${path}.scale.${name}`);
    else check(name, [`${root}.`], root);
  }
  if ((scale.labelSelectorPath ?? '') !== '')
    check('labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status');
}

/** Whether the path was found wrong. */
function checkPath(errors: FieldErrors, at: string, text: string): boolean {
  const isWrong = !text.startsWith('.');
  if (isWrong) errors.invalid(at, text, 'must be a simple json path starting with .');
  return isWrong;
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export function checkColumns(
  errors: FieldErrors,
  { additionalPrinterColumns = [] }: DefinitionVersion,
  path: string,
): void {
  additionalPrinterColumns.forEach(({ name, type, format = '', jsonPath }, index) => {
    const at = `${path}[${index}]`;
    if (name === '') errors.required(`${at}.name`);
    if (type === '') errors.required(`${at}.type`, `must be one of ${columnTypes.join(',')}`);
    else if (!columnTypes.includes(type)) errors.invalid(`${at}.type`, type, `must be one of ${columnTypes.join(',')}`);
    if (format !== '' && !columnFormats.includes(format))
      errors.invalid(`${at}.format`, format, `must be one of ${columnFormats.join(',')}`);
    if (jsonPath === '') errors.required(`${at}.JSONPath`);
    else checkPath(errors, `${at}.JSONPath`, jsonPath);
  });
}
