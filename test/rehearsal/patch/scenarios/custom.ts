import { apply, create, group, step, type Scenario } from './step.ts';

export const gadget: Scenario = {
  apiVersion: `${group}/v1`,
  kind: 'Gadget',
  plural: 'gadgets',
  name: 'one',
  steps: [
    create(
      'create a custom resource',
      'operator',
      {
        metadata: { labels: { a: 'b' } },
        spec: {
          size: 1,
          tags: ['x', 'y'],
          ports: [{ port: 1 }, { port: 2, protocol: 'UDP', note: 'n' }],
          plain: [{ a: 1 }],
          whole: { a: 1 },
          nested: { deep: { a: 1, b: { c: 2 } } },
          labels: { l: 'm' },
          mixed: { n: [1] },
        },
      },
      { hasDefaults: true },
    ),
    apply(
      'apply elements of sets and maps',
      'helm',
      { spec: { tags: ['y', 'z'], ports: [{ port: 2, protocol: 'UDP', note: 'n' }, { port: 3 }], labels: { k: 'v' } } },
      { hasDefaults: true },
    ),
    apply('apply conflicts in all kinds of places', 'helm', {
      spec: {
        size: 2,
        tags: ['y'],
        ports: [{ port: 2, protocol: 'UDP', note: 'other' }],
        plain: [{ a: 2 }],
        whole: { b: 1 },
        nested: { deep: { b: { c: 3 } } },
        mixed: { n: [2] },
      },
    }),
    apply(
      'and takes them by force',
      'helm',
      {
        spec: {
          size: 2,
          tags: ['y'],
          ports: [{ port: 2, protocol: 'UDP', note: 'other' }],
          plain: [{ a: 2 }],
          whole: { b: 1 },
          nested: { deep: { b: { c: 3 } } },
          mixed: { n: [2] },
        },
      },
      { force: true },
    ),
    step('merge patch of the status by the main resource', 'PATCH', 'merge-patch', 'operator', {
      spec: { size: 4 },
      status: { phase: 'Odd' },
    }),
    step(
      'merge patch of the status',
      'PATCH',
      'merge-patch',
      'operator',
      { spec: { size: 5 }, status: { phase: 'Ready', conditions: [{ type: 'Ready', status: 'True' }] } },
      { subresource: 'status' },
    ),
    apply(
      'apply of the status',
      'reporter',
      { status: { conditions: [{ type: 'Synced', status: 'True' }] } },
      { subresource: 'status' },
    ),
    step('json patch of a list', 'PATCH', 'json-patch', 'operator', [
      { op: 'remove', path: '/spec/ports/0' },
      { op: 'add', path: '/spec/nested/deep/d', value: null },
      { op: 'add', path: '/spec/plain/0', value: { z: 1 } },
    ]),
    apply('apply of nothing', 'helm', {}),
  ],
};

export const freeform: Scenario = {
  apiVersion: `${group}/v1`,
  kind: 'Freeform',
  plural: 'freeforms',
  name: 'any',
  steps: [
    apply('create anything', 'helm', { spec: { a: { b: [1, { c: 2 }], d: 'x' }, e: {} }, other: true }),
    step('merge patch of anything', 'PATCH', 'merge-patch', 'somebody', {
      spec: { a: { b: [3], f: { g: 1 } }, h: 'i' },
      other: { now: 'a map' },
    }),
    apply('apply conflicts with it', 'helm', { spec: { a: { b: [1, { c: 2 }], d: 'y' } }, other: true }),
    apply('apply what is left', 'helm', { spec: { a: { d: 'y' } } }),
    apply('a map becomes a scalar', 'helm', { spec: { a: { d: 'y', f: 'scalar' } } }, { force: true }),
  ],
};
