import { celEnv, isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '../api/status-error.ts';
import type { Json } from '../objects.ts';
import { duplicateValue, forbiddenValue, invalidValue, requiredValue } from './field-errors.ts';
import { innerPath } from './list-types.ts';
import { correlated, fieldSchema, isObject, type JsonSchema, type ValidationRule } from './structural-schema.ts';

type Evaluate = (scope: Record<string, CelInput>) => unknown;

const environment = celEnv({ funcs: strings });
const plans = new Map<string, Evaluate | undefined>();

/** Told of each rule that was left out: `spec.range: self.from <= self.to`. */
export type SkippedRule = (text: string) => void;

/**
 * Errors of the rules in `x-kubernetes-validations`. Rules that the CEL interpreter here cannot read or evaluate (functions
 * of Kubernetes' own libraries: quantity, ip, url, format, authorizer...) are taken as kept and told to `skipped`: the real
 * server might refuse what is accepted here, never the other way round. Rules with `oldSelf` hold when there is an old value.
 */
export function ruleErrors(
  value: Json,
  schema: JsonSchema | undefined,
  { old, path = '', skipped }: { old?: Json | undefined; path?: string; skipped?: SkippedRule },
): FieldError[] {
  if (schema === undefined || value === null) return [];
  const isUnchanged = old !== undefined && isDeepStrictEqual(value, old);
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) =>
    ruleError(rule, value, schema, old, path, skipped),
  );
  const errors = [...(isUnchanged ? [] : own), ...(schema.allOf ?? []).flatMap((part) => partErrors(part))];
  // Schemas of allOf are about the same value.
  function partErrors(part: JsonSchema): FieldError[] {
    return ruleErrors(
      value,
      { ...(schema?.type === undefined ? {} : { type: schema.type }), ...part },
      { old, path, ...(skipped === undefined ? {} : { skipped }) },
    );
  }
  const within = (inner: Json, field: JsonSchema | undefined, before: Json | undefined, innerAt: string) =>
    ruleErrors(inner, field, { old: before, path: innerAt, ...(skipped === undefined ? {} : { skipped }) });
  if (Array.isArray(value))
    return [
      ...errors,
      ...value.flatMap((item, index) => within(item, schema.items, correlated(item, schema, old), `${path}[${index}]`)),
    ];
  if (!isObject(value)) return errors;
  const before = isObject(old) ? old : {};
  return [
    ...errors,
    ...Object.entries(value).flatMap(([name, inner]) =>
      within(inner, fieldSchema(schema, name), before[name], innerPath(path, name, schema)),
    ),
  ];
}

function ruleError(
  rule: ValidationRule,
  value: Json,
  schema: JsonSchema,
  old: Json | undefined,
  path: string,
  skipped?: SkippedRule,
): FieldError[] {
  if (/\boldSelf\b/.test(rule.rule) && (old === undefined || old === null)) {
    if (rule.optionalOldSelf === true) skipped?.(`${path}: ${rule.rule}`);
    return [];
  }
  const scope: Record<string, CelInput> = { self: toCel(value, schema) };
  if (old !== undefined && old !== null) scope['oldSelf'] = toCel(old, schema);
  const result = evaluate(rule.rule, scope);
  if (result === true) return [];
  const name = typeName(schema);
  if (typeof result === 'object') {
    if (!result.isData) skipped?.(`${path}: ${rule.rule}`);
    const text = rule.message?.trim() || rule.rule.trim();
    return result.isData ? [invalidValue(path, name, `${result.message} evaluating rule: ${text}`)] : [];
  }
  return [failed(rule, messageOf(rule, scope), `${path}${rule.fieldPath ?? ''}`, name)];
}

function messageOf(rule: ValidationRule, scope: Record<string, CelInput>): string {
  const expression = rule.messageExpression?.trim() ?? '';
  if (expression !== '') {
    const text = evaluate(expression, scope, 'string');
    if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim();
  }
  return rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
}

function failed({ reason }: ValidationRule, message: string, path: string, name: string): FieldError {
  if (reason === 'FieldValueForbidden') return forbiddenValue(path, message);
  if (reason === 'FieldValueRequired') return requiredValue(path, message);
  if (reason === 'FieldValueDuplicate') return duplicateValue(path, name);
  return invalidValue(path, name, message);
}

const typeName = (schema: JsonSchema) => (schema['x-kubernetes-int-or-string'] === true ? '' : (schema.type ?? ''));

/** What went wrong: with the data, as on the real server, or with an interpreter that lacks something. */
interface Failure {
  message: string;
  isData: boolean;
}

function evaluate(
  source: string,
  scope: Record<string, CelInput>,
  wanted: 'boolean' | 'string' = 'boolean',
): boolean | string | Failure {
  const evaluator = planned(source);
  if (evaluator === undefined) return { message: 'not understood', isData: false };
  let result: unknown;
  try {
    result = evaluator(scope);
  } catch (error) {
    return failure(error);
  }
  if (isCelError(result)) return failure(result);
  if (typeof result === 'boolean' && wanted === 'boolean') return result;
  return typeof result === 'string' && wanted === 'string' ? result : { message: 'of another type', isData: false };
}

/** Errors of data, in the words of the interpreter here and of cel-go. */
const dataErrors: [own: RegExp, goText: string][] = [
  [/^field not found: (.*)$/, 'no such key: $1'],
  [/^index (-?\d+) out of bounds.*$/, 'index out of bounds: $1'],
  [/^u?int divide by zero$/, 'division by zero'],
  [/^u?int modulus by zero$/, 'modulus by zero'],
  [/^u?int overflow.*$/, 'integer overflow'],
];

function failure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : '';
  const known = dataErrors.find(([own]) => own.test(message));
  return known === undefined
    ? { message, isData: false }
    : { message: message.replace(known[0], known[1]), isData: true };
}

function planned(source: string): Evaluate | undefined {
  if (!plans.has(source)) {
    let evaluator: Evaluate | undefined;
    try {
      evaluator = plan(environment, parse(source));
    } catch {
      // Not in the language of this interpreter: the caller tells of it.
      evaluator = undefined;
    }
    plans.set(source, evaluator);
  }
  return plans.get(source);
}

/** Numbers have the type that the schema gives them; names of fields are made identifiers (CEL in Kubernetes, "Escaping"). */
function toCel(value: Json, schema: JsonSchema | undefined): CelInput {
  if (typeof value === 'number') {
    const isWhole = schema?.type === undefined ? Number.isSafeInteger(value) : schema.type === 'integer';
    return isWhole && Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
  if (!isObject(value)) return value;
  const isDeclared = (name: string) => Object.hasOwn(schema?.properties ?? {}, name);
  return new Map(
    Object.entries(value).map(([name, inner]) => [
      isDeclared(name) ? escaped(name) : name,
      toCel(inner, schema === undefined ? undefined : fieldSchema(schema, name)),
    ]),
  );
}

const keywords = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function escaped(name: string): string {
  if (keywords.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
