import { graphemes, widthOf } from '../../text/width.ts';
import type { Key } from '../keys.ts';
import type { Cell } from '../layout/cells.ts';
import { clamp } from '../layout/window.ts';
import type { Theme } from '../theme.ts';

export interface TextState {
  text: string;
  /** Graphemes before the cursor. */
  cursor: number;
  /** Why something typed or pasted was not taken. */
  note?: string;
}

export type TextPressed = { state: TextState } | 'enter' | 'passed';

/** Characters that a field takes, and what it says of others. */
export interface Accepts {
  pattern: RegExp;
  otherwise: string;
}

export function textOf(text: string): TextState {
  return { text, cursor: graphemes(text).length };
}

export function pressText(state: TextState, key: Key, accepts?: Accepts): TextPressed {
  const { note: _note, ...quiet } = state;
  const all = graphemes(state.text);
  const [before, after] = [all.slice(0, state.cursor), all.slice(state.cursor)];
  switch (key.key) {
    case 'text':
      return inserted(quiet, before, key.text, after, accepts);
    case 'paste':
      return pasted(quiet, before, key.text, after, accepts);
    case 'enter':
      return 'enter';
    case 'backspace':
      return { state: joined(before.slice(0, -1), after) };
    case 'delete':
      return { state: joined(before, after.slice(1)) };
    case 'ctrl-u':
      return { state: joined([], after) };
    case 'ctrl-w':
      return { state: joined(graphemes(before.join('').replace(/\S*\s*$/, '')), after) };
    case 'left':
    case 'right':
    case 'home':
    case 'end': {
      const to = { left: state.cursor - 1, right: state.cursor + 1, home: 0, end: all.length }[key.key];
      return { state: { ...quiet, cursor: clamp(to, 0, all.length) } };
    }
    default:
      return 'passed';
  }
}

function inserted(state: TextState, before: string[], typed: string, after: string[], accepts?: Accepts): TextPressed {
  if (accepts !== undefined && !accepts.pattern.test(typed)) return { state: { ...state, note: accepts.otherwise } };
  return { state: joined(graphemes(before.join('') + typed), after) };
}

/** A paste never submits. The line end that copying a line brings along is dropped; more lines than one are refused. */
function pasted(state: TextState, before: string[], pasted: string, after: string[], accepts?: Accepts): TextPressed {
  const text = pasted.replace(/[\r\n]+$/, '');
  if (/[\r\n]/.test(text)) return { state: { ...state, note: manyLines(text) } };
  return inserted(state, before, text, after, accepts);
}

export function manyLines(text: string): string {
  return `Not pasted: that is ${text.split(/\r\n|\r|\n/).length} lines, and only one fits here.`;
}

function joined(before: string[], after: string[]): TextState {
  // Joining can make one grapheme of two: the cursor is counted anew.
  return { text: before.join('') + after.join(''), cursor: graphemes(before.join('')).length };
}

/** The field as cells: the part of the text around the cursor, and the cursor itself. */
export function textCells(state: TextState, columns: number, theme: Theme): Cell[] {
  const all = graphemes(state.text);
  let start = 0;
  const widthBefore = () => widthOf(all.slice(start, state.cursor).join(''));
  while (widthBefore() > columns - 2) start += 1;
  const before = { text: all.slice(start, state.cursor).join('') };
  const at = all[state.cursor] ?? ' ';
  const left = columns - widthBefore() - Math.max(1, widthOf(at));
  if (theme.cursor.inverse === true) {
    return [before, { text: at, tone: 'cursor' }, { text: all.slice(state.cursor + 1).join(''), width: left }];
  }
  return [before, cursorBar, { text: all.slice(state.cursor).join(''), width: left }];
}

/** The cursor where nothing can be drawn in inverse. */
const cursorBar: Cell = { text: '▏' };

/** The cursor behind the last character. */
export function endCursor(theme: Theme): Cell {
  return theme.cursor.inverse === true ? { text: ' ', tone: 'cursor' } : cursorBar;
}
