import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../../../src/ui/text/command-line.ts';
import { clockText, durationText, estimateText } from '../../../src/ui/text/durations.ts';
import { cut, fill, graphemes, widthOf, wrap } from '../../../src/ui/text/width.ts';

test.each([
  [0, '< 0.1 s', '0:00'],
  [0.62, '0.6 s', '0:00'],
  [0.96, '1 s', '0:00'],
  [47.6, '48 s', '0:47'],
  [59.7, '1 min', '0:59'],
  [151, '2 min 31 s', '2:31'],
  [3599.9, '1 h', '59:59'],
  [3900, '1 h 5 min', '1:05:00'],
  [-3, '< 0.1 s', '0:00'],
])('%f seconds are %s, on a clock %s', (seconds, duration, clock) => {
  expect(durationText(seconds)).toBe(duration);
  expect(clockText(seconds)).toBe(clock);
});

test('an estimate does not pretend to be exact', () => {
  expect([0.2, 70, 119, 121, 210].map(estimateText)).toEqual(['~1 s', '~70 s', '~119 s', '~2 min', '~4 min']);
});

describe('a command line', () => {
  test('plain words stay as they are', () => {
    expect(commandLine(['helm', '--kube-context', 'a@b', 'upgrade', '--set', 'x=1,y=2'])).toBe(
      'helm --kube-context a@b upgrade --set x=1,y=2',
    );
  });

  test('a shell reads back the vector that it was made from', () => {
    const word = fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (argv) => {
        const script = `for word in ${commandLine(argv)}; do printf '%s\\0' "$word"; done`;
        const read = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
        expect(read).toEqual(argv.map((text) => Buffer.from(text).toString()));
      }),
      { numRuns: 40 },
    );
  });
});

describe('widths', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });

  test('cut never takes more columns than it may, and leaves short text alone', () => {
    fc.assert(
      fc.property(text, fc.nat(20), (text, columns) => {
        const short = cut(text, columns);
        expect(widthOf(short)).toBeLessThanOrEqual(columns);
        if (widthOf(text) <= columns && columns > 0) expect(short).toBe(text);
      }),
    );
  });

  test('fill takes exactly its columns', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom('left' as const, 'right' as const),
        (text, columns, align) => {
          expect(widthOf(fill(text, columns, align))).toBe(columns);
        },
      ),
    );
  });

  test('wrap keeps every line within its columns and loses no word', () => {
    const words = fc.array(fc.stringMatching(/^[a-zäß日本]{1,9}$/), { maxLength: 12 });
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 30 }), (words, columns) => {
        const lines = wrap(words.join(' '), columns);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replace(/ /g, '')).toBe(words.join(''));
      }),
    );
  });

  test('a family, a flag and an accented letter are one grapheme each', () => {
    expect(graphemes('👨‍👩‍👧🇩🇪e\u0301')).toHaveLength(3);
  });
});
