import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fields } from './case.ts';
import { readRecording, replayed, type Recording } from './recording.ts';
import { createScene } from './scene.ts';

/** Answers of a real API server (see record.ts) against those of the rehearsal cluster. */
const folder = join(import.meta.dirname, 'recorded');
const world = readRecording<{ objects: Fields[] }>(join(folder, 'world.json')).objects;
const files = readdirSync(folder).filter((name) => name !== 'world.json');

describe.each(files)('answers like a real API server: %s', (file) => {
  const { cases } = readRecording<{ cases: Recording[] }>(join(folder, file));
  for (const recorded of cases)
    test(recorded.name, () => {
      const before = recorded.old === undefined ? [] : [recorded.old];
      const { own, real } = replayed(recorded, createScene([...world, ...before], 'rh-kinds'));
      expect(own).toEqual(real);
    });
});
