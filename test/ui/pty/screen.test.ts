import { describe, expect, test } from 'vitest';
import type { TerminalSession } from '../../support/terminal.ts';
import { environment, scenarios, usingProgram } from './using-program.ts';

const open = usingProgram('run');

async function openRun(ending = 'close', options: Parameters<typeof open>[1] = {}): Promise<TerminalSession> {
  const terminal = open([ending, scenarios], options);
  await terminal.waitFor('enter start');
  terminal.keys('enter');
  await terminal.waitFor('DONE 19.9s');
  return terminal;
}

/** The line that parts steps and log fills the width that the program knows of. */
function drawnFor(terminal: TerminalSession, cols: number): Promise<string> {
  const width = Math.min(110, cols - 2) + 1;
  const isRule = (row: string) => row.startsWith(' ── ') && row.endsWith(' ──') && row.length === width;
  return terminal.waitUntil(() => terminal.buffer.rows().some(isRule), `a picture for ${cols} columns`);
}

function linesWith(text: string, of: string): number {
  return of.split('\n').filter((line) => line.includes(text)).length;
}

describe('the screen through changes of size', () => {
  test('80 to 40 to 80 columns: a word of explanation, no ghosts, the whole picture again', async () => {
    const terminal = await openRun('close', { rows: 60 });
    const before = terminal.history();
    terminal.resize(40, 60);
    await terminal.waitFor('40x60 is too small');
    expect(linesWith('ctrl-c stop', terminal.history())).toBe(0);
    terminal.resize(80, 60);
    await terminal.waitFor('ctrl-c stop');
    // The narrow terminal itself scrolled what was above into its history: there it is, once, below it one picture.
    expect(withoutTime(terminal.history())).toBe(withoutTime(before));
  });

  test.each([
    [80, 24, 60, 15, 'screen'],
    [80, 24, 200, 50, 'history'],
    [200, 50, 60, 15, 'screen'],
    [80, 24, 72, 24, 'screen'],
    [80, 50, 72, 50, 'history'],
  ] as const)('%i by %i to %i by %i leaves one picture, lower than the terminal', async (...sizes) => {
    const [cols, rows, toCols, toRows, looked] = sizes;
    const terminal = await openRun('close', { cols, rows });
    terminal.resize(toCols, toRows);
    await drawnFor(terminal, toCols);
    // What a terminal scrolled away before the program heard of it is the terminal's own: a lower one does that, and a
    // narrower one that has no room for a picture with broken lines. Then what is visible counts.
    const seen = terminal[looked]();
    for (const once of ['› ● todo-frontend', '● PostgreSQL', '○ Secret backend', '── todo', '↑↓ step']) {
      expect([once, linesWith(once, seen)]).toEqual([once, 1]);
    }
    expect(terminal.screen().split('\n').length).toBeLessThan(toRows);
  });

  test('a terminal of 0 by 0 counts as 80 by 24', async () => {
    const terminal = await openRun('close', { first: 'stty cols 0 rows 0' });
    expect(terminal.screen()).toContain('of about 1:27');
  });
});

describe('what is written to the terminal', () => {
  test('the scrollback is never wiped', async () => {
    const terminal = await openRun();
    for (const rows of [15, 24, 15]) {
      terminal.resize(80, rows);
      await terminal.waitUntil(() => terminal.screen().includes('↑↓ step'), 'the key bar');
    }
    expect(terminal.bytes).not.toContain('\u001b[3J');
  });

  test('finished steps are in the history once, logs never', async () => {
    const terminal = await openRun();
    terminal.keys('ctrlC');
    await terminal.waitFor('left in good order');
    expect(linesWith('✓ namespace todo', terminal.history())).toBe(1);
    expect(linesWith('✓ Minikube', terminal.history())).toBe(1);
    expect(terminal.history()).not.toContain('DONE 19.9s');
    expect(terminal.history()).not.toContain('ctrl-c stop');
  });

  test('NO_COLOR: no colour, and every state still has its glyph and word', async () => {
    const terminal = await openRun('close', { env: environment({ NO_COLOR: '1' }) });
    expect(coloursIn(terminal.bytes)).toEqual([]);
    expect(terminal.history()).toMatch(/✓ namespace todo +created/);
    expect(terminal.screen()).toMatch(/○ frontend +after/);
  });

  test('with colours the same screen', async () => {
    const terminal = await openRun();
    expect(coloursIn(terminal.bytes)).not.toEqual([]);
  });

  test('a locale without UTF-8 gets ASCII alone', async () => {
    const terminal = open(['close', scenarios], { env: environment({ LC_ALL: 'C' }) });
    await terminal.waitFor('enter start');
    terminal.keys('enter');
    await terminal.waitFor('DONE 19.9s');
    // eslint-disable-next-line no-control-regex -- the whole of ASCII is meant
    expect(terminal.bytes).toMatch(/^[\u0000-\u007f]*$/);
    expect(terminal.history()).toMatch(/\+ namespace todo +created/);
    expect(terminal.screen()).toContain('-- todo-frontend');
  });
});

