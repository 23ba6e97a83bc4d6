import table from './messages.json' with { type: 'json' };

/** Values that JSON writes without fields of their own. */
export type ScalarType =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'time'
  | 'micro-time'
  | 'duration'
  | 'quantity'
  | 'int-or-string'
  | 'json'
  | 'strings'
  | 'schema-or-bool'
  | 'schema-or-array'
  | 'schema-or-strings';

/** One field of a Go struct of the API: its number in protobuf and how `encoding/json` writes it. */
export interface MessageField {
  name: string;
  number: number;
  holds: 'one' | 'list' | 'map';
  /** Of the value, the item, the map's value: a scalar, or the name of a message (`core.v1.PodSpec`). */
  type: ScalarType | (string & {});
  isMessage: boolean;
  /** A pointer in Go: zero is a value, absent is another. */
  isPointer: boolean;
  /** Written even when it is zero: no `omitempty`, or a struct, which Go never takes for empty. */
  isAlways: boolean;
  /** Its fields are written among those of its parent. */
  isInline: boolean;
  /** As Go names the type in errors: `int32`, `v1.Protocol`, `[]v1.Container`. */
  goType: string;
}

export interface Message {
  ref: string;
  /** As protobuf has them. */
  byNumber: ReadonlyMap<number, MessageField>;
  /** As JSON has them: fields of embedded structs among the others. */
  fields: readonly MessageField[];
  byName: ReadonlyMap<string, MessageField>;
}

const entries: Record<string, Record<string, string> | undefined> = table.messages;
const kinds: Record<string, string | undefined> = table.kinds;
const known = new Map<string, Message>();

/** The message of a name in the table of types (`core.v1.PodSpec`); undefined when there is none. */
export function messageOf(ref: string): Message | undefined {
  const found = known.get(ref);
  const entry = entries[ref];
  if (found !== undefined || entry === undefined) return found;
  const own = Object.entries(entry).map(([name, text]) => fieldOf(name, text));
  const fields = own.flatMap((field) => (field.isInline ? (messageOf(field.type)?.fields ?? []) : [field]));
  const message = {
    ref,
    byNumber: new Map(own.map((field) => [field.number, field])),
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
  };
  known.set(ref, message);
  return message;
}

/** The message of a kind. DeleteOptions belongs to every group and version. */
export function messageOfKind(apiVersion: string, kind: string): Message | undefined {
  const ref = kind === 'DeleteOptions' ? kinds['v1 DeleteOptions'] : kinds[`${apiVersion} ${kind}`];
  return ref === undefined ? undefined : messageOf(ref);
}

/**
 * `"1 *int32"`, `"2 []core.v1.Container!"`, `"4 string! v1.Protocol"`: number, Go's form (`*` pointer, `[]` list, `map:`),
 * `!` always written, `~` embedded, then the name of the Go type where it does not follow.
 */
function fieldOf(name: string, text: string): MessageField {
  const [number = '', form = '', goType] = text.split(' ');
  const bare = form.replace(/[!~]$/, '');
  const type = bare.replace(/^(\[\]|map:|\*)/, '');
  const isMessage = type in entries;
  const one = goTypes[type] ?? type.split('.').slice(-2).join('.');
  const holds = bare.startsWith('[]') ? 'list' : bare.startsWith('map:') ? 'map' : 'one';
  return {
    name,
    number: Number(number),
    holds,
    type,
    isMessage,
    isPointer: bare.startsWith('*'),
    isAlways: form.endsWith('!'),
    isInline: form.endsWith('~'),
    goType: goType ?? (holds === 'list' ? `[]${one}` : holds === 'map' ? `map[string]${one}` : one),
  };
}

const goTypes: Record<string, string | undefined> = {
  double: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  'micro-time': 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
  strings: 'v1.ExtraValue',
};
