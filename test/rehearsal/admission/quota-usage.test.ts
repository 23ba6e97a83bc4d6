import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quotaStatus } from '../../../src/rehearsal/admission/quota-usage.ts';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import type { Fields } from '../kinds/case.ts';
import { readRecording } from '../kinds/recording.ts';
import { createScene } from '../kinds/scene.ts';

/** Quotas as the controller of a real API server has filled them in (see record.ts). */
const { scenarios } = readRecording<{ scenarios: { name: string; world: Fields[] }[] }>(
  join(import.meta.dirname, 'recorded', 'quotas.json'),
);
const quotas = scenarios.flatMap(({ name, world }) =>
  world
    .filter(({ kind }) => kind === 'ResourceQuota')
    .map((quota) => ({ title: `${name}: ${(quota['metadata'] as { name: string }).name}`, quota, world })),
);

describe('the status of a quota is what its controller computes', () => {
  test.each(quotas)('$title', ({ quota, world }) => {
    const { api } = createScene(world, 'rh-admission');
    expect(quotaStatus(quota as unknown as StoredObject, new Registry().all(), api.reader)).toEqual(quota['status']);
  });
});
