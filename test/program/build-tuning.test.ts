import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { plainCharacters } from '../../build-tuning.ts';

/** The bundle takes these characters for one grapheme and one column each: so must the packages that it was made from. */
test('plain characters are one grapheme of one column, alone and beside each other', () => {
  const pattern = new RegExp(`^[${plainCharacters}]$`);
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).filter((character) =>
    pattern.test(character),
  );
  expect(all.length).toBeGreaterThan(500);
  expect(all.filter((character) => stringWidth(character) !== 1)).toEqual([]);
  const text = [...all, ...all.toReversed()].join('');
  const segments = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)];
  expect(segments.length).toBe(text.length);
  expect(stringWidth(text)).toBe(text.length);
});
