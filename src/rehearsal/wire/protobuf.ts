import type { Json, JsonObject } from '../objects.ts';
import { canonical } from '../schema/canonical.ts';
import {
  cannotBeHandled,
  isSameKind,
  type KindIn,
  unconvertible,
  unrecognized,
  unregistered,
} from '../schema/refusals.ts';
import { canonicalQuantity, QuantityError } from '../schema/quantity.ts';
import { type Message, type MessageField, messageOf, messageOfKind } from './messages.ts';
import { MalformedError, ProtobufReader, wire } from './protobuf-reader.ts';
import { writtenTime } from '../schema/go-time.ts';

/** `k8s` and a zero byte stand before every message (k8s.io/apimachinery/pkg/runtime/serializer/protobuf). */
const magic = Buffer.from('k8s\0', 'latin1');

/** Messages within messages; the deepest of the API (schemas of definitions aside) are within twenty. */
const deepest = 200;

/**
 * The object in the body of a request of type `application/vnd.kubernetes.protobuf`, in the form in which Go would write
 * it as JSON. Fields that this version of the API does not know are skipped, as the server does. `wanted` is the kind
 * that the path takes, also for a body that does not name its own. Throws StatusError 400 when the bytes are no such object.
 */
export function decodeProtobuf(body: Uint8Array, wanted: KindIn): JsonObject {
  let frame: Frame;
  try {
    frame = readFrame(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  } catch (error) {
    if (error instanceof MalformedError) throw unrecognized(wanted, error.message, body);
    throw error;
  }
  const apiVersion = frame.apiVersion || (wanted.group === '' ? wanted.version : `${wanted.group}/${wanted.version}`);
  const kind = frame.kind || wanted.kind;
  const slash = apiVersion.indexOf('/');
  const found = { group: slash === -1 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
  const message = messageOfKind(apiVersion, kind);
  if (message === undefined) throw unregistered(found, wanted);
  if (!isSameKind(found, wanted)) throw unconvertible(found, wanted);
  try {
    const object = decodeMessage(new ProtobufReader(frame.raw), message, {}, 0);
    return { kind, apiVersion, ...canonical(object, message.ref) };
  } catch (error) {
    if (error instanceof MalformedError || error instanceof QuantityError || error instanceof SyntaxError)
      throw cannotBeHandled(found, wanted, error.message);
    throw error;
  }
}

interface Frame {
  apiVersion: string;
  kind: string;
  raw: Buffer;
}

/** runtime.Unknown: type and bytes of the object. */
function readFrame(bytes: Buffer): Frame {
  if (bytes.length === 0) throw new MalformedError('empty data');
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new MalformedError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  if (bytes.length === magic.length) throw new MalformedError('empty body');
  const frame: Frame = { apiVersion: '', kind: '', raw: Buffer.alloc(0) };
  const reader = new ProtobufReader(bytes.subarray(magic.length));
  while (!reader.isAtEnd) {
    const { number, wireType } = reader.tag();
    if (number === 2 && wireType === wire.bytes) frame.raw = reader.bytes();
    else if (number !== 1 || wireType !== wire.bytes) reader.skip(wireType);
    else {
      const meta = new ProtobufReader(reader.bytes());
      while (!meta.isAtEnd) {
        const field = meta.tag();
        if (field.number === 1 && field.wireType === wire.bytes) frame.apiVersion = meta.text();
        else if (field.number === 2 && field.wireType === wire.bytes) frame.kind = meta.text();
        else meta.skip(field.wireType);
      }
    }
  }
  return frame;
}

/** Adds the fields of one message to `into`. A message that comes in two pieces is one (protobuf, "Last One Wins"). */
function decodeMessage(reader: ProtobufReader, message: Message, into: JsonObject, depth: number): JsonObject {
  if (depth > deepest) throw new MalformedError(`messages are nested more than ${deepest} deep`);
  while (!reader.isAtEnd) {
    const { number, wireType } = reader.tag();
    const field = message.byNumber.get(number);
    if (field === undefined) {
      reader.skip(wireType);
      continue;
    }
    if (field.isInline)
      decodeMessage(new ProtobufReader(reader.expect(wireType, field)), inline(field), into, depth + 1);
    else if (field.holds === 'list') decodeItem(reader, wireType, field, into, depth);
    else if (field.holds === 'map') decodeEntry(reader, wireType, field, into, depth);
    else set(into, field.name, decodeValue(reader, wireType, field, depth, into[field.name]));
  }
  return into;
}

function inline({ type }: MessageField): Message {
  const message = messageOf(type);
  if (message === undefined) throw new TypeError(`${type} is not in the table of messages`);
  return message;
}

function decodeItem(
  reader: ProtobufReader,
  wireType: number,
  field: MessageField,
  into: JsonObject,
  depth: number,
): void {
  const before = own(into, field.name);
  const items = Array.isArray(before) ? before : [];
  const isPacked = wireType === wire.bytes && (field.type === 'int32' || field.type === 'int64');
  if (isPacked) {
    const packed = new ProtobufReader(reader.bytes());
    while (!packed.isAtEnd) items.push(decodeValue(packed, wire.varint, field, depth));
  } else items.push(decodeValue(reader, wireType, field, depth));
  set(into, field.name, items);
}

function decodeEntry(
  reader: ProtobufReader,
  wireType: number,
  field: MessageField,
  into: JsonObject,
  depth: number,
): void {
  const entry = new ProtobufReader(reader.expect(wireType, field));
  let key = '';
  let value: Json | undefined;
  while (!entry.isAtEnd) {
    const part = entry.tag();
    if (part.number === 1) key = Buffer.from(entry.expect(part.wireType, field)).toString();
    else if (part.number === 2) value = decodeValue(entry, part.wireType, field, depth);
    else entry.skip(part.wireType);
  }
  const before = own(into, field.name);
  const map = isObject(before) ? before : {};
  set(map, key, value ?? emptyValue(field));
  set(into, field.name, map);
}

/** Of an entry that has a key only. */
function emptyValue({ isMessage, type }: MessageField): Json {
  if (isMessage) return {};
  return type === 'quantity' ? '0' : type === 'strings' ? [] : type === 'time' ? null : '';
}

function decodeValue(
  reader: ProtobufReader,
  wireType: number,
  field: MessageField,
  depth: number,
  before?: Json,
): Json {
  if (field.isMessage) {
    const into = isObject(before) ? before : {};
    return decodeMessage(new ProtobufReader(reader.expect(wireType, field)), inline(field), into, depth + 1);
  }
  switch (field.type) {
    case 'bool':
      return reader.integer(wireType, field) !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, reader.integer(wireType, field)));
    case 'int64':
    case 'duration':
      return Number(reader.integer(wireType, field));
    case 'double':
      return reader.double(wireType, field);
    case 'string':
      return Buffer.from(reader.expect(wireType, field)).toString();
    case 'bytes':
      return Buffer.from(reader.expect(wireType, field)).toString('base64');
    default:
      return decodeScalarMessage(reader.expect(wireType, field), field, depth);
  }
}

