import type { FieldError } from '../api/status-error.ts';
import type { Json } from '../objects.ts';

// The wording is that of k8s.io/apimachinery/pkg/util/validation/field.

/** The root of an object, where Go's path is nil. */
const place = (path: string) => (path === '' ? '<nil>' : path);

/** A value as errors show it: text quoted, objects as JSON. */
const shown = (value: Json) => JSON.stringify(value);
const withDetail = (text: string, detail: string) => (detail === '' ? text : `${text}: ${detail}`);

export function invalidValue(path: string, value: Json, detail: string): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field: place(path),
    detail: withDetail(`Invalid value: ${shown(value)}`, detail),
  };
}

export function wrongType(path: string, value: Json, detail: string): FieldError {
  return { ...invalidValue(path, value, detail), reason: 'FieldValueTypeInvalid' };
}

export function requiredValue(path: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field: place(path), detail: withDetail('Required value', detail) };
}

export function duplicateValue(path: string, value: Json): FieldError {
  return { reason: 'FieldValueDuplicate', field: place(path), detail: `Duplicate value: ${shown(value)}` };
}

export function forbiddenValue(path: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field: place(path), detail: withDetail('Forbidden', detail) };
}

export function unsupportedValue(path: string, value: Json, supported: readonly Json[]): FieldError {
  const texts = supported.map((item) => JSON.stringify(typeof item === 'string' ? item : JSON.stringify(item)));
  return {
    reason: 'FieldValueNotSupported',
    field: place(path),
    detail: withDetail(
      `Unsupported value: ${shown(value)}`,
      texts.length === 0 ? '' : `supported values: ${texts.join(', ')}`,
    ),
  };
}

export function tooLong(path: string, most: number): FieldError {
  return {
    reason: 'FieldValueTooLong',
    field: place(path),
    detail: `Too long: may not be more than ${most} ${most === 1 ? 'byte' : 'bytes'}`,
  };
}

export function tooMany(path: string, count: number, most: number): FieldError {
  return {
    reason: 'FieldValueTooMany',
    field: place(path),
    detail: `Too many: ${count}: must have at most ${most} ${most === 1 ? 'item' : 'items'}`,
  };
}
