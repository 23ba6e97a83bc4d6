import type { FieldError } from '../api/status-error.ts';
import { quote, toJson } from './go-text.ts';

/** What a value looks like when Go's `field.Error` prints it (k8s.io/apimachinery/pkg/util/validation/field/errors.go). */
function printed(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' ? toJson(value) : JSON.stringify(value);
}

const withDetail = (text: string, detail: string) => (detail === '' ? text : `${text}: ${detail}`);

/** Collects what is wrong with an object, in the order and the words of the API server. */
export class FieldErrors {
  readonly list: FieldError[] = [];

  required(field: string, detail = ''): void {
    this.list.push({ reason: 'FieldValueRequired', field, detail: withDetail('Required value', detail) });
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.list.push({
      reason: 'FieldValueInvalid',
      field,
      detail: withDetail(`Invalid value: ${printed(value)}`, detail),
    });
  }

  /** `Invalid value: ` followed by text that is printed as it is. */
  invalidText(field: string, text: string, detail: string): void {
    this.list.push({ reason: 'FieldValueInvalid', field, detail: withDetail(`Invalid value: ${text}`, detail) });
  }

  /** The value is not worth printing (`field.OmitValueType`). */
  invalidOmitted(field: string, detail: string): void {
    this.list.push({ reason: 'FieldValueInvalid', field, detail: withDetail('Invalid value', detail) });
  }

  /** `supported` in the order in which the server names them. */
  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    this.notSupportedText(field, printed(value), supported);
  }

  /** The value is text that is printed as it is. */
  notSupportedText(field: string, text: string, supported: readonly string[]): void {
    this.list.push({
      reason: 'FieldValueNotSupported',
      field,
      detail: withDetail(
        `Unsupported value: ${text}`,
        supported.length === 0 ? '' : `supported values: ${supported.map(quote).join(', ')}`,
      ),
    });
  }

  duplicate(field: string, value: unknown): void {
    this.duplicateText(field, printed(value));
  }

  duplicateText(field: string, text: string): void {
    this.list.push({ reason: 'FieldValueDuplicate', field, detail: `Duplicate value: ${text}` });
  }

  forbidden(field: string, detail: string): void {
    this.list.push({ reason: 'FieldValueForbidden', field, detail: withDetail('Forbidden', detail) });
  }

  notFound(field: string, value: unknown, detail = ''): void {
    this.list.push({ reason: 'FieldValueNotFound', field, detail: withDetail(`Not found: ${printed(value)}`, detail) });
  }

  tooLong(field: string, bytes: number): void {
    this.list.push({ reason: 'FieldValueTooLong', field, detail: `Too long: may not be more than ${bytes} bytes` });
  }

  tooMany(field: string, count: number, most: number): void {
    this.list.push({
      reason: 'FieldValueTooMany',
      field,
      detail: `Too many: ${count}: must have at most ${most} items`,
    });
  }

  /** One `Invalid value` for each message, as the checks of names.ts return them. */
  each(field: string, value: unknown, messages: readonly string[]): void {
    for (const message of messages) this.invalid(field, value, message);
  }

  /** Not below zero; absent is fine. */
  nonNegative(field: string, value: unknown): void {
    if (typeof value === 'number' && value < 0) this.invalid(field, value, 'must be greater than or equal to 0');
  }

  /** One of the values; absent is `Required value` unless it is told to be fine. */
  oneOf(field: string, value: unknown, supported: readonly string[], absentIsFine = false): void {
    if (value === undefined || value === null || value === '') {
      if (!absentIsFine) this.required(field);
    } else if (typeof value !== 'string' || !supported.includes(value)) this.notSupported(field, value, supported);
  }

  /** The field may not differ from what it was. */
  immutable(field: string, value: unknown, hasChanged: boolean): void {
    if (hasChanged) this.invalid(field, value, 'field is immutable');
  }
}
