import { readFileSync } from 'node:fs';
import type { Fields } from './case.ts';
import { comparable } from './comparable.ts';
import type { createScene } from './scene.ts';

/** A case as recorder.ts has recorded it. */
export interface Recording {
  name: string;
  old?: Fields;
  sent: Fields;
  isReal?: true;
  code: number;
  answer: Fields;
  warnings?: string[];
}

export const readRecording = <T>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as T;

/** Texts that were only there to be too long: `xxxx*262145`. */
function lengthened(object: Fields): Fields {
  return JSON.parse(JSON.stringify(object), (_, value: unknown) => {
    const match = typeof value === 'string' ? /^(.{4})\*(\d+)$/.exec(value) : null;
    return match === null ? value : (match[1] ?? '').repeat(Math.ceil(Number(match[2]) / 4)).slice(0, Number(match[2]));
  }) as Fields;
}

/** What the real server answered and what the scene answers, in a form in which both can be compared. */
export function replayed(recorded: Recording, scene: ReturnType<typeof createScene>): { real: Fields; own: Fields } {
  const sent = lengthened(recorded.sent);
  const outcome = recorded.old === undefined ? scene.create(sent, recorded.isReal !== true) : scene.replace(sent);
  const { code, answer, warnings = [] } = recorded;
  return { real: comparable({ code, answer, warnings, sent }), own: comparable({ ...outcome, sent }) };
}
