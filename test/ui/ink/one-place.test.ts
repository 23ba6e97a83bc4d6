import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../../src/ui/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));

const filesWith = (pattern: RegExp) =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ file }) => file)
    .sort();

test('the sources have been found', () => {
  expect(sources.length).toBeGreaterThan(40);
});

test('text is drawn by one component, which makes it safe; Ink gets no string past it', () => {
  expect(filesWith(/import \{[^}]*\bText\b[^}]*\} from 'ink'/)).toEqual(['ink/components/line.tsx']);
  expect(filesWith(/from '.*secrets\/sanitise\.ts'/).filter((file) => file.startsWith('ink/'))).toEqual([
    'ink/components/paragraph.ts',
    'ink/layout/cells.ts',
  ]);
});

test('keys come in at one place, and raw mode has one owner', () => {
  expect(filesWith(/\buse(Input|Paste)\b/)).toEqual(['ink/app.tsx']);
  expect(filesWith(/setRawMode/)).toEqual(['ink/terminal.ts']);
});

test('only the terminal writes escape sequences, and nothing writes to the console', () => {
  expect(filesWith(/\\u001b\[/)).toEqual(['ink/terminal.ts']);
  expect(filesWith(/console\.|process\.std(out|err)/)).toEqual([]);
});
