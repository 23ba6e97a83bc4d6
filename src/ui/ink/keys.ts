import type { Key as InkKey } from 'ink';
import { graphemes } from '../text/width.ts';

type NamedKey =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'delete'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'
  | 'ctrl-c'
  | 'ctrl-u'
  | 'ctrl-w';

/** One thing that a person did with the keyboard. */
export type Key =
  | { key: NamedKey }
  /** One grapheme. */
  | { key: 'text'; text: string }
  /** Pasted in one go (bracketed paste); never submits. */
  | { key: 'paste'; text: string };

/**
 * What Ink reports, as keys. Ink hands over text that came in one piece as one event, line ends included:
 * `jj⏎` typed ahead is three keys. CR and LF are both Enter: type-ahead from before raw mode comes with LF.
 */
export function keysOf(input: string, key: InkKey): Key[] {
  const named = namedKeys.find(([, isPressed]) => isPressed(key));
  if (named !== undefined) return [{ key: named[0] }];
  if (key.ctrl) return controlKeys[input] === undefined ? [] : [{ key: controlKeys[input] }];
  if (key.meta) return [];
  return graphemes(input).flatMap(typedKey);
}

const namedKeys: readonly (readonly [NamedKey, (key: InkKey) => boolean])[] = [
  ['up', (key) => key.upArrow],
  ['down', (key) => key.downArrow],
  ['left', (key) => key.leftArrow],
  ['right', (key) => key.rightArrow],
  ['enter', (key) => key.return],
  ['escape', (key) => key.escape],
  ['tab', (key) => key.tab],
  ['backspace', (key) => key.backspace],
  ['delete', (key) => key.delete],
  ['home', (key) => key.home],
  ['end', (key) => key.end],
  ['page-up', (key) => key.pageUp],
  ['page-down', (key) => key.pageDown],
];

const controlKeys: Record<string, NamedKey> = {
  a: 'home',
  e: 'end',
  c: 'ctrl-c',
  u: 'ctrl-u',
  w: 'ctrl-w',
  h: 'backspace',
  j: 'enter',
  m: 'enter',
  i: 'tab',
  n: 'down',
  p: 'up',
  d: 'delete',
};

const typedNames: Record<string, NamedKey> = {
  '\r': 'enter',
  '\n': 'enter',
  '\r\n': 'enter',
  '\t': 'tab',
  '\u0003': 'ctrl-c',
  '\u0015': 'ctrl-u',
  '\u0017': 'ctrl-w',
  '\u0001': 'home',
  '\u0005': 'end',
  '\u007f': 'backspace',
  '\b': 'backspace',
};

function typedKey(text: string): Key[] {
  const name = typedNames[text];
  if (name !== undefined) return [{ key: name }];
  return /\p{Cc}/u.test(text) ? [] : [{ key: 'text', text }];
}

/** The letters that stand in for arrows where nothing is typed. */
export function movement(key: Key): 'up' | 'down' | 'page-up' | 'page-down' | 'home' | 'end' | undefined {
  if (key.key === 'text') return key.text === 'j' ? 'down' : key.text === 'k' ? 'up' : undefined;
  const isMove = ['up', 'down', 'page-up', 'page-down', 'home', 'end'].includes(key.key);
  return isMove ? (key.key as 'up' | 'down' | 'page-up' | 'page-down' | 'home' | 'end') : undefined;
}

/** Whether the key is this letter or sign. */
export function isSign(key: Key, sign: string): boolean {
  return key.key === 'text' && key.text === sign;
}
