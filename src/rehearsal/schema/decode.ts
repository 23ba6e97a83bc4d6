import { builtInType } from '../api/types.ts';
import type { Json, JsonObject } from '../objects.ts';
import { type Message, type MessageField, messageOf } from '../wire/messages.ts';
import { canonicalBase64 } from './base64.ts';
import { canonical } from './canonical.ts';
import { canonicalTime, TimeError } from './go-time.ts';
import { canonicalQuantity, QuantityError } from './quantity.ts';
import { DecodeError } from './refusals.ts';

export interface Decoded {
  object: JsonObject;
  /** Fields that the type does not have, in the order of the value: `spec.containers[0].imagee`. They are not in the object. */
  unknown: string[];
}

/**
 * Reads a JSON value as an object of a built-in type (`apps.v1.Deployment`), as Go's decoder reads it into the struct of
 * that type, and returns it as Go would write it: unknown fields and nulls dropped, quantities, times and bytes in their
 * canonical form, zero values as `canonical` has them. Shares what it does not change. Throws DecodeError for a value of
 * the wrong type: of several, the first; but one that makes its own type fail (a quantity, a time) comes before all others.
 */
export function decode(value: JsonObject, ref: string): Decoded {
  const message = messageOf(ref);
  if (message === undefined) throw new TypeError(`${ref} is not in the table of messages`);
  const decoder = new Decoder();
  const object = decoder.message(value, message, { path: '', trail: '', struct: '' });
  if (decoder.wrongType !== undefined) throw new DecodeError(decoder.wrongType);
  return { object: canonical(object, ref), unknown: decoder.unknown };
}

/** Where the decoder is. */
interface Place {
  /** `spec.containers[0]`, as unknown fields are named. */
  path: string;
  /** `spec.containers`, as wrong types are named. */
  trail: string;
  /** The struct whose field it is in: `PodSpec`. */
  struct: string;
}

class Decoder {
  readonly unknown: string[] = [];
  wrongType: string | undefined;

  message(value: JsonObject, message: Message, place: Place): JsonObject {
    const struct = message.ref.slice(message.ref.lastIndexOf('.') + 1);
    let copy: JsonObject | undefined;
    for (const [name, before] of Object.entries(value)) {
      const inner: Place = {
        path: place.path === '' ? name : `${place.path}.${name}`,
        trail: place.trail === '' ? name : `${place.trail}.${name}`,
        struct,
      };
      const field = message.byName.get(name) ?? typeMetaField(name, message.ref);
      if (field === undefined) this.unknown.push(inner.path);
      const after = field === undefined ? undefined : this.#field(before, field, inner);
      if (after === before) continue;
      copy ??= { ...value };
      if (after === undefined) delete copy[name];
      else copy[name] = after;
    }
    return copy ?? value;
  }

