import { describe, expect, test } from 'vitest';
import { asciiText, showsUnicode } from '../../../src/ui/ink/ascii.ts';
import { eraseReflowed } from '../../../src/ui/ink/terminal.ts';
import { ScreenBuffer } from '../../support/screen-buffer.ts';

describe('a frame that the terminal has broken into more rows', () => {
  const frame = ['a'.repeat(78), 'short', 'b'.repeat(60), ''].join('\n');

  test('is erased whole, what stands above it is left, and the cursor is where Ink erases from', async () => {
    const screen = new ScreenBuffer({ cols: 80, rows: 24 });
    await screen.write(`above\r\n${frame.replaceAll('\n', '\r\n')}`);
    screen.resize(40, 24);
    await screen.write(eraseReflowed(frame, { columns: 40, rows: 24 }));
    expect(screen.text()).toBe('above');
    expect(screen.xterm.buffer.active.cursorY).toBe(1 + 3);
  });

  test('needs nothing when it still fits', () => {
    expect(eraseReflowed(frame, { columns: 79, rows: 24 })).toBe('');
  });
});

test('ASCII twins keep columns, escape sequences pass', () => {
  expect(asciiText('\u001b[31m✓ done\u001b[39m · 3 → 4 … „x“ 日')).toBe('\u001b[31m+ done\u001b[39m - 3 > 4 . ?x" ??');
  expect(asciiText('plain')).toBe('plain');
});

test.each([
  [{}, true],
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{ LC_ALL: '', LANG: 'POSIX' }, false],
  [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
])('locale %o shows Unicode: %s', (environment, expected) => {
  expect(showsUnicode(environment)).toBe(expected);
});
