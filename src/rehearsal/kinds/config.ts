import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { keyPairComplaint } from './key-pair.ts';
import { configMapKey } from './names.ts';
import { fillZero, set, type Fields } from './sharing.ts';

type Texts = Record<string, string>;

/** Of all values together, in bytes. */
const largest = 1024 * 1024;

const fixed = 'field is immutable when `immutable` is set';

const bytesOf = (base64: string) => Math.floor((base64.length * 3) / 4) - (/(=*)$/.exec(base64)?.[1]?.length ?? 0);

/** What was marked as immutable stays as it is. */
function checkImmutable(object: StoredObject, old: StoredObject, fields: readonly string[]): FieldErrors {
  const errors = new FieldErrors();
  if (old['immutable'] !== true) return errors;
  if (object['immutable'] !== true) errors.forbidden('immutable', fixed);
  for (const field of fields) if (!isEqual(object[field] ?? {}, old[field] ?? {})) errors.forbidden(field, fixed);
  return errors;
}

export const configMapRules: KindRules = {
  validate: (object) => {
    const errors = new FieldErrors();
    const { data = {}, binaryData = {} } = object as { data?: Texts | null; binaryData?: Texts | null };
    let size = 0;
    for (const [key, value] of Object.entries(data ?? {})) {
      errors.each(`data[${key}]`, key, configMapKey(key));
      if (binaryData?.[key] !== undefined)
        errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
      size += Buffer.byteLength(value);
    }
    for (const [key, value] of Object.entries(binaryData ?? {})) {
      errors.each(`binaryData[${key}]`, key, configMapKey(key));
      size += bytesOf(value);
    }
    if (size > largest) errors.tooLong('[]', largest);
    return errors.list;
  },
  validateUpdate: (object, old) => checkImmutable(object, old, ['data', 'binaryData']).list,
};

const decoded = (value: string | undefined) => Buffer.from(value ?? '', 'base64').toString();

/** Why a docker configuration is none, in the words of Go's `encoding/json`. */
function configComplaint(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch {
    if (text.trim() === '') return 'unexpected end of JSON input';
    const first = text.trimStart()[0] ?? '';
    return /[[{"\d-]|[tfn]/.test(first)
      ? 'unexpected end of JSON input'
      : `invalid character '${first}' looking for beginning of value`;
  }
}

/** Keys that a Secret of a type must have. */
function checkType(errors: FieldErrors, type: string, data: Texts, annotations: Texts): void {
  const needs = (key: string) => {
    if (data[key] === undefined) errors.required(`data[${key}]`);
    return data[key] !== undefined;
  };
  const config = (key: string) => {
    const complaint = needs(key) ? configComplaint(decoded(data[key])) : undefined;
    if (complaint !== undefined) errors.invalid(`data[${key}]`, '<secret contents redacted>', complaint);
  };
  const byType: Record<string, () => unknown> = {
    'kubernetes.io/service-account-token': () => {
      const key = 'kubernetes.io/service-account.name';
      if ((annotations[key] ?? '') === '') errors.required(`metadata.annotations[${key}]`);
    },
    'kubernetes.io/dockercfg': () => config('.dockercfg'),
    'kubernetes.io/dockerconfigjson': () => config('.dockerconfigjson'),
    'kubernetes.io/basic-auth': () => {
      if (data['username'] === undefined && data['password'] === undefined)
        for (const key of ['username', 'password']) errors.required(`data[${key}]`);
    },
    'kubernetes.io/ssh-auth': () => {
      if ((data['ssh-privatekey'] ?? '') === '') errors.required('data[ssh-privatekey]');
    },
    'kubernetes.io/tls': () => [needs('tls.crt'), needs('tls.key')],
  };
  byType[type]?.();
}

/** `stringData` is a way to write `data` (pkg/apis/core/v1/conversion.go). */
function withStringData(object: StoredObject): StoredObject {
  const { stringData, data } = object as { stringData?: Texts | null; data?: Texts | null };
  if (stringData === undefined) return object;
  const written = Object.fromEntries(
    Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  const rest = set(object, 'stringData', undefined);
  return Object.keys(written).length === 0 ? rest : { ...rest, data: { ...data, ...written } };
}

function warnOfKeyPair(object: StoredObject, warn: (text: string) => void): void {
  if (object['type'] !== 'kubernetes.io/tls') return;
  const data = (object['data'] ?? {}) as Texts;
  const complaint = keyPairComplaint(decoded(data['tls.crt']), decoded(data['tls.key']));
  if (complaint !== undefined) warn(complaint);
}

export const secretRules: KindRules = {
  defaults: (object) => fillZero(withStringData(object), { type: 'Opaque' }),
  prepareCreate: (object, { warn }) => {
    warnOfKeyPair(object, warn);
    return object;
  },
  prepareUpdate: (object, old, { warn }) => {
    const typed = (object['type'] ?? '') === '' ? set(object, 'type', old['type'] as unknown) : object;
    warnOfKeyPair(typed, warn);
    return typed;
  },
  validate: (object) => {
    const errors = new FieldErrors();
    const data = ((object['data'] as Fields | null | undefined) ?? {}) as Texts;
    let size = 0;
    for (const [key, value] of Object.entries(data)) {
      errors.each(`data[${key}]`, key, configMapKey(key));
      size += bytesOf(value);
    }
    if (size > largest) errors.tooLong('data', largest);
    checkType(errors, String(object['type'] ?? ''), data, object.metadata.annotations ?? {});
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    errors.immutable('type', object['type'], object['type'] !== old['type']);
    errors.list.push(...checkImmutable(object, old, ['data']).list);
    return errors.list;
  },
  selectableFields: { type: (object) => String(object['type'] ?? '') },
};
