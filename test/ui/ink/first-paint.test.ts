import chalk from 'chalk';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { paintFirst } from '../../../src/ui/ink/first-paint.ts';
import { createInkFrontend } from '../../../src/ui/ink/frontend.tsx';
import { keys } from '../../support/terminal.ts';
import { ManualClock, VirtualTerminal } from '../../support/virtual-terminal.ts';
import { recipes } from './open-ink.ts';

const { level } = chalk;
beforeAll(() => void (chalk.level = 1));
afterAll(() => void (chalk.level = level));

function painted(size: { cols: number; rows: number }, environment: NodeJS.ProcessEnv = {}, colour?: boolean) {
  const terminal = new VirtualTerminal(size);
  const { stdin, stdout } = terminal;
  const options = { stdin, stdout, version: '0.1.0', environment, ...(colour === undefined ? {} : { colour }) };
  const paintedOn = paintFirst(options, recipes);
  return {
    terminal,
    isPainted: paintedOn !== undefined,
    openInk() {
      const more = paintedOn === undefined ? {} : { terminal: paintedOn };
      const frontend = createInkFrontend({ ...options, ...more, clock: new ManualClock() });
      onTestFinished(() => frontend.close());
      return frontend;
    },
  };
}

describe('the first screen before Ink is there', () => {
  test.each([
    ['in colours', { cols: 80, rows: 24 }, {}, undefined],
    ['as small as can be', { cols: 60, rows: 15 }, {}, undefined],
    ['wide', { cols: 200, rows: 50 }, {}, undefined],
    ['without colours', { cols: 80, rows: 24 }, { NO_COLOR: '1' }, undefined],
    ['with --no-color', { cols: 80, rows: 24 }, {}, false],
    ['in ASCII', { cols: 80, rows: 24 }, { LC_ALL: 'C' }, undefined],
  ])('is cell for cell what Ink draws: %s', async (_name, size, environment, colour) => {
    const { terminal, openInk } = painted(size, environment, colour);
    await terminal.waitFor('What do you want to deploy?');
    const before = terminal.screen.svg();
    void openInk().chooseRecipe(recipes);
    // The sign that Ink is there is a key that works, twice: there and back.
    terminal.type(keys.down);
    await terminal.waitFor(/[›>] gharts/);
    terminal.type(keys.up);
    await terminal.waitFor(/[›>] todo/);
    expect(terminal.screen.svg()).toEqual(before);
    expect(terminal.screen.text().match(/What do you want to deploy/g)).toHaveLength(1);
  });

  test('shows colours at all', async () => {
    const { terminal } = painted({ cols: 80, rows: 24 });
    await terminal.waitFor('What do you want to deploy?');
    const plain = painted({ cols: 80, rows: 24 }, { NO_COLOR: '1' });
    await plain.terminal.waitFor('What do you want to deploy?');
    expect(terminal.screen.svg()).not.toEqual(plain.terminal.screen.svg('first screen'));
  });

  test('takes the echo away at once, and what is typed before Ink is there is not lost', async () => {
    const { terminal, openInk } = painted({ cols: 80, rows: 24 });
    expect(terminal.isRaw).toBe(true);
    terminal.type(`${keys.down}${keys.down}`);
    terminal.type(keys.enter);
    expect(await openInk().chooseRecipe(recipes)).toBe('volaticloud');
  });

  test('leaves no ghost when the terminal got narrower before Ink was there', async () => {
    const { terminal, openInk } = painted({ cols: 100, rows: 24 });
    await terminal.waitFor('What do you want to deploy?');
    terminal.resize(70, 24);
    void openInk().chooseRecipe(recipes);
    terminal.type(keys.down);
    await terminal.waitFor('› gharts');
    expect(terminal.screen.text().match(/What do you want to deploy/g)).toHaveLength(1);
    expect(terminal.screen.text().match(/volaticloud/g)).toHaveLength(1);
  });

  test('leaves a terminal that is too small to Ink, which says so', async () => {
    const { terminal, isPainted, openInk } = painted({ cols: 50, rows: 12 });
    expect([isPainted, terminal.isRaw]).toEqual([false, false]);
    void openInk().chooseRecipe(recipes);
    await terminal.waitFor('50x12 is too small');
  });
});
