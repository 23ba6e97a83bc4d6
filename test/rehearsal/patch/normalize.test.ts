import { describe, expect, test } from 'vitest';
import { builtInShape, builtInType } from '../../../src/rehearsal/api/types.ts';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';
import { normalized } from '../../../src/rehearsal/patch/normalize.ts';
import { customShapes } from './definitions.ts';

const normal = (apiVersion: string, kind: string, object: JsonObject) =>
  normalized(object, builtInShape(apiVersion, kind) ?? expect.fail('no shape'), builtInType);

describe('objects as the types of the server hold them', () => {
  test('structs that are no pointers are there, and lists that must be', () => {
    expect(normal('apps/v1', 'Deployment', { metadata: { name: 'a' } })).toEqual({
      metadata: { name: 'a' },
      spec: {
        selector: null,
        strategy: {},
        template: { metadata: {}, spec: { containers: null } },
      },
      status: {},
    });
  });

  test('null, empty lists, empty maps and zeros are left out, but not those of pointers', () => {
    const spec = {
      containers: [],
      volumes: [],
      nodeSelector: {},
      hostNetwork: false,
      hostname: '',
      dnsPolicy: null,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: {},
    };
    expect(normal('v1', 'Pod', { metadata: { labels: {}, annotations: null }, spec })['spec']).toEqual({
      containers: [],
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: {},
    });
  });

  test('values of maps stay as they are', () => {
    const object = { metadata: {}, data: { a: '', b: 'x' } };
    expect(normal('v1', 'ConfigMap', object)).toBe(object);
  });

  test('of a custom resource the metadata alone', () => {
    const shape = customShapes['Gadget'] ?? expect.fail('no shape');
    const object = { metadata: { name: 'a', labels: {}, finalizers: null }, spec: { tags: [], size: 0 } };
    expect(normalized(object, shape, builtInType)).toEqual({ metadata: { name: 'a' }, spec: { tags: [], size: 0 } });
  });

  test('what is so already comes back itself', () => {
    const once = normal('v1', 'Pod', { metadata: { name: 'a' }, spec: { containers: [{ name: 'c' }] } });
    expect(normal('v1', 'Pod', once)).toBe(once);
  });
});
