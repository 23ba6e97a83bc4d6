import type { Json, JsonObject } from '../objects.ts';
import { type Message, type MessageField, messageOf } from '../wire/messages.ts';

/**
 * A built-in object as Go writes it, after it has been through the server's types and its storage: zero values that
 * `omitempty` drops are gone, what is always written is there (`resources: {}`, `status: {}`, `rules: null`), empty lists
 * and maps are no lists and maps. Idempotent; shares what it does not change. Fields that the type does not have are left.
 */
export function canonical(object: JsonObject, ref: string): JsonObject {
  const message = messageOf(ref);
  return message === undefined ? object : canonicalMessage(object, message);
}

function canonicalMessage(object: JsonObject, message: Message): JsonObject {
  let copy: JsonObject | undefined;
  for (const field of message.fields) {
    const before = object[field.name];
    const after = canonicalField(before, field);
    if (after === before) continue;
    copy ??= { ...object };
    if (after === undefined) delete copy[field.name];
    else copy[field.name] = after;
  }
  return copy ?? object;
}

function canonicalField(value: Json | undefined, field: MessageField): Json | undefined {
  const nothing = field.isAlways ? null : undefined;
  if (field.holds === 'list') {
    if (!Array.isArray(value) || value.length === 0) return nothing;
    return field.isMessage || field.type.startsWith('schema-') ? canonicalItems(value, field.type) : value;
  }
  if (field.holds === 'map') {
    if (!isObject(value) || Object.keys(value).length === 0) return nothing;
    return field.isMessage || field.type.startsWith('schema-') ? canonicalValues(value, field.type) : value;
  }
  if (field.isPointer) return value === undefined || value === null ? nothing : canonicalValue(value, field.type);
  if (field.isMessage) {
    if (!isObject(value)) return field.isAlways ? canonicalValue({}, field.type) : undefined;
    return canonicalValue(value, field.type);
  }
  const zero = zeroOf(field.type);
  if (value === undefined || value === null) return field.isAlways ? zero : undefined;
  return !field.isAlways && isEmpty(value, zero) ? undefined : value;
}

function canonicalItems(items: Json[], type: string): Json[] {
  let copy: Json[] | undefined;
  items.forEach((item, index) => {
    const after = canonicalValue(item, type);
    if (after === item) return;
    copy ??= [...items];
    copy[index] = after;
  });
  return copy ?? items;
}

function canonicalValues(map: JsonObject, type: string): JsonObject {
  let copy: JsonObject | undefined;
  for (const [key, item] of Object.entries(map)) {
    const after = canonicalValue(item, type);
    if (after === item) continue;
    copy ??= { ...map };
    copy[key] = after;
  }
  return copy ?? map;
}

function canonicalValue(value: Json, type: string): Json {
  if (!isObject(value))
    return Array.isArray(value) && type === 'schema-or-array' ? canonicalItems(value, schema) : value;
  const message = messageOf(type.startsWith('schema-') ? schema : type);
  return message === undefined ? value : canonicalMessage(value, message);
}

const schema = 'apiextensions.v1.JSONSchemaProps';

/** As Go writes the zero value of a type. */
function zeroOf(type: string): Json {
  if (type === 'string') return '';
  if (type === 'bool') return false;
  if (type === 'quantity') return '0';
  if (type === 'int32' || type === 'int64' || type === 'double' || type === 'int-or-string') return 0;
  return null;
}

function isEmpty(value: Json, zero: Json): boolean {
  if (zero === null) return value === '' || (Array.isArray(value) && value.length === 0);
  return value === zero;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
