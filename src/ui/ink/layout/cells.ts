import { sanitise } from '../../../secrets/sanitise.ts';
import { cut, fill, widthOf } from '../../text/width.ts';
import type { Tone } from '../theme.ts';

/** A piece of a line. Without a width it takes what its text takes. */
export interface Cell {
  text: string;
  tone?: Tone;
  /** Columns; the text is cut or filled to them. */
  width?: number;
  align?: 'left' | 'right';
  /** Takes the columns that the other cells leave. At most one a line. */
  grows?: boolean;
}

export type LineCells = readonly Cell[];

/** A piece of a line as it is drawn. */
export interface Span {
  text: string;
  tone: Tone;
}

/**
 * Lays a line out in exactly its columns: nothing ever wraps. The one place where text from outside (cluster, logs,
 * recipes, tools, the person) is made safe for the terminal; everything that Ink draws goes through here.
 */
export function layoutLine(cells: LineCells, columns: number): Span[] {
  const safe = cells.map((cell) => ({ ...cell, text: sanitise(cell.text).replace(/[\n\t]+/g, ' ') }));
  const fixed = safe.reduce((sum, cell) => sum + (cell.grows === true ? 0 : widthOfCell(cell)), 0);
  let left = columns;
  const spans: Span[] = [];
  for (const cell of safe) {
    const wanted = cell.grows === true ? Math.max(0, columns - fixed) : widthOfCell(cell);
    const width = Math.min(wanted, left);
    left -= width;
    const text =
      cell.width === undefined && cell.grows !== true ? cut(cell.text, width) : fill(cell.text, width, cell.align);
    if (text !== '') spans.push({ text, tone: cell.tone ?? 'plain' });
  }
  return withoutTrailingSpace(spans);
}

/** Columns of the widest of these texts, at most so many: the width of a column of a table. */
export function columnOf(texts: readonly string[], most: number): number {
  return Math.min(most, Math.max(0, ...texts.map(widthOf)));
}

function widthOfCell(cell: Cell): number {
  return cell.width ?? widthOf(cell.text);
}

// Spaces at the end would wrap into lines of their own when the terminal gets narrower.
function withoutTrailingSpace(spans: Span[]): Span[] {
  const last = spans.at(-1);
  if (last === undefined || last.tone === 'cursor') return spans;
  const text = last.text.trimEnd();
  if (text === last.text) return spans;
  return text === '' ? withoutTrailingSpace(spans.slice(0, -1)) : [...spans.slice(0, -1), { ...last, text }];
}