  #field(value: Json, field: MessageField, place: Place): Json | undefined {
    if (value === null && field.type !== 'json') return undefined;
    if (field.holds === 'list') return this.#list(value, field, place);
    if (field.holds === 'map') return this.#map(value, field, place);
    return this.#value(value, field, field.goType, place);
  }

  #list(value: Json, field: MessageField, place: Place): Json | undefined {
    if (!Array.isArray(value)) return this.#wrong(value, field.goType, place);
    let copy: Json[] | undefined;
    value.forEach((item, index) => {
      const inner = { ...place, path: `${place.path}[${index}]` };
      const after = this.#element(item, field, field.goType.slice(2), inner);
      if (after === item) return;
      copy ??= [...value];
      copy[index] = after;
    });
    return copy ?? value;
  }

  #map(value: Json, field: MessageField, place: Place): Json | undefined {
    if (!isObject(value)) return this.#wrong(value, field.goType, place);
    const goType = field.goType.replace(/^map\[[^\]]+\]/, '');
    let copy: JsonObject | undefined;
    for (const [key, item] of Object.entries(value)) {
      const after = this.#element(item, field, goType, { ...place, path: `${place.path}.${key}` });
      if (after === item) continue;
      copy ??= { ...value };
      copy[key] = after;
    }
    return copy ?? value;
  }

  /** A null among others is the zero value of its type. */
  #element(value: Json, field: MessageField, goType: string, place: Place): Json {
    if (value === null) return zeroOf(field);
    return this.#value(value, field, goType, place) ?? zeroOf(field);
  }

  #value(value: Json, field: MessageField, goType: string, place: Place): Json | undefined {
    if (field.isMessage) {
      const message = messageOf(field.type);
      if (message === undefined) throw new TypeError(`${field.type} is not in the table of messages`);
      return isObject(value) ? this.message(value, message, place) : this.#wrong(value, goType, place);
    }
    switch (field.type) {
      case 'string':
        return typeof value === 'string' ? value : this.#wrong(value, goType, place);
      case 'bool':
        return typeof value === 'boolean' ? value : this.#wrong(value, goType, place);
      case 'double':
        return typeof value === 'number' ? value : this.#wrong(value, goType, place);
      case 'int32':
        return this.#integer(value, 2 ** 31, goType, place);
      case 'int64':
        return this.#integer(value, 2 ** 63, goType, place);
      case 'bytes':
        return typeof value === 'string' ? this.#bytes(value) : this.#wrong(value, goType, place);
      case 'strings':
        return this.#list(value, { ...field, holds: 'list', type: 'string', goType: '[]string' }, place);
      default:
        return this.#own(value, field.type, place);
    }
  }

  /** Types that read themselves: what they refuse ends the decoding. */
  #own(value: Json, type: string, place: Place): Json {
    switch (type) {
      case 'time':
      case 'micro-time':
        if (typeof value !== 'string') throw new DecodeError(wrongTypeText(value, 'string', place));
        return own(() => canonicalTime(value, type));
      case 'quantity':
        return own(() => canonicalQuantity(typeof value === 'object' ? JSON.stringify(value) : String(value).trim()));
      case 'int-or-string': {
        if (typeof value === 'string' || isInteger(value, 2 ** 31)) return value;
        throw new DecodeError(wrongTypeText(value, 'int32', place, true));
      }
      case 'schema-or-bool':
        if (typeof value === 'boolean') return value;
        if (!isObject(value)) throw new DecodeError('boolean or JSON schema expected');
        return schemaIn(value);
      case 'schema-or-array':
        return Array.isArray(value)
          ? value.map((item) => (isObject(item) ? schemaIn(item) : {}))
          : isObject(value)
            ? schemaIn(value)
            : {};
      case 'schema-or-strings':
        return isObject(value) ? schemaIn(value) : value;
      default:
        return value;
    }
  }

  #integer(value: Json, limit: number, goType: string, place: Place): Json | undefined {
    return isInteger(value, limit) ? value : this.#wrong(value, goType, place, true);
  }

  #bytes(value: string): Json | undefined {
    try {
      return canonicalBase64(value);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.wrongType ??= error.message;
      return undefined;
    }
  }

  #wrong(value: Json, goType: string, place: Place, namesNumber = false): undefined {
    this.wrongType ??= wrongTypeText(value, goType, place, namesNumber);
    return undefined;
  }
}

/** A schema within a schema reads itself: what it does not know is dropped without a word. */
function schemaIn(value: JsonObject): JsonObject {
  return decode(value, 'apiextensions.v1.JSONSchemaProps').object;
}

function wrongTypeText(value: Json, goType: string, { struct, trail }: Place, namesNumber = false): string {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const number = found === 'number' && namesNumber ? ` ${JSON.stringify(value)}` : '';
  return `json: cannot unmarshal ${found}${number} into Go struct field ${struct}.${trail} of type ${goType}`;
}

function own<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof QuantityError || error instanceof TimeError)
      throw new DecodeError(error.message, { cause: error });
    throw error;
  }
}

const textField: Omit<MessageField, 'name'> = {
  number: 0,
  holds: 'one',
  type: 'string',
  isMessage: false,
  isPointer: false,
  isAlways: false,
  isInline: false,
  goType: 'string',
};

/** `kind` and `apiVersion` are not part of the messages of protobuf. */
function typeMetaField(name: string, ref: string): MessageField | undefined {
  if (name !== 'kind' && name !== 'apiVersion') return undefined;
  const type = builtInType(ref);
  return type === undefined || name in type.fields ? { name, ...textField } : undefined;
}

function isInteger(value: Json, limit: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit;
}

function zeroOf({ isMessage, type }: MessageField): Json {
  if (isMessage) return {};
  if (type === 'quantity') return '0';
  if (type === 'bool') return false;
  if (type === 'int32' || type === 'int64' || type === 'double' || type === 'int-or-string') return 0;
  return type === 'string' || type === 'bytes' ? '' : null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
