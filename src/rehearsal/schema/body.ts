import { LineCounter, parseDocument } from 'yaml';
import { StatusError } from '../api/status-error.ts';
import type { Json, JsonObject } from '../objects.ts';
import { decodeProtobuf } from '../wire/protobuf.ts';
import { messageOfKind } from '../wire/messages.ts';
import { decode } from './decode.ts';
import { parseJson, visitFields } from './json-text.ts';
import {
  cannotBeHandled,
  DecodeError,
  isSameKind,
  type KindIn,
  strictRefusal,
  unconvertible,
  unrecognized,
  unregistered,
} from './refusals.ts';

/** `fieldValidation` of a request; `Warn` when it does not say. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** What a body was found to be. */
export interface Body {
  object: JsonObject;
  /** Texts of `Warning` headers. */
  warnings: string[];
}

/** A body as it was sent, before its type is looked at. */
export interface RawBody {
  value: JsonObject;
  /** The kind that it names, or the wanted one where it does not. */
  found: KindIn;
  /** `duplicate field "metadata.name"`, in the order of the text. */
  duplicates: string[];
  /** The JSON text; not of YAML and protobuf. */
  text?: string;
}

/**
 * The object of a built-in kind in the body of a create or update. Unknown and duplicate fields are refused, warned of or
 * ignored as `fieldValidation` says. Throws StatusError 400 (nothing of the kind) and 415 (a type of body nobody reads).
 */
export function readBody(bytes: Uint8Array, mediaType: string, wanted: KindIn, validation: FieldValidation): Body {
  if (isProtobuf(mediaType)) return { object: decodeProtobuf(bytes, wanted), warnings: [] };
  const raw = readRaw(bytes, mediaType, wanted);
  const ref = refOf(raw.found, wanted);
  let decoded: ReturnType<typeof decode>;
  try {
    decoded = decode(raw.value, ref);
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(raw.found, wanted, error.message);
    throw error;
  }
  const problems = validation === 'Ignore' ? [] : problemsOf(raw, decoded.unknown);
  if (validation === 'Strict' && problems.length > 0) throw strictRefusal(raw.found, wanted, problems);
  const { group, version, kind } = raw.found;
  return {
    object: { ...decoded.object, kind, apiVersion: group === '' ? version : `${group}/${version}` },
    // Of YAML, the lines of the error are warnings of their own.
    warnings: problems.flatMap((text) => text.replace(/^yaml: unmarshal errors:\n {2}/, '').split('\n  ')),
  };
}

/** JSON or YAML (of which JSON is part), with the kind that it names. Throws StatusError 400 and 415. */
export function readRaw(bytes: Uint8Array, mediaType: string, wanted: KindIn, hasProtobuf = true): RawBody {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  try {
    if (isJson(mediaType)) {
      const value = kindOf(read(() => parseJson(text)));
      return { value, found: foundKind(value, wanted), duplicates: duplicatesIn(text), text };
    }
    if (isYaml(mediaType)) {
      const { value, duplicates } = parseYaml(text);
      const object = kindOf(value);
      return { value: object, found: foundKind(object, wanted), duplicates };
    }
  } catch (error) {
    if (error instanceof DecodeError) throw unrecognized(wanted, error.message, bytes);
    throw error;
  }
  throw unsupportedMediaType(hasProtobuf);
}

/** At most a hundred, each once. */
export function problemsOfLists(duplicates: readonly string[], unknown: readonly string[]): string[] {
  return [...new Set([...duplicates, ...unknown])].slice(0, 100);
}

