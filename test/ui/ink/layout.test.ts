import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barCells } from '../../../src/ui/ink/components/key-bar.ts';
import { layoutLine, type Cell } from '../../../src/ui/ink/layout/cells.ts';
import { optional, share } from '../../../src/ui/ink/layout/share.ts';
import { windowAround, windowFrom } from '../../../src/ui/ink/layout/window.ts';
import { widthOf } from '../../../src/ui/text/width.ts';

const textOf = (cells: readonly Cell[], columns: number) =>
  layoutLine(cells, columns)
    .map(({ text }) => text)
    .join('');

describe('a line', () => {
  test('title at the left, number at the right', () => {
    expect(textOf([{ text: 'plan' }, { text: '4 of 7', grows: true, align: 'right' }], 20)).toBe(
      'plan          4 of 7',
    );
  });

  test('a fixed width cuts and fills', () => {
    expect(textOf([{ text: 'long title', width: 6 }, { text: '|' }, { text: 'x', width: 3 }, { text: '|' }], 40)).toBe(
      'long… |x  |',
    );
  });

  test('text from outside loses what steers a terminal before it is measured', () => {
    expect(textOf([{ text: 'a\u001b[2Jb\u202ec\nd\te\u0007' }, { text: '|' }], 40)).toBe('abc d e|');
  });

  test('no spaces at the end: they would wrap when the terminal gets narrower', () => {
    expect(textOf([{ text: 'a', width: 10 }, { text: '   ' }], 40)).toBe('a');
  });

  test('never more columns than it has, whatever is in it', () => {
    const cell = fc.record(
      {
        text: fc.string({ unit: 'grapheme', maxLength: 20 }),
        width: fc.nat(12),
        grows: fc.boolean(),
        align: fc.constantFrom('left' as const, 'right' as const),
      },
      { requiredKeys: ['text'] },
    );
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 6 }), fc.nat(40), (cells, columns) => {
        expect(widthOf(textOf(cells, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('the rows of a screen', () => {
  test('first what makes sense at all, then more for the most important', () => {
    const wishes = { list: { least: 3, want: 10 }, why: { least: 1, want: 4 }, gap: optional(1) };
    expect(share(20, wishes)).toEqual({ list: 10, why: 4, gap: 1 });
    expect(share(8, wishes)).toEqual({ list: 7, why: 1, gap: 0 });
    expect(share(2, wishes)).toEqual({ list: 2, why: 0, gap: 0 });
  });

  test('are never shared out twice', () => {
    const wish = fc.tuple(fc.nat(10), fc.nat(10)).map(([least, more]) => ({ least, want: least + more }));
    fc.assert(
      fc.property(
        fc.integer({ min: -3, max: 40 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{3}$/), wish),
        (rows, wishes) => {
          const given = share(rows, wishes);
          const sum = Object.values(given).reduce((total, count) => total + count, 0);
          expect(sum).toBeLessThanOrEqual(Math.max(0, rows));
          for (const [part, { want }] of Object.entries(wishes)) expect(given[part]).toBeLessThanOrEqual(want);
        },
      ),
    );
  });
});

describe('a window onto a list', () => {
  test('shows the selected one, fills its rows, and counts the rest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(59),
        fc.integer({ min: 1, max: 20 }),
        (count, index, rows) => {
          const selected = Math.min(index, count - 1);
          const { start, end, above, below, hasMore } = windowAround(count, selected, rows);
          expect(start).toBeLessThanOrEqual(selected);
          expect(end).toBeGreaterThan(selected);
          expect(end - start + (hasMore ? 1 : 0)).toBe(Math.min(rows, count));
          expect([above, below]).toEqual([start, count - end]);
        },
      ),
    );
  });

  test('from an offset on, never beyond the end', () => {
    expect(windowFrom(30, 25, 10)).toEqual({ start: 20, end: 30 });
    expect(windowFrom(5, 3, 10)).toEqual({ start: 0, end: 5 });
  });
});

describe('the key bar', () => {
  const hints = [
    { keys: 'enter', does: 'look inside', short: 'look' },
    { keys: 'c', does: 'command', short: 'cmd' },
    { keys: 'ctrl-c', does: 'stop' },
  ];
  const bar = (columns: number) => textOf(barCells(hints, columns), columns);

  test('says less and less the narrower it gets, and never half a thing', () => {
    expect(bar(80)).toBe('enter look inside   c command   ctrl-c stop');
    expect(bar(42)).toBe('enter look inside  c command  ctrl-c stop');
    expect(bar(34)).toBe('enter look   c cmd   ctrl-c stop');
    expect(bar(31)).toBe('enter look  c cmd  ctrl-c stop');
    expect(bar(20)).toBe('enter look   c cmd');
    expect(bar(3)).toBe('');
  });
});
