import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInShape, builtInType } from '../../../src/rehearsal/api/types.ts';
import type { JsonObject, StoredObject } from '../../../src/rehearsal/objects.ts';
import { applyPatch } from '../../../src/rehearsal/patch/apply.ts';
import { trackUpdate } from '../../../src/rehearsal/patch/managed-fields.ts';
import { customShapes } from './definitions.ts';
import { group } from './scenarios/step.ts';

const time = '2026-01-01T00:00:00Z';
const gadgets = {
  apiVersion: `${group}/v1`,
  kind: 'Gadget',
  shape: customShapes['Gadget'] ?? { type: 'any' },
  lookup: builtInType,
} as const;
const identity = { apiVersion: gadgets.apiVersion, kind: 'Gadget', metadata: { name: 'one', namespace: 'default' } };

/** Bodies in which two managers often mean the same field. */
const specs: fc.Arbitrary<JsonObject> = fc.record(
  {
    size: fc.integer({ min: 0, max: 2 }),
    tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
    ports: fc.uniqueArray(fc.record({ port: fc.integer({ min: 1, max: 3 }), note: fc.constantFrom('n', 'm') }), {
      selector: ({ port }) => port,
    }),
    plain: fc.array(fc.record({ a: fc.integer({ min: 0, max: 2 }) }), { maxLength: 2 }),
    whole: fc.record({ a: fc.constantFrom(1, 2), b: fc.constantFrom(1, 2) }, { requiredKeys: [] }),
    labels: fc.dictionary(fc.constantFrom('k', 'l'), fc.constantFrom('v', 'w')),
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<JsonObject>;

const apply = (live: StoredObject | undefined, manager: string, spec?: JsonObject, force = false): StoredObject => {
  const { object } = applyPatch({
    ...gadgets,
    live,
    patch: spec === undefined ? identity : { ...identity, spec },
    manager,
    force,
    time,
  });
  return stored(object);
};

const stored = (object: JsonObject): StoredObject => {
  const value = object as unknown as StoredObject;
  if (value.metadata.uid === 'u') return value;
  return { ...value, metadata: { ...value.metadata, uid: 'u', resourceVersion: '1', creationTimestamp: time } };
};

const ownersOf = (object: StoredObject) =>
  (object.metadata.managedFields ?? []).map(({ manager, operation }) => `${manager}:${operation}`);

/** Nothing that has no value: an empty object or list says nothing that could be missed. */
function isContained(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole;
  if (Array.isArray(part)) {
    if (part.length === 0) return true;
    return Array.isArray(whole) && part.every((item) => whole.some((other) => isContained(item, other)));
  }
  const fields = Object.entries(part);
  if (fields.length === 0) return true;
  return (
    typeof whole === 'object' &&
    whole !== null &&
    fields.every(([field, value]) => isContained(value, (whole as JsonObject)[field]))
  );
}

describe('server-side apply', () => {
  test('what is applied is there afterwards, whoever had it before', () => {
    fc.assert(
      fc.property(specs, specs, (one, other) => {
        const result = apply(apply(undefined, 'first', one), 'second', other, true);
        expect(isContained(other, result['spec'])).toBe(true);
      }),
    );
  });

  test('applied twice is applied once, and gives the object itself back', () => {
    fc.assert(
      fc.property(specs, specs, (one, other) => {
        const once = apply(apply(undefined, 'first', one), 'second', other, true);
        expect(apply(once, 'second', other, true)).toBe(once);
      }),
    );
  });

  test('a manager that gives everything up leaves what others have', () => {
    fc.assert(
      fc.property(specs, specs, (one, other) => {
        const both = apply(apply(undefined, 'first', one), 'second', other, true);
        const left = apply(both, 'second');
        expect(ownersOf(left)).not.toContain('second:Apply');
        const alone = apply(apply(undefined, 'second', other), 'second');
        expect(alone['spec'] ?? {}).toEqual({});
      }),
    );
  });

  test('the only manager gets exactly what it applies next', () => {
    fc.assert(
      fc.property(specs, specs, (one, other) => {
        const result = apply(apply(undefined, 'only', one), 'only', other);
        expect(withoutEmpty(result['spec'])).toEqual(withoutEmpty(other));
      }),
    );
  });

  test('without force nothing of another manager changes', () => {
    fc.assert(
      fc.property(specs, specs, (one, other) => {
        const live = apply(undefined, 'first', one);
        let result: StoredObject;
        try {
          result = apply(live, 'second', other);
        } catch (error) {
          expect(error).toMatchObject({ code: 409, reason: 'Conflict' });
          return;
        }
        expect(isContained(one, result['spec'])).toBe(true);
      }),
    );
  });

  test('an object of nobody is owned by those before the first apply', () => {
    const live = stored({ ...identity, spec: { size: 1 } });
    const result = apply(live, 'first', { size: 1, labels: { k: 'v' } });
    expect(ownersOf(result)).toEqual(['first:Apply', 'before-first-apply:Update']);
  });

  test('kubectl brings the annotation of client-side apply up to date', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const shape = builtInShape('v1', 'ConfigMap') ?? expect.fail('no shape');
    const terms = { apiVersion: 'v1', shape, lookup: builtInType, time };
    const made = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', annotations: { [annotation]: '{"apiVersion":"v1","data":{"k":"<1>"}}' } },
      data: { k: '<1>' },
    };
    const managedFields = trackUpdate({ ...terms, after: made, manager: 'kubectl-client-side-apply' });
    const live = stored({
      ...made,
      metadata: { ...made.metadata, managedFields: managedFields as unknown as JsonObject[] },
    });
    const patch = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { k: '<2>' } };
    const { object } = applyPatch({ ...terms, kind: 'ConfigMap', live, patch, manager: 'kubectl', force: false });
    const { annotations } = object['metadata'] as { annotations: Record<string, string> };
    expect(annotations[annotation]).toBe(
      String.raw`{"apiVersion":"v1","data":{"k":"\u003c2\u003e"},"kind":"ConfigMap","metadata":{"name":"a"}}` + '\n',
    );
  });
});

/** What is empty may be there or not: nobody can own the difference in a list or map that is owned by its parts. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).map(([field, child]) => [field, withoutEmpty(child)] as const);
  return Object.fromEntries(
    fields.filter(
      ([, child]) => child !== null && (typeof child !== 'object' || Object.keys(child as object).length > 0),
    ),
  );
}