/** Unknown and duplicate fields in the order in which the server's decoder comes upon them; at most a hundred. */
function problemsOf({ text, duplicates }: RawBody, unknown: readonly string[]): string[] {
  const named = (path: string) => `unknown field ${JSON.stringify(path)}`;
  if (text === undefined || duplicates.length === 0) return problemsOfLists(duplicates, unknown.map(named));
  const isUnknown = new Set(unknown);
  const found = new Set<string>();
  let skipped: string | undefined;
  visitFields(text, (path, isDuplicate) => {
    // What is in an unknown field is not looked at.
    if (
      skipped !== undefined &&
      path.startsWith(skipped) &&
      '.['.includes(path[skipped.length] ?? '.') &&
      path !== skipped
    )
      return;
    skipped = isUnknown.has(path) ? path : undefined;
    if (isUnknown.has(path)) found.add(named(path));
    else if (isDuplicate) found.add(`duplicate field ${JSON.stringify(path)}`);
  });
  return [...found].slice(0, 100);
}

const isJson = (mediaType: string) => mediaType === 'application/json' || mediaType === '';
export const isProtobuf = (mediaType: string) => mediaType === 'application/vnd.kubernetes.protobuf';
const isYaml = (mediaType: string) => mediaType === 'application/yaml';

/** Custom objects have no protobuf. */
export function unsupportedMediaType(hasProtobuf: boolean): StatusError {
  const more = hasProtobuf ? ', application/vnd.kubernetes.protobuf' : '';
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml${more}`,
  );
}

function read(parse: () => Json): Json {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DecodeError)
      throw new DecodeError(`couldn't get version/kind; json parse error: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The object, if it could say what kind it is. A null says nothing and is taken for an empty object. */
function kindOf(value: Json): JsonObject {
  const failed = (text: string) =>
    new DecodeError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${text}`);
  const typeOf = (inner: Json) => (Array.isArray(inner) ? 'array' : typeof inner === 'boolean' ? 'bool' : typeof inner);
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    const into =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    throw failed(`${typeOf(value)} into Go value of type ${into}`);
  }
  for (const field of ['apiVersion', 'kind']) {
    const text = value[field] ?? null;
    if (text !== null && typeof text !== 'string')
      throw failed(`${typeOf(text)} into Go struct field .${field} of type string`);
  }
  return value;
}

function foundKind(value: JsonObject, wanted: KindIn): KindIn {
  const text = (field: string) => (typeof value[field] === 'string' ? value[field] : '');
  const apiVersion = text('apiVersion');
  const kind = text('kind') || wanted.kind;
  if (apiVersion === '') return { ...wanted, kind };
  const slash = apiVersion.indexOf('/');
  return { group: slash === -1 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}

/** The type to read a body as. */
function refOf(found: KindIn, wanted: KindIn): string {
  const apiVersion = found.group === '' ? found.version : `${found.group}/${found.version}`;
  const message = messageOfKind(apiVersion, found.kind);
  if (message === undefined) throw unregistered(found, wanted);
  if (!isSameKind(found, wanted)) throw unconvertible(found, wanted);
  return message.ref;
}

function duplicatesIn(text: string): string[] {
  const found = new Set<string>();
  visitFields(text, (path, isDuplicate) => {
    if (isDuplicate) found.add(`duplicate field ${JSON.stringify(path)}`);
  });
  return [...found];
}

/** YAML 1.1, as the server reads it: `yes` and `y` are booleans. The last of several fields of one name holds. */
function parseYaml(text: string): { value: Json; duplicates: string[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: '1.1', uniqueKeys: true, lineCounter, prettyErrors: false });
  const wrong = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (wrong !== undefined)
    throw new DecodeError(`yaml: line ${lineCounter.linePos(wrong.pos[0]).line}: ${wrong.message}`);
  const lines = document.errors.map(({ pos }) => {
    const { line } = lineCounter.linePos(pos[0]);
    const key = /^[^\s:]*/.exec(text.slice(pos[0]))?.[0] ?? '';
    return `line ${line}: key ${JSON.stringify(key)} already set in map`;
  });
  const value = parseDocument(text, { version: '1.1', uniqueKeys: false }).toJS() as Json;
  return { value, duplicates: lines.length === 0 ? [] : [`yaml: unmarshal errors:\n  ${lines.join('\n  ')}`] };
}