describe('looking inside a step', () => {
  test('takes the second screen, comes back to the first as it was', async () => {
    const terminal = await openRun();
    const before = terminal.screen();
    terminal.keys('enter');
    await terminal.waitFor('esc back');
    expect(terminal.buffer.isAlternate).toBe(true);
    expect(terminal.screen()).toContain('DONE 19.9s');
    terminal.keys({ text: 'n' }, { text: 'p' }, { text: 'p' });
    await terminal.waitFor('todo-backend:74a0bc042289');
    terminal.keys('escape');
    await terminal.waitUntil(
      () => !terminal.buffer.isAlternate && terminal.screen().includes('look inside'),
      'the first screen',
    );
    expect(withoutTime(terminal.screen())).toBe(withoutTime(before));
    expect(terminal.history()).not.toContain('esc back');
  });

  test('Enter, scroll, q and down in one piece end on the next step', async () => {
    const terminal = await openRun();
    terminal.keys('enter', 'up', 'pageUp', { text: 'q' }, 'down');
    await terminal.waitFor('› ● PostgreSQL');
    expect(terminal.buffer.isAlternate).toBe(false);
  });
});

describe('the end of the program gives the terminal back', () => {
  const restored = (terminal: TerminalSession) => ({
    alternate: terminal.buffer.isAlternate,
    cursor: terminal.buffer.isCursorVisible,
    paste: terminal.buffer.isBracketedPaste,
  });
  const asBefore = { alternate: false, cursor: true, paste: false };

  test.each([
    ['closed in good order', 'close', 'ctrl-c', { code: 0, signal: 0 }],
    ['SIGTERM without a handler of the program', 'close', 'SIGTERM', { code: 0, signal: 15 }],
    ['SIGHUP without a handler of the program', 'close', 'SIGHUP', { code: 0, signal: 1 }],
    ['SIGTERM with a handler of the program', 'program-sigterm', 'SIGTERM', { code: 143, signal: 0 }],
    ['an exception', 'throw', 'ctrl-c', { code: 70, signal: 0 }],
  ] as const)('%s', async (_what, ending, how, expected) => {
    for (const isLooking of [false, true]) {
      const terminal = await openRun(ending);
      expect(restored(terminal)).toEqual({ alternate: false, cursor: false, paste: true });
      if (isLooking) {
        terminal.keys('enter');
        await terminal.waitFor('esc back');
        expect(terminal.buffer.isAlternate).toBe(true);
      }
      if (how === 'ctrl-c') terminal.keys('ctrlC');
      else terminal.kill(how);
      expect(await terminal.exit()).toEqual(expected);
      expect(restored(terminal)).toEqual(asBefore);
    }
  });
});

/** The picture without what goes on by itself: times and the spinner. */
function withoutTime(screen: string): string {
  return screen
    .replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '*')
    .replace(/\d+(:\d\d)?( s\b)?/g, '0')
    .replace(/ +/g, ' ');
}

/** SGR parameters that set a colour: 30-38, 40-48, 90-97, 100-107. */
function coloursIn(bytes: string): string[] {
  // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
  const parameters = [...bytes.matchAll(/\u001b\[([\d;]*)m/g)].flatMap(([, list = '']) => list.split(';'));
  return parameters.filter((parameter) => /^(3[0-8]|4[0-8]|9[0-7]|10[0-7])$/.test(parameter));
}
