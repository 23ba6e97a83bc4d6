import type { Cell } from '../layout/cells.ts';
import { widthOf } from '../../text/width.ts';

/** A key and what it does now. A screen lists only keys that work in its present state, the most important first. */
export interface KeyHint {
  keys: string;
  does: string;
  /** For narrow terminals. */
  short?: string;
}

/** Rows that a screen keeps for the key bar and the blank row above it. */
export const chromeRows = 2;

/** The hints in one line: in full, else closer together, else in short, else without the last ones. */
export function barCells(hints: readonly KeyHint[], columns: number): Cell[] {
  const short = hints.map((hint) => ({ ...hint, does: hint.short ?? hint.does }));
  const tries = [cellsOf(hints, 3), cellsOf(hints, 2), cellsOf(short, 3), cellsOf(short, 2)];
  const fitting = tries.find((cells) => widthOfCells(cells) <= columns);
  return fitting ?? (hints.length === 0 ? [] : barCells(hints.slice(0, -1), columns));
}

function cellsOf(hints: readonly KeyHint[], gap: number): Cell[] {
  return hints.flatMap(({ keys, does }, index): Cell[] => [
    { text: ' '.repeat(index === 0 ? 0 : gap) },
    { text: keys, tone: 'strong' },
    { text: ` ${does}`, tone: 'dim' },
  ]);
}

function widthOfCells(cells: readonly Cell[]): number {
  return cells.reduce((sum, { text }) => sum + widthOf(text), 0);
}
