import type { Key as InkKey } from 'ink';
import { describe, expect, test } from 'vitest';
import { keysOf, movement } from '../../../src/ui/ink/keys.ts';

const none: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe('what Ink reports, as keys', () => {
  test('text that came in one piece is as many keys as it has graphemes, line ends included', () => {
    expect(keysOf('jj\r', none)).toEqual([{ key: 'text', text: 'j' }, { key: 'text', text: 'j' }, { key: 'enter' }]);
    expect(keysOf('a\nb\r\nc', none).map(({ key }) => key)).toEqual(['text', 'enter', 'text', 'enter', 'text']);
    expect(keysOf('👨‍👩‍👧é', none)).toEqual([
      { key: 'text', text: '👨‍👩‍👧' },
      { key: 'text', text: 'é' },
    ]);
  });

  test.each([
    [{ ...none, downArrow: true }, '', 'down'],
    [{ ...none, return: true }, '\r', 'enter'],
    [{ ...none, backspace: true }, '', 'backspace'],
    [{ ...none, ctrl: true }, 'c', 'ctrl-c'],
    [{ ...none, ctrl: true }, 'j', 'enter'],
    [{ ...none, tab: true }, '\t', 'tab'],
  ])('%#', (key, input, name) => {
    expect(keysOf(input, key)).toEqual([{ key: name }]);
  });

  test('what means nothing here is nothing: Alt combinations, other controls', () => {
    expect(keysOf('x', { ...none, meta: true })).toEqual([]);
    expect(keysOf('q', { ...none, ctrl: true })).toEqual([]);
    expect(keysOf('\u0000\u0007', none)).toEqual([]);
  });

  test('j and k move where nothing is typed', () => {
    expect(movement({ key: 'text', text: 'j' })).toBe('down');
    expect(movement({ key: 'text', text: 'k' })).toBe('up');
    expect(movement({ key: 'text', text: 'x' })).toBeUndefined();
    expect(movement({ key: 'enter' })).toBeUndefined();
  });
});
