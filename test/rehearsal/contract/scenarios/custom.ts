import { apply, kubectl, observe, until, type Scenario } from '../scenario.ts';

const group = '{namespace}.example.org';

const properties = {
  spec: {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1, maximum: 10 },
      colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
      code: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
      replicas: { type: 'integer' },
      tags: { type: 'array', maxItems: 2, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      parts: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string' }, weight: { type: 'integer' } },
        },
      },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      either: { 'x-kubernetes-int-or-string': true },
    },
    'x-kubernetes-validations': [{ rule: 'self.size >= oldSelf.size', message: 'size may only grow' }],
  },
  status: {
    type: 'object',
    properties: {
      replicas: { type: 'integer' },
      phase: { type: 'string' },
      conditions: {
        type: 'array',
        items: { type: 'object', properties: { type: { type: 'string' }, status: { type: 'string' } } },
      },
    },
  },
};

const version = {
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties } },
  subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Colour', type: 'string', jsonPath: '.spec.colour', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

const definition = (more: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wi'], categories: ['{namespace}'] },
    versions: [version],
    ...more,
  },
});

const widget = (name: string, spec: object) => ({
  apiVersion: `${group}/v1`,
  kind: 'Widget',
  metadata: { name },
  spec,
});
const refused = (spec: object) => kubectl('create -f -', { stdin: [widget('bad', spec)], exit: 1 });

const customResources: Scenario = {
  name: 'custom-resources',
  clients: 'every kubectl',
  leaves: [`/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`],
  steps: [
    kubectl('apply -f -', { stdin: [widget('early', { size: 1 })], exit: 1 }),
    apply(definition()),
    until(
      `/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`,
      'status.conditions.[Established].status',
      'True',
    ),
    kubectl(`wait --for=condition=Established crd/widgets.${group}`),
    observe(`/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`),
    kubectl(`get crd widgets.${group}`),
    kubectl(`api-resources --api-group=${group}`),
    apply(widget('one', { size: 2, free: { anything: { goes: true } }, either: '50%', tags: ['a'] })),
    apply(widget('one', { size: 2, free: { anything: { goes: true } }, either: '50%', tags: ['a'] })),
    apply(widget('one', { size: 3, colour: 'blue', parts: [{ name: 'left', weight: 1 }] })),
    refused({}),
    refused({ size: 0 }),
    { ...refused({ size: 11, colour: 'green', code: 'TOOLONG' }), isUnordered: true },
    refused({ size: 'big' }),
    refused({ size: 1, tags: ['a', 'a'] }),
    refused({ size: 1, tags: ['a', 'b', 'c'] }),
    refused({ size: 1, parts: [{ weight: 1 }] }),
    refused({ size: 1, parts: [{ name: 'x' }, { name: 'x' }] }),
    refused({ size: 1, unknown: true }),
    refused({ size: 1, either: true }),
    kubectl('create --validate=ignore -f -', { stdin: [widget('pruned', { size: 1, unknown: true })] }),
    kubectl('patch widget.{namespace}.example.org one -p {"spec":{"size":4}}', { exit: 1 }),
    kubectl('patch widget.{namespace}.example.org one --type=merge -p {"spec":{"size":4}}'),
    kubectl('patch widget.{namespace}.example.org one --type=merge -p {"spec":{"size":2}}', { exit: 1 }),
    kubectl(
      'patch widget.{namespace}.example.org one --subresource=status --type=merge -p {"status":{"phase":"Happy","replicas":2,"conditions":[{"type":"Ready","status":"True"}]}}',
    ),
    kubectl('patch widget.{namespace}.example.org one --type=merge -p {"status":{"phase":"Sad"}}'),
    kubectl('wait --for=condition=Ready widget.{namespace}.example.org/one'),
    kubectl('scale widget.{namespace}.example.org one --replicas=3'),
    kubectl('get widgets.{namespace}.example.org'),
    kubectl('get wi.{namespace}.example.org -o wide'),
    kubectl('get {namespace} -o name'),
    kubectl('get widget.{namespace}.example.org one -o yaml'),
    kubectl('describe widget.{namespace}.example.org one'),
    // The server publishes the schema of a new kind a while after it is established.
    kubectl(`explain widget.spec --api-version=${group}/v1`),
    kubectl('apply --server-side --field-manager=other -f -', {
      stdin: [widget('one', { size: 4, parts: [{ name: 'right', weight: 2 }] })],
    }),
    kubectl('apply --server-side --field-manager=other -f -', {
      stdin: [widget('one', { size: 4, colour: 'red' })],
    }),
    kubectl('apply --server-side --field-manager=third -f -', {
      stdin: [widget('one', { size: 4, colour: 'blue' })],
      exit: 1,
    }),
    kubectl('diff -f -', { stdin: [widget('one', { size: 5, colour: 'blue' })], exit: 1 }),
    kubectl('label widget.{namespace}.example.org one tier=front'),
    observe(`${group}/v1/widgets`),
    kubectl('apply -f -', { stdin: [definition({ names: { plural: 'widgets', kind: 'Gizmo' } })], exit: 1 }),
    kubectl('apply -f -', { stdin: [{ ...definition(), metadata: { name: 'wrong.example.org' } }], exit: 1 }),
    kubectl('apply -f -', {
      stdin: [definition({ versions: [{ ...version, schema: undefined }] })],
      exit: 1,
    }),
    kubectl('apply -f -', {
      stdin: [
        definition({
          versions: [{ ...version, schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } } }],
        }),
      ],
      exit: 1,
    }),
    kubectl('delete widget.{namespace}.example.org pruned'),
    kubectl(`delete crd widgets.${group}`),
    kubectl('get widgets.{namespace}.example.org', { exit: 1 }),
  ],
};

export const custom: readonly Scenario[] = [customResources];
