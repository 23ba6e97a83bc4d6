import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInShape, builtInType } from '../../../src/rehearsal/api/types.ts';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';
import { applyStrategicMerge } from '../../../src/rehearsal/patch/strategic-merge.ts';
import { mergeKeysOf } from '../../../src/rehearsal/patch/structure.ts';

const shape = builtInShape('v1', 'Pod') ?? expect.fail('no shape of a pod');
const merge = (document: JsonObject, patch: JsonObject) => applyStrategicMerge(document, patch, shape, builtInType);
const pod = (spec: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
const named = (...names: string[]) => names.map((name) => ({ name }));

const refusal = (act: () => unknown): [number, string] | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return [error.code, error.message];
    throw error;
  }
  return undefined;
};

describe('strategic merge patch', () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      'merges elements by their key',
      { containers: [{ name: 'a', image: '1' }] },
      { containers: [{ name: 'a', tty: true }] },
      { containers: [{ name: 'a', image: '1', tty: true }] },
    ],
    [
      'puts what is new before what the live list has alone',
      { containers: named('a') },
      { containers: named('b') },
      { containers: named('b', 'a') },
    ],
    [
      'replaces a list without a strategy',
      { tolerations: [{ key: 'a' }] },
      { tolerations: [{ key: 'b' }] },
      { tolerations: [{ key: 'b' }] },
    ],
    [
      'deletes an element',
      { containers: named('a', 'b') },
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: named('b') },
    ],
    [
      'replaces a list by directive',
      { containers: named('a', 'b') },
      { containers: [{ name: 'c' }, { $patch: 'replace' }] },
      { containers: named('c') },
    ],
    [
      'replaces a map by directive',
      { nodeSelector: { a: 'b' } },
      { nodeSelector: { $patch: 'replace', c: 'd' } },
      { nodeSelector: { c: 'd' } },
    ],
    [
      'empties a map by directive',
      { nodeSelector: { a: 'b' } },
      { nodeSelector: { $patch: 'delete' } },
      { nodeSelector: {} },
    ],
    ['deletes by null', { hostname: 'a', nodeName: 'b' }, { hostname: null, subdomain: null }, { nodeName: 'b' }],
    [
      'orders as told, the others among them',
      { containers: named('a', 'b', 'c') },
      { '$setElementOrder/containers': named('c', 'a') },
      { containers: named('b', 'c', 'a') },
    ],
    [
      'keeps only the named fields of an element',
      { volumes: [{ name: 'v', emptyDir: {} }] },
      { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/' } }] },
      { volumes: [{ name: 'v', hostPath: { path: '/' } }] },
    ],
    [
      'stores no directive of a new value',
      {},
      { containers: [{ $patch: 'replace' }, { name: 'a' }] },
      { containers: named('a') },
    ],
  ])('%s', (_name, spec, patch, result) => {
    const document = pod(spec);
    const kept = structuredClone(document);
    expect(merge(document, { spec: patch })).toEqual(pod(result));
    expect(document).toEqual(kept);
  });

  test('takes scalars out of a list and adds others', () => {
    const document = { ...pod({}), metadata: { name: 'p', finalizers: ['a', 'b', 'c'] } };
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'], finalizers: ['d'] } };
    expect(merge(document, patch)['metadata']).toEqual({ name: 'p', finalizers: ['d', 'a', 'c'] });
  });

  test('shares what it does not touch, and the whole when nothing changes', () => {
    const document = pod({ containers: [{ name: 'a', image: '1', env: named('X') }, { name: 'b' }] });
    expect(merge(document, { spec: { containers: [{ name: 'a', image: '1' }] } })).toBe(document);
    const result = merge(document, { spec: { hostname: 'h' } }) as { spec: { containers: unknown } };
    expect(result.spec.containers).toBe((document['spec'] as JsonObject)['containers']);
    expect(merge(document, {})).toBe(document);
  });

  test.each<[string, JsonObject, [number, string]]>([
    ['no key', { containers: [{ image: 'x' }] }, [500, 'map: map[image:x] does not contain declared merge key: name']],
    ['an unknown directive', { $patch: 'bogus' }, [500, 'unknown patch type: bogus in map: map[$patch:bogus]']],
    [
      'merge as a directive',
      { containers: [{ name: 'a', $patch: 'merge' }] },
      [500, 'merging lists cannot yet be specified in the patch'],
    ],
    [
      'an order that is no list',
      { '$setElementOrder/containers': 'x' },
      [500, 'expected a []interface {}, but received a string'],
    ],
    [
      'an order of nothing that exists',
      { '$setElementOrder/nope': [] },
      [500, 'unable to find api field in struct PodSpec for the json field "nope"'],
    ],
    ['a list of keys that is none', { $retainKeys: 'x' }, [400, 'invalid patch format of retainKeys']],
    [
      'a field that is not retained',
      { $retainKeys: ['a'], hostname: 'x' },
      [400, 'invalid patch format of retainKeys'],
    ],
    ['deletion from no list', { $deleteFromPrimitiveList: ['x'] }, [400, 'invalid patch format of primitive list']],
  ])('refuses %s', (_name, patch, expected) => {
    expect(refusal(() => merge(pod({ containers: named('a') }), { spec: patch }))).toEqual(expected);
  });

  test('applied twice is applied once', () => {
    const containers = fc.uniqueArray(
      fc.record(
        {
          name: fc.constantFrom('a', 'b', 'c'),
          image: fc.constantFrom('1', '2'),
          env: fc.uniqueArray(fc.record({ name: fc.constantFrom('X', 'Y'), value: fc.constantFrom('1', '2') }), {
            selector: ({ name }) => name,
          }),
        },
        { requiredKeys: ['name'] },
      ),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(containers, containers, (one, other) => {
        const once = merge(pod({ containers: one }), { spec: { containers: other } });
        expect(merge(once, { spec: { containers: other } })).toEqual(once);
        const names = ((once['spec'] as JsonObject)['containers'] as { name: string }[]).map(({ name }) => name);
        expect(names.toSorted()).toEqual([...new Set([...one, ...other].map(({ name }) => name))].toSorted());
      }),
    );
  });

  test('the keys are those of the recorded types', () => {
    const list = (type: string, field: string) => mergeKeysOf(builtInType(type)?.fields[field] ?? { type: 'any' });
    expect(list('core.v1.PodSpec', 'containers')).toEqual(['name']);
    expect(list('core.v1.ServiceSpec', 'ports')).toEqual(['port', 'protocol']);
    expect(list('core.v1.PodSpec', 'tolerations')).toEqual([]);
  });
});
