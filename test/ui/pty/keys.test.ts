import { describe, expect, test } from 'vitest';
import { pasteOf } from '../../support/terminal.ts';
import { usingProgram } from './using-program.ts';

describe('keys that come in one piece', () => {
  const open = usingProgram('choose');

  test.each([
    ['arrows and Enter', '\u001b[B\u001b[B\r', 'third'],
    ['letters and Enter', 'jjj\r', 'fourth'],
    ['down, up and LF for Enter', '\u001b[B\u001b[B\u001b[A\n', 'second'],
    ['more than there are', '\u001b[B'.repeat(40) + '\r', 'fifth'],
  ])('%s', async (_what, typed, chosen) => {
    const terminal = open();
    await terminal.waitFor('first needs');
    terminal.write(typed);
    await terminal.waitFor(`chosen: ${chosen}`);
    expect(await terminal.exit()).toEqual({ code: 0, signal: 0 });
  });

  test('Ctrl-C leaves without a choice, q too', async () => {
    for (const key of ['\u0003', 'q']) {
      const terminal = open();
      await terminal.waitFor('first needs');
      terminal.write(key);
      await terminal.waitFor('chosen: nothing');
    }
  });

  test('what is typed before the first screen is not lost', async () => {
    const terminal = open();
    terminal.write('j');
    await terminal.waitFor('second needs');
  });
});

describe('a text field and a secret field', () => {
  const open = usingProgram('ask');
  const secret = 'Gänsefüßchen-4711-🎈';
  const encoded = Buffer.from(secret).toString('base64');

  test('a paste with line breaks is refused, one with a line break at its end is taken, and neither submits', async () => {
    const terminal = open([encoded]);
    await terminal.waitFor('What is it called?');
    terminal.write(pasteOf('two\nlines'));
    await terminal.waitFor('that is 2 lines');
    terminal.write(pasteOf('todo\n'));
    await terminal.waitFor('› todo');
    terminal.write('\r');
    await terminal.waitFor('Which key?');
  });

  test('Backspace takes an emoji of many code points away as one', async () => {
    const terminal = open([encoded]);
    await terminal.waitFor('What is it called?');
    terminal.write('a👨‍👩‍👧b\u007f\u007fc');
    await terminal.waitFor('› ac');
    terminal.write('\r');
    await terminal.waitFor('Which key?');
  });

  test('a secret is in none of the bytes; it leaves a bullet for each grapheme, and nothing afterwards', async () => {
    const terminal = open([encoded]);
    await terminal.waitFor('What is it called?');
    terminal.write('x\r');
    await terminal.waitFor('Which key?');
    terminal.write(secret.slice(0, 5));
    await terminal.waitFor('› •••••');
    terminal.write(pasteOf(secret.slice(5)));
    await terminal.waitFor('•'.repeat(19));
    terminal.write('\r');
    await terminal.waitFor('key: right');
    await terminal.exit();
    expect(terminal.screen()).not.toContain('•');
    for (let end = 4; end <= secret.length; end += 1) expect(terminal.bytes).not.toContain(secret.slice(end - 4, end));
  });

  test('Ctrl-C stops, Esc goes back', async () => {
    const terminal = open([encoded]);
    await terminal.waitFor('What is it called?');
    terminal.write('x\u0003');
    await terminal.waitFor('Which key?');
    terminal.write('\u001b');
    await terminal.waitFor('name: stop, key: wrong');
  });
});
