import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  pressSecret,
  secretCells,
  TypedSecret,
  type SecretState,
} from '../../../src/ui/ink/components/secret-field.ts';
import {
  matching,
  pressSelect,
  selectAt,
  selectedOf,
  type SelectItem,
  type SelectState,
} from '../../../src/ui/ink/components/select-list.ts';
import { pressText, textCells, textOf, type TextState } from '../../../src/ui/ink/components/text-field.ts';
import type { Key } from '../../../src/ui/ink/keys.ts';
import { themeOf } from '../../../src/ui/ink/theme.ts';
import { graphemes, widthOf } from '../../../src/ui/text/width.ts';

const type = (text: string): Key[] => graphemes(text).map((grapheme) => ({ key: 'text', text: grapheme }));
const theme = themeOf({ hasColour: true });

describe('a text field', () => {
  const after = (start: string, ...keys: Key[]): TextState =>
    keys.reduce((state, key) => {
      const pressed = pressText(state, key);
      return typeof pressed === 'string' ? state : pressed.state;
    }, textOf(start));

  test('types, moves and deletes by graphemes', () => {
    expect(after('', ...type('ab👨‍👩‍👧c'), { key: 'left' }, { key: 'backspace' }, ...type('x')).text).toBe('abxc');
    expect(after('todo', { key: 'home' }, { key: 'delete' }, { key: 'end' }, ...type('s')).text).toBe('odos');
    expect(after('one two', { key: 'ctrl-w' }).text).toBe('one ');
    expect(after('one two', { key: 'left' }, { key: 'ctrl-u' }).text).toBe('o');
  });

  test('a mark that comes after its letter joins it', () => {
    const state = after('', { key: 'text', text: 'e' }, { key: 'text', text: '\u0301' });
    expect(state).toEqual({ text: 'e\u0301', cursor: 1 });
  });

  test('a paste never submits: its last line break goes, more lines are refused with a reason', () => {
    expect(pressText(textOf('a'), { key: 'paste', text: 'bc\r\n' })).toEqual({ state: { text: 'abc', cursor: 3 } });
    expect(pressText(textOf('a'), { key: 'paste', text: 'b\nc\r\nd' })).toEqual({
      state: { text: 'a', cursor: 1, note: 'Not pasted: that is 3 lines, and only one fits here.' },
    });
  });

  test('takes only what it accepts, and says so', () => {
    const digits = { pattern: /^\d+$/, otherwise: 'digits only' };
    expect(pressText(textOf('80'), { key: 'text', text: 'x' }, digits)).toEqual({
      state: { text: '80', cursor: 2, note: 'digits only' },
    });
    expect(pressText(textOf('80'), { key: 'paste', text: '80' }, digits)).toEqual({
      state: { text: '8080', cursor: 4 },
    });
  });

  test('whatever is pressed, the cursor stays within the text and the field within its columns', () => {
    const key = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).map((text): Key => ({ key: 'text', text })),
      fc.string({ maxLength: 9 }).map((text): Key => ({ key: 'paste', text })),
      fc.constantFrom<Key[]>(
        { key: 'left' },
        { key: 'right' },
        { key: 'home' },
        { key: 'end' },
        { key: 'backspace' },
        { key: 'delete' },
        { key: 'ctrl-u' },
        { key: 'ctrl-w' },
      ),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), fc.integer({ min: 4, max: 20 }), (keys, columns) => {
        const state = after('', ...keys);
        expect(state.cursor).toBeGreaterThanOrEqual(0);
        expect(state.cursor).toBeLessThanOrEqual(graphemes(state.text).length);
        const drawn = textCells(state, columns, theme);
        const width = drawn.reduce((sum, { text, width }) => sum + (width ?? widthOf(text)), 0);
        expect(width).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('a secret field', () => {
  const secret = 'hunter2-äöü';
  const typed = type(secret).reduce<SecretState>(
    (state, key) => {
      const pressed = pressSecret(state, key);
      return typeof pressed === 'string' ? state : pressed.state;
    },
    { typed: new TypedSecret() },
  );

  test('gives the value out on request alone', () => {
    expect(typed.typed.reveal()).toBe(secret);
    for (const text of [
      JSON.stringify(typed),
      inspect(typed, { depth: 9, showHidden: true }),
      `${secretCells(typed.typed.count, 40, theme)
        .map(({ text }) => text)
        .join('')}`,
    ]) {
      expect(text).not.toContain('hunter');
    }
  });

  test('one bullet for each grapheme, Backspace takes one, clearing takes all', () => {
    expect(secretCells(typed.typed.count, 40, theme)[0]?.text).toBe('•'.repeat(11));
    const less = pressSecret(typed, { key: 'backspace' });
    expect(typeof less === 'string' ? less : less.state.typed.count).toBe(10);
    const none = pressSecret(typed, { key: 'ctrl-u' });
    expect(typeof none === 'string' ? none : none.state.typed.count).toBe(0);
  });

  test('a pasted certificate is refused; a pasted line is taken without its line break', () => {
    const pasted = pressSecret(typed, { key: 'paste', text: 'a\nb' });
    expect(pasted).toMatchObject({ state: { note: 'Not pasted: that is 2 lines, and only one fits here.' } });
    const line = pressSecret({ typed: new TypedSecret() }, { key: 'paste', text: 'abc\n' });
    expect(typeof line === 'string' ? line : line.state.typed.reveal()).toBe('abc');
  });
});

describe('a list', () => {
  const items: SelectItem[] = ['minikube', 'kind-dev', 'old-lab', 'do-nyc1', 'gke-eu', 'k3d-test'].map((name) => ({
    cells: [{ text: name }],
    search: name,
    ...(name === 'old-lab' ? { refusal: 'old-lab does not answer' } : {}),
  }));
  const press = (state: SelectState, ...keys: Key[]) =>
    keys.reduce<{ state: SelectState; chosen?: number }>(
      ({ state }, key) => {
        const pressed = pressSelect(items, state, key);
        if (pressed === 'passed') return { state };
        return 'chosen' in pressed ? { state, chosen: pressed.chosen } : pressed;
      },
      { state },
    );

  test('moves within its ends and chooses', () => {
    expect(
      press(
        selectAt(0),
        { key: 'up' },
        { key: 'down' },
        { key: 'text', text: 'j' },
        { key: 'text', text: 'k' },
        { key: 'enter' },
      ).chosen,
    ).toBe(1);
    expect(press(selectAt(0), { key: 'end' }, { key: 'down' }, { key: 'enter' }).chosen).toBe(5);
  });

  test('does not choose what cannot be used, and says why until the next key', () => {
    const refused = press(selectAt(2), { key: 'enter' });
    expect(refused.chosen).toBeUndefined();
    expect(refused.state.note).toBe('old-lab does not answer');
    expect(press(refused.state, { key: 'down' }).state.note).toBeUndefined();
  });

  test('filters: letters narrow, j types, Esc gives the whole list back with the same one selected', () => {
    const filtered = press(selectAt(0), { key: 'text', text: '/' }, ...type('k'), { key: 'down' });
    expect(matching(items, filtered.state)).toEqual([0, 1, 4, 5]);
    expect(selectedOf(items, filtered.state)).toBe(1);
    const whole = press(filtered.state, { key: 'escape' });
    expect(whole.state).toEqual({ cursor: 1 });
    const nothing = press(filtered.state, ...type('jj'), { key: 'enter' });
    expect(nothing.state.filter).toBe('kjj');
    expect(nothing.state.note).toBe('Nothing matches.');
  });

  test('the sign for the filter is nothing in a short list', () => {
    expect(pressSelect(items.slice(0, 3), selectAt(0), { key: 'text', text: '/' })).toBe('passed');
  });
});
