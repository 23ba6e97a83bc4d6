import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';
import { withDefaults } from '../../../src/rehearsal/schema/defaults.ts';
import { messageOfKind } from '../../../src/rehearsal/wire/messages.ts';

/** Objects of every kind with random contents; see `test/rehearsal/wire/record-objects.go`. */
const objects = readFileSync(join(import.meta.dirname, '../wire/objects.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { json: JsonObject }).json);
const shapeOf = (apiVersion: string, kind: string) => ({
  type: 'object' as const,
  ref: messageOfKind(apiVersion, kind)?.ref ?? '',
});

describe('defaults of the recorded types', () => {
  it('are filled in once', () => {
    for (const object of objects) {
      const { apiVersion, kind } = object as { apiVersion: string; kind: string };
      const once = withDefaults(object, shapeOf(apiVersion, kind));
      expect(withDefaults(once, shapeOf(apiVersion, kind))).toBe(once);
    }
  });

  it('leave what is there, and share what they do not change', () => {
    const container = { name: 'c', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] };
    const other: Partial<typeof container> = { name: 'd' };
    const pod = { metadata: { name: 'x' }, spec: { containers: [container, other] } };
    const after = withDefaults(pod as JsonObject, shapeOf('v1', 'Pod')) as unknown as typeof pod;
    expect(after.spec.containers[0]?.ports).toEqual([
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 53, protocol: 'UDP' },
    ]);
    expect(after.metadata).toBe(pod.metadata);
    expect(after.spec.containers[0]?.ports?.[1]).toBe(container.ports[1]);
    expect(after.spec.containers[1]).toBe(pod.spec.containers[1]);
  });
});
