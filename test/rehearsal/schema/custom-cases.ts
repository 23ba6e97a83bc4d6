import type { Case } from './cases.ts';
import { gadget } from './gadget.ts';

type Fields = Record<string, unknown>;

const path = '/apis/rh-schema.example.org/v1/namespaces/default/gadgets';
const send = (body: unknown, validation: Case['validation'] = 'Strict', mediaType = 'application/json'): Case => ({
  path,
  mediaType,
  validation,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

function object(spec: Fields, more: Fields = {}): Fields {
  return {
    apiVersion: 'rh-schema.example.org/v1',
    kind: 'Gadget',
    metadata: { name: 'x' },
    spec: { size: 2, ...spec },
    ...more,
  };
}

const specs: Fields[] = [
  {},
  ...[0, 12, 3, 2.5, 'x', true, null, [], {}, 4].map((size) => ({ size })),
  ...[0, 1.5, 0.3, 0.25, 1, '1'].map((ratio) => ({ ratio })),
  ...['a', 'abcdef', 'ab1', 'ABC', '', 5, 'abc', '日本語'].map((name) => ({ name })),
  ...['blue', 'red', 1, null].map((color) => ({ color })),
  ...[1, 3, '1'].map((level) => ({ level })),
  ...['true', false, 0].map((flag) => ({ flag })),
  { maybe: null },
  { given: null },
  { name: null },
  ...['2024-02-03T00:00:00Z', 'x', '2024-02-03'].map((when) => ({ when })),
  ...['2024-02-03', 'x', '2024-02-33'].map((day) => ({ day })),
  ...['http://example.org/x', '/x', 'x y', ''].map((link) => ({ link })),
  ...['a@example.org', 'a'].map((mail) => ({ mail })),
  ...['example.org', 'a_b', '-a', 'x'.repeat(64)].map((host) => ({ host })),
  ...['1.2.3.4', '1.2.3', '::1', '01.2.3.4'].map((four) => ({ four })),
  ...['::1', '1.2.3.4', 'x'].map((six) => ({ six })),
  ...['10.0.0.0/8', '10.0.0.0', 'fd00::/8'].map((cidr) => ({ cidr })),
  ...['123e4567-e89b-12d3-a456-426614174000', 'x'].map((id) => ({ id })),
  ...['00:11:22:33:44:55', 'x'].map((mac) => ({ mac })),
  ...['YQ==', '???', 'YQ'].map((bytes) => ({ bytes })),
  ...['1h', '3 days', 'x', '1m30s'].map((span) => ({ span })),
  { odd: 'anything' },
  ...[80, 'http', 1.5, true, null].map((port) => ({ port })),
  ...[50, '50%', 'x', true].map((many) => ({ many })),
  ...[['a', 'b'], ['a', 'a'], ['a', 'b', 'c', 'd'], 'a', [1], {}].map((tags) => ({ tags })),
  { items: [] },
  { items: [{ key: 'a', value: 1 }, { key: 'b' }] },
  { items: [{ key: 'a' }, { key: 'a', kind: 'plain' }] },
  { items: [{ value: 'x' }, 'y', null] },
  { items: {} },
  { labels: {} },
  { labels: { a: '1', b: '2', c: '3' } },
  { labels: { a: 'long' } },
  { labels: { a: 1 } },
  { atomic: { a: 'x', z: 1 } },
  { free: { n: 1, other: { x: [1] } } },
  { free: { n: 'x' } },
  { embedded: {} },
  { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', foo: 1 }, spec: { x: 1 } } },
  { embedded: { apiVersion: 1, kind: 'Pod' } },
  { embedded: { apiVersion: 'v1', kind: '', metadata: { name: '-' } } },
  { deep: { mode: 'x' } },
  { deep: { more: {} } },
  { deep: null },
  ...[{}, { a: 'x' }, { b: 'y' }, { a: 'x', b: 'y' }, { a: 1 }].map((one) => ({ one })),
  ...[{}, { a: 1 }, { a: 6 }, { b: 1 }].map((any) => ({ any })),
  ...[1, 5, 9].map((all) => ({ all })),
  ...['x1', 'y1'].map((none) => ({ none })),
  { range: { from: 3, to: 2 } },
  { range: { from: 1, to: 200 } },
  { range: { fixed: 'x' } },
  { range: { from: 3, to: 2, fixed: 'x' } },
  { range: { from: 'x' } },
  { 'with-dash': { 'a-b': 0, namespace: 'UP' } },
  { 'with-dash': { 'a-b': 1, namespace: 'low' } },
  { locked: 'a' },
  { words: ['good', 'x'] },
  { words: ['bad', 'good', 'good'] },
  { words: ['good'] },
  ...[5, 20, 'lots', 'few'].map((amount) => ({ amount })),
  { dict: { a: 1, b: 0 } },
  { dict: { a: 1 } },
  { size: 0, range: { from: 3, to: 2 } },
  { replicas: -1 },
  { replicas: 3_000_000_000 },
  { foo: 1, labels: { a: 'b' }, deep: { unknown: true }, items: [{ key: 'a', extra: 1 }] },
];

const whole: unknown[] = [
  { apiVersion: 'rh-schema.example.org/v1', kind: 'Gadget', metadata: { name: 'x' } },
  object({}, { spec: 'x' }),
  object({}, { spec: null }),
  object({}, { foo: 1, status: { phase: 'On', bar: 1 } }),
  object({}, { status: { phase: 'Broken' } }),
  object({}, { status: { replicas: -1 } }),
  object({}, { metadata: { name: 'forbidden' } }),
  object({}, { metadata: { name: 'Bad_Name' } }),
  object({}, { metadata: { name: 'x', foo: 1, labels: { a: 'b' } } }),
  object({}, { metadata: { name: 'x', labels: { a: 1 } } }),
  object({}, { metadata: { name: 'x', labels: 'a' } }),
  object({}, { metadata: { name: 'x', creationTimestamp: 'yesterday' } }),
  object({}, { metadata: 'x' }),
  object({}, { kind: 'Other' }),
  object({}, { apiVersion: 'rh-schema.example.org/v2' }),
  object({}, { apiVersion: 'v1' }),
  object({}, { kind: '' }),
  object({}, { kind: 1 }),
  { metadata: { name: 'x' }, spec: { size: 2 } },
  '',
  '{',
  '[]',
  '{"apiVersion":"rh-schema.example.org/v1","kind":"Gadget","metadata":{"name":"x","name":"y"},"spec":{"size":2,"size":4,"foo":1,"foo":2}}',
];

export const customCases: Case[] = [
  ...specs.map((spec) => send(object(spec))),
  ...whole.map((body) => send(body)),
  ...whole.slice(-1).map((body) => send(body, 'Warn')),
  ...whole.slice(-1).map((body) => send(body, 'Ignore')),
  ...(['Warn', 'Ignore'] as const).map((validation) =>
    send(object({ foo: 1, deep: { unknown: true } }, { bar: 1, metadata: { name: 'x', foo: 1 } }), validation),
  ),
  send(
    'apiVersion: rh-schema.example.org/v1\nkind: Gadget\nmetadata:\n  name: x\nspec:\n  size: 2\n  size: 4\n',
    'Strict',
    'application/yaml',
  ),
  send(
    'apiVersion: rh-schema.example.org/v1\nkind: Gadget\nmetadata:\n  name: x\nspec:\n  size: 2\n',
    'Strict',
    'application/yaml',
  ),
];

/** A change of the definition above that the server refuses. */
type Change = (
  definition: typeof gadget.spec & Fields,
  version: Fields & { schema: { openAPIV3Schema: Fields } },
) => void;

const bare =
  (properties: unknown, more: Fields = {}): Change =>
  (_, version) => {
    version.schema = {
      openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties, ...more } } } as Fields,
    };
  };

