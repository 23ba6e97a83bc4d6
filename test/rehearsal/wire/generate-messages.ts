import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import recorded from '../../../src/rehearsal/api/recorded/types.json' with { type: 'json' };

/**
 * Writes `src/rehearsal/wire/messages.json`: field numbers of every message that a client may send for a kind of the
 * recorded API, and how Go writes each field as JSON. Numbers and types come from `generated.proto`, names in JSON,
 * pointers and `omitempty` from the struct tags in `types.go`. The two are joined by number; what does not fit ends it.
 *
 *     node test/rehearsal/wire/generate-messages.ts FOLDER TAG [NAME=TAG...]
 *
 * FOLDER holds clones of kubernetes/api, apimachinery, apiextensions-apiserver and kube-aggregator, each at
 * `kubernetes+NAME/repo`; TAG is theirs (`v0.34.10` for Kubernetes 1.34.10), NAME=TAG that of a clone that has another.
 */
const [folder = '', tag = '', ...others] = process.argv.slice(2);
const otherTags = new Map(others.map((entry) => entry.split('=') as [string, string]));
const target = join(import.meta.dirname, '../../../src/rehearsal/wire/messages.json');

interface Source {
  repository: string;
  files: RegExp;
}

const sources: Source[] = [
  { repository: 'api', files: /^\w+\/v\d\/(generated\.proto|types\.go)$/ },
  {
    repository: 'apimachinery',
    files: /^pkg\/(apis\/meta\/v1|runtime|api\/resource|util\/intstr)\/(generated\.proto|types\.go)$/,
  },
  {
    repository: 'apiextensions-apiserver',
    files: /^pkg\/apis\/apiextensions\/v1\/(generated\.proto|types\.go|types_jsonschema\.go)$/,
  },
  { repository: 'kube-aggregator', files: /^pkg\/apis\/apiregistration\/v1\/(generated\.proto|types\.go)$/ },
];

/** Kinds that are sent to subresources and special paths, and so have no list of their own in the recorded API. */
const moreKinds = { 'v1 DeleteOptions': 'meta.v1.DeleteOptions', 'v1 PodStatusResult': 'core.v1.PodStatusResult' };

/** Messages that JSON writes as one value. */
const scalars: Record<string, string> = {
  'meta.v1.Time': 'time',
  'meta.v1.MicroTime': 'micro-time',
  'meta.v1.Duration': 'duration',
  'meta.v1.FieldsV1': 'json',
  'api.resource.Quantity': 'quantity',
  'util.intstr.IntOrString': 'int-or-string',
  'runtime.RawExtension': 'json',
  'apiextensions.v1.JSON': 'json',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'schema-or-bool',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'schema-or-array',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'schema-or-strings',
  'meta.v1.Verbs': 'strings',
  'authentication.v1.ExtraValue': 'strings',
  'authorization.v1.ExtraValue': 'strings',
  'certificates.v1.ExtraValue': 'strings',
};

interface ProtoField {
  number: number;
  isRepeated: boolean;
  isMap: boolean;
  /** A scalar of protobuf or the name of a message. */
  type: string;
}

interface GoField {
  number: number;
  name: string;
  isInline: boolean;
  isPointer: boolean;
  isOmittedWhenZero: boolean;
  isOmittedWhenEmpty: boolean;
  /** As `reflect.Type.String()` names it, without the pointer. */
  type: string;
}

const messages = new Map<string, ProtoField[]>();
const structs = new Map<string, GoField[]>();
const commits: Record<string, string> = {};

for (const { repository, files } of sources) {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', join(folder, `kubernetes+${repository}`, 'repo'), ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
  const own = otherTags.get(repository) ?? tag;
  commits[`kubernetes/${repository}`] = `${own} ${git('rev-parse', `${own}^{commit}`).trim()}`;
  for (const path of git('ls-tree', '-r', '--name-only', own)
    .split('\n')
    .filter((name) => files.test(name))) {
    const text = git('show', `${own}:${path}`);
    const name = packageName(path);
    if (path.endsWith('.proto')) readProto(text, name);
    else readGo(text, name);
  }
}

const kinds: Record<string, string> = { ...moreKinds };
for (const [kind, ref] of Object.entries(recorded.kinds)) if (messages.has(ref)) kinds[kind] = ref;

const table: Record<string, Record<string, string>> = {};
const wanted = Object.values(kinds);
for (let ref = wanted.pop(); ref !== undefined; ref = wanted.pop()) {
  if (ref in table || ref in scalars) continue;
  table[ref] = fieldsOf(ref, wanted);
}
// Reached only through types that JSON writes in one of two ways.
for (const ref of ['apiextensions.v1.JSONSchemaProps']) if (!(ref in table)) throw new Error(`${ref} was not reached`);

const sorted = Object.fromEntries(Object.entries(table).toSorted(([one], [other]) => (one < other ? -1 : 1)));
await writeFile(
  target,
  await format(JSON.stringify({ source: commits, kinds, messages: sorted }), { parser: 'json', printWidth: 120 }),
);

/** `core/v1/types.go` and `pkg/apis/meta/v1/types.go` -> `core.v1`, `meta.v1`; as the recorded types are named. */
function packageName(path: string): string {
  return path
    .replace(/^pkg\/(apis\/)?/, '')
    .split('/')
    .slice(0, -1)
    .join('.');
}

