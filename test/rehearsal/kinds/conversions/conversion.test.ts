import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../../../src/rehearsal/kinds/conversion.ts';
import type { StoredObject } from '../../../../src/rehearsal/objects.ts';
import { readRecording } from '../recording.ts';

/** Objects that a real API server showed in two versions (see record.ts). */
const { pairs } = readRecording<{ pairs: [StoredObject, StoredObject][] }>(join(import.meta.dirname, 'recorded.json'));

const named = pairs.flatMap(([one, other]) => [
  {
    from: one,
    to: other,
    title: `${one.kind} ${one.metadata.name} ${one.metadata.resourceVersion} as ${other.apiVersion}`,
  },
  {
    from: other,
    to: one,
    title: `${one.kind} ${one.metadata.name} ${one.metadata.resourceVersion} as ${one.apiVersion}`,
  },
]);

describe('versions of one object', () => {
  test.each(named)('$title', ({ from, to }) => {
    expect(parsed(convert(from, to.apiVersion))).toEqual(parsed(to));
  });

  test('an object of one version alone stays as it is', () => {
    const map: StoredObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', uid: 'u', creationTimestamp: '2024-01-01T00:00:00Z', resourceVersion: '1' },
    };
    expect(convert(map, 'v1')).toBe(map);
  });
});

/** What the old version keeps as JSON in annotations is compared by what it says; it has a place of its own for the CPU. */
function parsed(object: StoredObject): Record<string, unknown> {
  const { annotations, ...metadata } = object.metadata;
  const kept = Object.fromEntries(
    Object.entries(annotations ?? {}).map(([name, text]) => [
      name,
      name.startsWith('autoscaling.alpha.kubernetes.io/') ? (JSON.parse(text) as unknown) : text,
    ]),
  );
  const spec = object['spec'] as { metrics?: object[] } | undefined;
  const metrics = spec?.metrics?.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return {
    ...object,
    metadata: annotations === undefined ? metadata : { ...metadata, annotations: kept },
    ...(metrics === undefined ? {} : { spec: { ...spec, metrics } }),
  };
}
