import { describe, expect, test } from 'vitest';
import { kindRules } from '../../../src/rehearsal/kinds/index.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import type { Fields } from './case.ts';
import * as bases from './cases/bases.ts';

/** Objects as a client sends them, with what the server would add to the metadata. */
const stored = (object: Fields) =>
  ({
    ...object,
    metadata: { ...(object['metadata'] as object), uid: 'u', creationTimestamp: '2024-01-01T00:00:00Z' },
  }) as unknown as StoredObject;

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const element of Object.values(value)) frozen(element);
  }
  return value;
}

const all = Object.values(bases).map((object) => [String((object as Fields)['kind']), object as Fields] as const);

describe('defaults', () => {
  test.each(all)('of a %s are there once: a second time changes nothing and copies nothing', (_, object) => {
    const { defaults } = kindRules(String(object['apiVersion']), String(object['kind']));
    const once = defaults?.(frozen(stored(object))) ?? stored(object);
    expect(defaults?.(frozen(once)) ?? once).toBe(once);
  });

  test('what a change leaves alone is shared', () => {
    const { defaults } = kindRules('apps/v1', 'Deployment');
    const once = defaults?.(stored(bases.deployment)) as StoredObject & { spec: { template: object } };
    const scaled = { ...once, spec: { ...once.spec, replicas: 3 } };
    const twice = defaults?.(scaled) as typeof scaled;
    expect(twice.spec.template).toBe(once.spec.template);
  });
});