/** Messages that JSON writes as one value. */
function decodeScalarMessage(bytes: Buffer, field: MessageField, depth: number): Json {
  const reader = new ProtobufReader(bytes);
  const values = (number: number) => reader.all(number);
  switch (field.type) {
    case 'time':
      return timeOf(reader, bytes.length, 'time');
    case 'micro-time':
      return timeOf(reader, bytes.length, 'micro-time');
    case 'quantity':
      return canonicalQuantity(values(1).at(-1)?.toString() || '0');
    case 'int-or-string': {
      const isText = (reader.numberAt(1) ?? 0n) === 1n;
      return isText ? (values(3).at(-1)?.toString() ?? '') : Number(BigInt.asIntN(32, reader.numberAt(2) ?? 0n));
    }
    case 'json': {
      const raw = values(1).at(-1);
      return raw === undefined || raw.length === 0 ? null : (JSON.parse(raw.toString()) as Json);
    }
    case 'strings':
      return values(1).map((item) => item.toString());
    case 'schema-or-bool': {
      const schema = values(2).at(-1);
      return schema === undefined ? (reader.numberAt(1) ?? 0n) !== 0n : schemaOf(schema, depth);
    }
    case 'schema-or-array': {
      const schema = values(1).at(-1);
      return schema === undefined ? values(2).map((item) => schemaOf(item, depth)) : schemaOf(schema, depth);
    }
    case 'schema-or-strings': {
      const schema = values(1).at(-1);
      return schema === undefined ? values(2).map((item) => item.toString()) : schemaOf(schema, depth);
    }
    default:
      throw new TypeError(`no rule for fields of type ${field.type}`);
  }
}

function schemaOf(bytes: Buffer, depth: number): Json {
  const message = messageOf('apiextensions.v1.JSONSchemaProps');
  if (message === undefined) throw new TypeError('JSONSchemaProps is not in the table of messages');
  return decodeMessage(new ProtobufReader(bytes), message, {}, depth + 1);
}

/** No bytes at all stand for the zero time, which is not written. */
function timeOf(reader: ProtobufReader, length: number, type: 'time' | 'micro-time'): Json {
  if (length === 0) return null;
  const seconds = Number(reader.numberAt(1) ?? 0n);
  const nanos = Number(BigInt.asIntN(32, reader.numberAt(2) ?? 0n));
  // Years 1 to 9999: what RFC 3339 can say, and Go writes.
  if (seconds < -62_135_596_800 || seconds > 253_402_300_799) throw new MalformedError('a time is out of range');
  if (nanos < 0 || nanos > 999_999_999) throw new MalformedError('nanoseconds of a time are out of range');
  return writtenTime(seconds * 1000, type, String(Math.floor(nanos / 1000)).padStart(6, '0'));
}

/** A key may be called like something that every object inherits. */
function set(into: JsonObject, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
  else into[key] = value;
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
