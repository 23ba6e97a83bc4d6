import { graphemes } from '../../text/width.ts';
import { isSign, movement, type Key } from '../keys.ts';
import type { Cell, LineCells } from '../layout/cells.ts';
import { clamp, windowAround } from '../layout/window.ts';
import type { Theme } from '../theme.ts';
import type { KeyHint } from './key-bar.ts';
import { endCursor } from './text-field.ts';

/** One thing to choose. `search` is what a filter looks at. */
export interface SelectItem {
  cells: LineCells;
  search: string;
  /** Why it cannot be chosen now. */
  refusal?: string;
}

export interface SelectState {
  /** Index among the items that the filter lets through. */
  cursor: number;
  /** Text after `/`; absent while nobody filters. */
  filter?: string;
  /** Why the last Enter did nothing. */
  note?: string;
}

export type SelectPressed = { state: SelectState } | { chosen: number } | 'passed';

/** Lists of more items than this can be filtered. */
const filterFrom = 5;

export function selectAt(index: number): SelectState {
  return { cursor: Math.max(0, index) };
}

/** Indices of the items that the filter lets through. */
export function matching(items: readonly SelectItem[], { filter = '' }: SelectState): number[] {
  const wanted = filter.toLowerCase();
  return items.flatMap(({ search }, index) => (search.toLowerCase().includes(wanted) ? [index] : []));
}

/** Index of the selected item; undefined when the filter lets none through. */
export function selectedOf(items: readonly SelectItem[], state: SelectState): number | undefined {
  return matching(items, state)[state.cursor];
}

/** What a key does to a list; `passed`: the list has no use for it. */
export function pressSelect(items: readonly SelectItem[], state: SelectState, key: Key, page = 10): SelectPressed {
  const { note: _note, ...quiet } = state;
  const isTyping = state.filter !== undefined;
  if (isTyping && key.key === 'text') return filtered(quiet, state.filter + key.text);
  if (isTyping && key.key === 'paste') return filtered(quiet, state.filter + key.text.replace(/\s+/g, ' ').trim());
  if (isTyping && key.key === 'backspace')
    return filtered(
      quiet,
      graphemes(state.filter ?? '')
        .slice(0, -1)
        .join(''),
    );
  if (isTyping && key.key === 'escape') return unfiltered(items, state);
  if (!isTyping && isSign(key, '/') && items.length > filterFrom) return filtered(quiet, '');
  const move = movement(key);
  if (move !== undefined) return moved(items, quiet, move, page);
  if (key.key !== 'enter') return 'passed';
  const chosen = selectedOf(items, state);
  if (chosen === undefined) return { state: { ...quiet, note: 'Nothing matches.' } };
  const refusal = items[chosen]?.refusal;
  return refusal === undefined ? { chosen } : { state: { ...quiet, note: refusal } };
}

function filtered(state: SelectState, filter: string): SelectPressed {
  return { state: { ...state, filter, cursor: 0 } };
}

function unfiltered(items: readonly SelectItem[], state: SelectState): SelectPressed {
  return { state: { cursor: selectedOf(items, state) ?? 0 } };
}

type Move = NonNullable<ReturnType<typeof movement>>;

function moved(items: readonly SelectItem[], state: SelectState, move: Move, page: number): SelectPressed {
  const last = Math.max(0, matching(items, state).length - 1);
  const to: Record<Move, number> = {
    up: state.cursor - 1,
    down: state.cursor + 1,
    home: 0,
    end: last,
    'page-up': state.cursor - page,
    'page-down': state.cursor + page,
  };
  return { state: { ...state, cursor: clamp(to[move], 0, last) } };
}

/** Keys of a list in its present state. */
export function selectHints(items: readonly SelectItem[], state: SelectState, does = 'next'): KeyHint[] {
  const enter = { keys: 'enter', does };
  if (state.filter !== undefined) return [{ keys: '↑↓', does: 'choose' }, enter, { keys: 'esc', does: 'whole list' }];
  const search = items.length > filterFrom ? [{ keys: '/', does: 'search' }] : [];
  return [{ keys: '↑↓', does: 'choose' }, enter, ...search];
}

/** Rows that the list would fill. */
export function selectRows(items: readonly SelectItem[], state: SelectState): number {
  const extra = (state.filter === undefined ? 0 : 1) + (state.note === undefined ? 0 : 1);
  return Math.max(1, matching(items, state).length) + extra;
}

/** The items around the selected one, in at most so many rows. */
export function selectLines(
  items: readonly SelectItem[],
  state: SelectState,
  { rows, theme }: { rows: number; theme: Theme },
): LineCells[] {
  const found = matching(items, state);
  const noteRows = state.note === undefined ? 0 : 1;
  const filterRows = state.filter === undefined ? 0 : 1;
  const shown = windowAround(found.length, state.cursor, Math.max(1, rows - noteRows - filterRows));
  const lines: LineCells[] = [];
  if (state.filter !== undefined) lines.push([{ text: '/ ', tone: 'dim' }, { text: state.filter }, endCursor(theme)]);
  if (found.length === 0) lines.push([{ text: '  nothing matches', tone: 'dim' }]);
  found
    .slice(shown.start, shown.end)
    .forEach((index, place) => lines.push(itemCells(items[index], shown.start + place === state.cursor)));
  if (shown.hasMore) lines.push([{ text: moreText(shown.above, shown.below), tone: 'dim' }]);
  if (state.note !== undefined) lines.push([{ text: state.note, tone: 'waiting' }]);
  return lines;
}

function itemCells(item: SelectItem | undefined, isSelected: boolean): Cell[] {
  const mark: Cell = isSelected ? { text: '› ', tone: 'active' } : { text: '  ' };
  const cells = item?.cells ?? [];
  if (!isSelected) return [mark, ...cells];
  return [mark, ...cells.map((cell, index) => (index === 0 ? { ...cell, tone: 'active' as const } : cell))];
}

export function moreText(above: number, below: number): string {
  const parts = [...(above > 0 ? [`↑ ${above} more`] : []), ...(below > 0 ? [`↓ ${below} more`] : [])];
  return `  ${parts.join('   ')}`;
}