function shortPackage(full: string): string {
  return full.replace(/^k8s\.io\.(api|apimachinery|apiextensions_apiserver|kube_aggregator)\.(pkg\.(apis\.)?)?/, '');
}

function readProto(text: string, name: string): void {
  for (const [, message = '', body = ''] of text.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const fields: ProtoField[] = [];
    const line = /^ {2}(?:(optional|repeated|required) )?(?:map<string, ([.\w]+)>|([.\w]+)) (\w+) = (\d+);$/gm;
    for (const [, label, mapped, plain, , number] of body.matchAll(line)) {
      const type = mapped ?? plain ?? '';
      fields.push({
        number: Number(number),
        isRepeated: label === 'repeated',
        isMap: mapped !== undefined,
        type: type.startsWith('.') ? reference(type.slice(1)) : /^[A-Z]/.test(type) ? `${name}.${type}` : type,
      });
    }
    messages.set(`${name}.${message}`, fields);
  }
}

function reference(full: string): string {
  const parts = full.split('.');
  return `${shortPackage(parts.slice(0, -1).join('.'))}.${parts.at(-1)}`;
}

function readGo(text: string, name: string): void {
  const imports = new Map<string, string>();
  for (const [, alias, path = ''] of text.matchAll(/^(?:\t|import )(\w+ )?"([\w./-]+)"$/gm)) {
    const own = path.split('/').at(-1) ?? '';
    imports.set(alias?.trim() ?? own, own);
  }
  const own = name.split('.').at(-1) ?? '';
  for (const [, struct = '', body = ''] of text.matchAll(/^type (\w+) struct ?\{(?:\}|\n([\s\S]*?)^\})/gm)) {
    const fields: GoField[] = [];
    for (const [, declared = '', tags = ''] of body.matchAll(/^\t([^/`\n]*?)\s*`([^`\n]*)`/gm)) {
      const protobuf = /protobuf:"\w+,(\d+)/.exec(tags);
      if (protobuf === null) continue;
      const [jsonName = '', ...options] = (/json:"([^"]*)"/.exec(tags)?.[1] ?? '').split(',');
      // `byte` is another name of `uint8`, and reflection knows only the one.
      const type = (declared.split(/\s+/).at(-1) ?? '').replace(/\bbyte\b/, 'uint8');
      fields.push({
        number: Number(protobuf[1]),
        name: jsonName,
        isInline: options.includes('inline'),
        isPointer: type.startsWith('*'),
        isOmittedWhenEmpty: options.includes('omitempty'),
        isOmittedWhenZero: options.includes('omitzero'),
        type: goType(type.replace(/^\*/, ''), own, imports),
      });
    }
    structs.set(`${name}.${struct}`, fields);
  }
}

function goType(type: string, own: string, imports: ReadonlyMap<string, string>): string {
  return type.replace(/([a-z]\w*)\.(\w+)|\b([A-Z]\w*)/g, (_match, alias?: string, member?: string, local?: string) =>
    local === undefined ? `${imports.get(alias ?? '') ?? alias}.${member}` : `${own}.${local}`,
  );
}

/** The fields of one message: `"replicas": "1 *int32"`, in the form that `src/rehearsal/wire/messages.ts` describes. */
function fieldsOf(ref: string, more: string[]): Record<string, string> {
  const proto = messages.get(ref);
  const go = structs.get(ref);
  if (proto === undefined || go === undefined) throw new Error(`${ref}: no message or no struct`);
  if (proto.length !== go.length) throw new Error(`${ref}: ${proto.length} fields in protobuf, ${go.length} in Go`);
  const fields: Record<string, string> = {};
  for (const { number, isMap, isRepeated, type } of proto) {
    const field = go.find((entry) => entry.number === number);
    if (field === undefined) throw new Error(`${ref}: field ${number} has no place in Go`);
    const base = scalars[type] ?? type;
    if (messages.has(type) && scalars[type] === undefined) more.push(type);
    if (base.startsWith('schema-')) more.push('apiextensions.v1.JSONSchemaProps');
    const full = `${isMap ? 'map:' : isRepeated ? '[]' : field.isPointer ? '*' : ''}${base}`;
    // Go's encoding/json never takes a struct for empty.
    const isStruct = !isMap && !isRepeated && !field.isPointer && messages.has(type) && base !== 'strings';
    const isAlways = field.isOmittedWhenZero ? false : !field.isOmittedWhenEmpty || isStruct;
    const derived = derivedGoType(isMap, isRepeated, type, base);
    const mark = field.isInline ? '~' : isAlways ? '!' : '';
    const name = field.isInline ? `~${type}` : field.name;
    fields[name] = `${number} ${full}${mark}${derived === field.type ? '' : ` ${field.type}`}`;
  }
  return fields;
}

function derivedGoType(isMap: boolean, isRepeated: boolean, type: string, base: string): string {
  const scalar: Record<string, string> = { double: 'float64', bytes: '[]uint8' };
  // Several types are written as any JSON: they are told by their names.
  const isNamed = messages.has(type) && base !== 'json' && !base.startsWith('schema-');
  const one = isNamed ? type.split('.').slice(-2).join('.') : (scalar[base] ?? base);
  return isMap ? `map[string]${one}` : isRepeated ? `[]${one}` : one;
}
