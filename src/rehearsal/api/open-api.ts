import { createHash } from 'node:crypto';
import recorded from './recorded/types.json' with { type: 'json' };
import type { Resource } from './resource.ts';
import type { Shape } from './shape.ts';
import { messageOf } from '../wire/messages.ts';
import { builtInType } from './types.ts';

type Document = Record<string, unknown>;

const gitVersion = recorded.source.server;
const info = { title: 'Kubernetes', version: gitVersion };
const schemas = '#/components/schemas/';

/** `/openapi/v3`: where the document of each group and version is. Its address changes when the document does. */
export function openApiV3Index(resources: readonly Resource[]): Document {
  const paths = new Map<string, Resource[]>();
  for (const resource of resources) {
    const path = groupPath(resource);
    const found = paths.get(path);
    if (found === undefined) paths.set(path, [resource]);
    else found.push(resource);
  }
  const entries = [...paths].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    paths: Object.fromEntries(
      entries.map(([path, own]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(own)}` }]),
    ),
  };
}

/**
 * `/openapi/v3/apis/GROUP/VERSION`. Small, it says which kinds there are and that the server validates their fields: all that
 * `kubectl apply` and helm ask it for. It does not offer strategic merge patches, so that kubectl takes their keys from its
 * own types, as recorded schemas need not carry them. `full` adds the schemas, for `kubectl explain`. The same address
 * answers with both: it must not be cached by the client. Undefined when no resource is of that version.
 */
export function openApiV3Document(
  group: string,
  version: string,
  resources: readonly Resource[],
  { full }: { full: boolean },
): Document | undefined {
  const own = resources.filter((resource) => resource.group === group && resource.version === version);
  if (own.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info,
    paths: Object.fromEntries(own.flatMap(pathsOf)),
    ...(full ? { components: { schemas: schemasOf(own) } } : {}),
  };
}

/** `/openapi/v2`, which clients ask for kinds that they found nowhere else: a document without any. `accept` is the header. */
export function openApiV2(accept: string): { contentType: string; body: Uint8Array } {
  if (accept.includes('com.github.proto-openapi.spec.v2'))
    return {
      // With a dot, not with the `@` of the request, which is none that Go's mime package takes.
      contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      body: Buffer.concat([
        textField(1, '2.0'),
        field(2, Buffer.concat([textField(1, info.title), textField(2, info.version)])),
      ]),
    };
  const document = { swagger: '2.0', info, paths: {}, definitions: {} };
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify(document)) };
}

/** A field of bytes in protobuf; what is written here is shorter than 128 bytes. */
const field = (number: number, value: Buffer) => Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
const textField = (number: number, text: string) => field(number, Buffer.from(text));

const groupPath = ({ group, version }: Resource) => (group === '' ? `api/${version}` : `apis/${group}/${version}`);

function hashOf(resources: readonly Resource[]): string {
  const text = JSON.stringify(
    resources.map(({ kind, plural, custom, shape }) => [kind, plural, custom?.schema ?? shape.ref]),
  );
  return createHash('sha256').update(gitVersion).update(text).digest('hex').toUpperCase();
}

function pathsOf(resource: Resource): [string, Document][] {
  const { group, version, kind, plural, isNamespaced, verbs } = resource;
  const base = `/${groupPath(resource)}${isNamespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const gvk = { group, version, kind };
  const query = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const write = (action: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map(query),
  });
  const read = (action: string) => ({ 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': gvk });
  return [
    [
      base,
      {
        ...(verbs.includes('list') ? { get: read('list') } : {}),
        ...(verbs.includes('create') ? { post: write('post') } : {}),
      },
    ],
    [
      `${base}/{name}`,
      {
        ...(verbs.includes('get') ? { get: read('get') } : {}),
        ...(verbs.includes('update') ? { put: write('put') } : {}),
        ...(verbs.includes('patch') ? { patch: write('patch') } : {}),
      },
    ],
  ];
}

function schemasOf(resources: readonly Resource[]): Document {
  const found: Document = {};
  const wanted = new Set<string>();
  for (const { group, version, kind, shape, custom } of resources) {
    const gvk = [{ group, version, kind }];
    if (custom !== undefined) {
      found[customName(group, version, kind)] = {
        ...customSchema(custom.schema),
        'x-kubernetes-group-version-kind': gvk,
      };
      wanted.add('meta.v1.ObjectMeta');
    } else if (shape.ref !== undefined) {
      wanted.add(shape.ref);
      found[longName(shape.ref)] = { ...typeSchema(shape.ref, wanted), 'x-kubernetes-group-version-kind': gvk };
    }
  }
  for (const ref of wanted) found[longName(ref)] ??= scalars[ref] ?? typeSchema(ref, wanted);
  return found;
}

/** `io.example.org.v1.Gadget`: groups of custom kinds are turned round. */
const customName = (group: string, version: string, kind: string) =>
  [...group.split('.').toReversed(), version, kind].join('.');

function customSchema(schema: unknown): Document {
  const { properties, ...rest } = (schema ?? {}) as { properties?: Document };
  return {
    type: 'object',
    ...rest,
    properties: {
      ...properties,
      apiVersion: { type: 'string', description: apiVersionText },
      kind: { type: 'string', description: kindText },
      metadata: { allOf: [{ $ref: `${schemas}${longName('meta.v1.ObjectMeta')}` }] },
    },
  };
}

const apiVersionText = 'The version of the schema that this object is written in.';
const kindText = 'The kind of this object.';

/** Types that JSON writes as one value. */
const scalars: Record<string, Document> = {
  'api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'util.intstr.IntOrString': { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  'meta.v1.Time': { type: 'string', format: 'date-time' },
  'meta.v1.MicroTime': { type: 'string', format: 'date-time' },
  'meta.v1.FieldsV1': { type: 'object' },
  'runtime.RawExtension': { type: 'object' },
  'apiextensions.v1.JSON': {},
  'apiextensions.v1.JSONSchemaPropsOrBool': {},
  'apiextensions.v1.JSONSchemaPropsOrArray': {},
  'apiextensions.v1.JSONSchemaPropsOrStringArray': {},
};

/** The name of a type of which the recorded one only knows that it may hold anything. */
function anyRef(ref: string, name: string): string | undefined {
  const goType = messageOf(ref)
    ?.byName.get(name)
    ?.goType.replace(/^(\[\]|map\[string\])/, '');
  return Object.keys(scalars).find((scalar) => scalar === goType || scalar.endsWith(`.${goType}`));
}

function typeSchema(ref: string, wanted: Set<string>): Document {
  const type = builtInType(ref);
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(type?.fields ?? {}).map(([name, shape]) => [
        name,
        shapeSchema(shape, wanted, () => anyRef(ref, name)),
      ]),
    ),
    ...(type?.required === undefined ? {} : { required: type.required }),
  };
}

function shapeSchema(shape: Shape, wanted: Set<string>, nameOfAny: () => string | undefined): Document {
  const ref = shape.type === 'any' ? nameOfAny() : refOf(shape);
  const more = {
    ...(shape.default === undefined ? {} : { default: shape.default }),
    ...(shape.enum === undefined ? {} : { enum: shape.enum }),
  };
  if (ref !== undefined) {
    wanted.add(ref);
    const target = { $ref: `${schemas}${longName(ref)}` };
    return Object.keys(more).length === 0 ? target : { allOf: [target], ...more };
  }
  if (shape.type === 'list')
    return {
      type: 'array',
      items: shapeSchema(shape.items ?? { type: 'any' }, wanted, nameOfAny),
      ...(shape.listType === undefined ? {} : { 'x-kubernetes-list-type': shape.listType }),
      ...(shape.keys === undefined ? {} : { 'x-kubernetes-list-map-keys': shape.keys }),
      ...more,
    };
  if (shape.type === 'map')
    return {
      type: 'object',
      additionalProperties: shapeSchema(shape.values ?? { type: 'any' }, wanted, nameOfAny),
      ...more,
    };
  if (shape.type === 'any') return { type: 'object', ...more };
  return { type: shape.type, ...(shape.format === undefined ? {} : { format: shape.format }), ...more };
}

function refOf({ type, ref, format }: Shape): string | undefined {
  if (type === 'quantity') return 'api.resource.Quantity';
  if (type === 'int-or-string') return 'util.intstr.IntOrString';
  if (format === 'date-time') return 'meta.v1.Time';
  return format === 'micro-time' ? 'meta.v1.MicroTime' : ref;
}

/** `core.v1.Pod` -> `io.k8s.api.core.v1.Pod`: what the recorded names were cut from. */
function longName(ref: string): string {
  if (ref.startsWith('apiextensions.')) return `io.k8s.apiextensions-apiserver.pkg.apis.${ref}`;
  if (ref.startsWith('apiregistration.')) return `io.k8s.kube-aggregator.pkg.apis.${ref}`;
  if (ref.startsWith('meta.')) return `io.k8s.apimachinery.pkg.apis.${ref}`;
  if (/^(api\.resource|util\.intstr|runtime|version)\./.test(ref)) return `io.k8s.apimachinery.pkg.${ref}`;
  return `io.k8s.api.${ref}`;
}
