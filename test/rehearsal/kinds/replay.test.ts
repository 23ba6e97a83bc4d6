import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fields } from './case.ts';
import { comparable } from './comparable.ts';
import { createScene } from './scene.ts';

/** Answers of a real API server (see record.ts) against those of the rehearsal cluster. */
interface Recorded {
  name: string;
  old?: Fields;
  sent: Fields;
  isReal?: true;
  code: number;
  answer: Fields;
  warnings?: string[];
}

const folder = join(import.meta.dirname, 'recorded');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Fields;
const world = read('world.json')['objects'] as Fields[];
const files = readdirSync(folder).filter((name) => name !== 'world.json');

describe.each(files)('answers like a real API server: %s', (file) => {
  const { cases } = read(file) as unknown as { cases: Recorded[] };
  test.each(cases.map((entry) => [entry.name, entry] as const))('%s', (_, recorded) => {
    const scene = createScene([...world, ...(recorded.old === undefined ? [] : [recorded.old])], 'rh-kinds');
    const sent = lengthened(recorded.sent);
    const outcome = recorded.old === undefined ? scene.create(sent, recorded.isReal !== true) : scene.replace(sent);
    expect(comparable({ ...outcome, sent })).toEqual(
      comparable({ code: recorded.code, answer: recorded.answer, warnings: recorded.warnings ?? [], sent }),
    );
  });
});

/** Texts that were only there to be too long: `xxxx*262145`. */
function lengthened(object: Fields): Fields {
  return JSON.parse(JSON.stringify(object), (_, value: unknown) => {
    const match = typeof value === 'string' ? /^(.{4})\*(\d+)$/.exec(value) : null;
    return match === null ? value : (match[1] ?? '').repeat(Math.ceil(Number(match[2]) / 4)).slice(0, Number(match[2]));
  }) as Fields;
}
