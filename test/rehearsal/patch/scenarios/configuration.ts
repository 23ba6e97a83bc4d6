import { apply, create, step, type Scenario } from './step.ts';

const lastApplied = (data: object) =>
  `${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { annotations: {}, name: 'settings', namespace: 'rh-patch-record' }, data }).replace(/^\{"apiVersion":"v1","kind":"ConfigMap","metadata":(.*),"data":(.*)\}$/, '{"apiVersion":"v1","data":$2,"kind":"ConfigMap","metadata":$1}')}\n`;

export const configMap: Scenario = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  name: 'settings',
  steps: [
    create('create as client-side apply does', 'kubectl-client-side-apply', {
      metadata: {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': lastApplied({ a: '1', b: '2' }) },
      },
      data: { a: '1', b: '2' },
    }),
    apply('apply by another manager conflicts', 'other', { data: { a: '9' } }),
    apply('server-side apply of kubectl takes over what client-side apply wrote', 'kubectl', {
      data: { a: '5', b: '2', c: '3' },
    }),
    apply('and drops a key', 'kubectl', { data: { a: '5', c: '3' } }),
    step('strategic merge with null', 'PATCH', 'strategic-merge-patch', 'kubectl-edit', { data: { b: null, d: '4' } }),
    step('json patch of managed fields, as kubectl migrates them', 'PATCH', 'json-patch', 'kubectl', [
      {
        op: 'replace',
        path: '/metadata/managedFields',
        value: [
          {
            manager: 'kubectl',
            operation: 'Apply',
            apiVersion: 'v1',
            time: '2026-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:d': {}, 'f:a': {}, '.': {} } },
          },
        ],
      },
    ]),
    apply('apply after the migration removes what it had', 'kubectl', { data: { a: '5' } }),
    apply('apply of another value', 'kubectl', { data: { a: '6' } }),
    step('somebody changes it', 'PATCH', 'merge-patch', 'intruder', { data: { a: 'changed' } }),
    apply('kubectl conflicts with that', 'kubectl', { data: { a: '7' } }),
    apply('apply of binary data', 'kubectl', { data: { a: 'changed' }, binaryData: { x: 'eA==' }, immutable: false }),
    step('finalizers are a set', 'PATCH', 'strategic-merge-patch', 'keeper', {
      metadata: { finalizers: ['example.com/a', 'example.com/b'] },
    }),
    apply('apply of a finalizer shares it', 'kubectl', {
      metadata: { finalizers: ['example.com/b', 'example.com/c'] },
    }),
    step('deleting from a primitive list', 'PATCH', 'strategic-merge-patch', 'keeper', {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['example.com/a'],
        '$setElementOrder/finalizers': ['example.com/c', 'example.com/b'],
      },
    }),
    apply('apply of no finalizers', 'kubectl', { metadata: {} }),
    step('all finalizers go', 'PATCH', 'merge-patch', 'keeper', { metadata: { finalizers: null } }),
  ],
};

export const ageing: Scenario = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  name: 'ageing',
  steps: [
    create('create', 'first', { data: { first: 'x' } }),
    ...Array.from({ length: 12 }, (_, index) =>
      step(`updater ${index}`, 'PATCH', 'merge-patch', `updater-${index}`, { data: { [`key-${index}`]: 'x' } }),
    ),
  ],
};

export const secret: Scenario = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  name: 'keys',
  steps: [
    create('create a secret', 'helm', { type: 'Opaque', data: { a: 'YQ==', b: 'Yg==' } }),
    apply('apply one key', 'deploy-wizard', { data: { a: 'YQ==', c: 'Yw==' } }),
    step('put changes a key', 'PUT', 'json', 'helm', { data: { a: 'YWE=' } }),
    apply('apply conflicts with the put', 'deploy-wizard', { data: { a: 'YQ==', c: 'Yw==' } }),
    apply('apply gives the key up', 'deploy-wizard', { data: { c: 'Yw==' } }),
  ],
};