const changes: Change[] = [
  () => undefined,
  (spec) => (spec['group'] = ''),
  (spec) => (spec['group'] = 'Bad_Group'),
  (spec) => (spec['group'] = 'nodots'),
  (spec) => (spec['group'] = 'other.example.org'),
  (spec) => (spec['scope'] = ''),
  (spec) => (spec['scope'] = 'Sometimes'),
  (spec) => (spec['names'] = { plural: 'gadgets' } as never),
  (spec) =>
    (spec['names'] = {
      plural: 'Gadgets',
      kind: 'gadget kind',
      singular: 'A B',
      shortNames: ['G'],
      listKind: 'x y',
      categories: ['A'],
    } as never),
  (spec) => (spec['names'] = { plural: 'gadgets', kind: 'Gadget', listKind: 'Gadget' } as never),
  (spec) => (spec['versions'] = [] as never),
  (spec, version) => (spec['versions'] = [version, version] as never),
  (_, version) => (version['storage'] = false),
  (_, version) => (version['name'] = 'V1'),
  (_, version) => (version['served'] = false),
  (_, version) => delete (version as Fields)['schema'],
  (_, version) => (version.schema = {} as never),
  (_, version) => (version.schema = { openAPIV3Schema: {} }),
  (_, version) => (version.schema = { openAPIV3Schema: { type: 'string' } }),
  (_, version) => (version.schema = { openAPIV3Schema: { type: 'object', nullable: true } }),
  (_, version) => (version.schema = { openAPIV3Schema: { type: 'object', additionalProperties: true } }),
  bare({ a: {} }),
  bare({ a: { type: 'strange' } }),
  bare({ a: { type: 'array' } }),
  bare({ a: { type: 'array', items: [{ type: 'string' }] } }),
  bare({ a: { type: 'object', additionalProperties: { type: 'string' }, properties: { b: { type: 'string' } } } }),
  bare({ a: { type: 'object', additionalProperties: false } }),
  bare({ a: { type: 'string', pattern: '(' } }),
  bare({ a: { type: 'string', default: 1 } }),
  bare({ a: { type: 'object', default: { x: 1 }, properties: { y: { type: 'string' } } } }),
  bare({ a: { type: 'string', enum: ['a'], default: 'b' } }),
  bare({ a: { $ref: '#/x' } }),
  bare({ a: { type: 'array', uniqueItems: true, items: { type: 'string' } } }),
  bare({ a: { type: 'string', nullable: true, description: 'fine' } }),
  bare({ a: { anyOf: [{ type: 'string' }, { type: 'integer' }] } }),
  bare({ a: { type: 'string', anyOf: [{ type: 'string' }] } }),
  bare({ a: { type: 'object', anyOf: [{ properties: { q: { minimum: 1 } } }] } }),
  bare({ a: { type: 'object', allOf: [{ description: 'x', title: 'y' }] } }),
  bare({ a: { type: 'string', not: { default: 'x' } } }),
  bare({ a: { 'x-kubernetes-int-or-string': true, type: 'string' } }),
  bare({ a: { 'x-kubernetes-preserve-unknown-fields': true } }),
  bare({ a: { 'x-kubernetes-preserve-unknown-fields': false, type: 'object' } }),
  bare({ a: { type: 'string', 'x-kubernetes-embedded-resource': true } }),
  bare({ a: { type: 'object', 'x-kubernetes-embedded-resource': true } }),
  bare({ a: { type: 'array', 'x-kubernetes-list-type': 'strange', items: { type: 'string' } } }),
  bare({ a: { type: 'string', 'x-kubernetes-list-type': 'set' } }),
  bare({ a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'string' } } }),
  bare({
    a: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: {} },
    },
  }),
  bare({
    a: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k', 'k'],
      items: { type: 'object', properties: { k: { type: 'object' } } },
    },
  }),
  bare({
    a: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: { k: { type: 'string' } } },
    },
  }),
  bare({
    a: {
      type: 'array',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: { k: { type: 'string' } } },
    },
  }),
  bare({
    a: {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: { type: 'object', properties: { k: { type: 'string' } } },
    },
  }),
  bare({ a: { type: 'string', 'x-kubernetes-map-type': 'atomic' } }),
  bare({ a: { type: 'object', 'x-kubernetes-map-type': 'strange' } }),
  bare({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: '' }] } }),
  bare({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self ==' }] } }),
  bare({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == 1' }] } }),
  bare({ a: { type: 'string', maxLength: 9, 'x-kubernetes-validations': [{ rule: "self == 'a'", message: ' ' }] } }),
  bare({
    a: { type: 'string', maxLength: 9, 'x-kubernetes-validations': [{ rule: "self == 'a'", reason: 'Strange' }] },
  }),
  bare({ a: { type: 'string', id: 'x', title: 't', externalDocs: {}, example: 'e' } }),
  bare({ a: { type: 'string', dependencies: { x: ['y'] } } }),
  bare({ a: { type: 'object', patternProperties: { x: { type: 'string' } } } }),
  bare({ a: { type: 'object', definitions: { x: { type: 'string' } } } }),
  bare({ a: { type: 'string' } }, { required: ['nothing'] }),
  bare({ metadata: { type: 'object' } }, {}),
  (_, version) =>
    (version.schema.openAPIV3Schema = {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
    }),
  (_, version) =>
    (version.schema.openAPIV3Schema = {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 3 } } } },
    }),
  (_, version) =>
    (version.schema.openAPIV3Schema = {
      type: 'object',
      properties: { apiVersion: { type: 'integer' }, kind: { type: 'object' } },
    }),
  (_, version) => (version['subresources'] = { scale: {} }),
  (_, version) =>
    (version['subresources'] = {
      scale: { specReplicasPath: '.status.x', statusReplicasPath: 'status.y', labelSelectorPath: '.x' },
    }),
  (_, version) =>
    (version['subresources'] = { scale: { specReplicasPath: '.spec.a[0]', statusReplicasPath: '.spec.y' } }),
  (_, version) => (version['additionalPrinterColumns'] = [{ name: '', type: 'odd', jsonPath: '' }]),
  (_, version) =>
    (version['additionalPrinterColumns'] = [
      { name: 'X', type: 'string', format: 'odd', jsonPath: 'spec.x', priority: -1 },
    ]),
  (_, version) => (version['additionalPrinterColumns'] = [{ name: 'X', type: 'string', jsonPath: '.spec[' }]),
  (_, version) => (version['deprecationWarning'] = 'old'),
  (_, version) => (version['deprecated'] = true),
  (spec) => (spec['conversion'] = { strategy: 'Webhook' }),
  (spec) => (spec['conversion'] = { strategy: 'Strange' }),
  (spec) => (spec['conversion'] = { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } }),
  (spec) => (spec['preserveUnknownFields'] = true),
];

export const definitionCases: Case[] = changes.map((change) => {
  const definition = structuredClone(gadget) as unknown as { metadata: Fields; spec: Parameters<Change>[0] };
  definition.metadata['name'] = 'gadgets.rh-schema.example.org';
  change(definition.spec, definition.spec.versions[0] as never);
  return {
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    mediaType: 'application/json',
    validation: 'Strict',
    body: JSON.stringify(definition),
  };
});
