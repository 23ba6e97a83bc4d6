import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fields } from '../kinds/case.ts';
import { readRecording, replayed, type Recording } from '../kinds/recording.ts';
import { createScene } from '../kinds/scene.ts';
import { scenarios } from './scenarios/index.ts';

/** What a real API server admitted (see record.ts) against what the rehearsal cluster admits. */
interface Played {
  name: string;
  world: Fields[];
  cases: Recording[];
}

const fileOf = (name: string) => join(import.meta.dirname, 'recorded', `${name}.json`);
const shared = readRecording<{ objects: Fields[] }>(fileOf('world')).objects;

for (const file of Object.keys(scenarios)) {
  const played = readRecording<{ scenarios: Played[] }>(fileOf(file)).scenarios;
  describe.each(played)('admits like a real API server: $name', ({ world, cases }) => {
    test.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', (_, recorded) => {
      const before = recorded.old === undefined ? [] : [recorded.old];
      const { own, real } = replayed(recorded, createScene([...shared, ...world, ...before], 'rh-admission'));
      expect(own).toEqual(real);
    });
  });
}

describe('namespaces', () => {
  const { missing, ending, immortal } = readRecording<{
    missing: Recording;
    ending: Recording & { namespace: Fields };
    immortal: { code: number; answer: Fields };
  }>(fileOf('namespaces'));

  test('nothing is made in one that is not there', () => {
    const { own, real } = replayed(missing, createScene(shared, 'rh-admission-missing'));
    expect(own).toEqual(real);
  });

  test('nothing is made in one that ends', () => {
    const { own, real } = replayed(ending, createScene([...shared, ending.namespace], 'rh-admission-ending'));
    expect(own).toEqual(real);
  });

  test('some may not be deleted', () => {
    const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } };
    const { code, answer } = createScene([...shared, system], 'kube-system').remove(system);
    expect({ code, answer }).toEqual(immortal);
  });
});
