import { describe, expect, test } from 'vitest';
import { keys } from '../../support/terminal.ts';
import { summaryOf } from '../../support/scenario.ts';
import { openInk, recipes } from './open-ink.ts';

describe('the end', () => {
  const summary = summaryOf('success');

  test.each([
    ['o', 'open'],
    ['u', 'undo'],
    [keys.enter, 'leave'],
    [keys.ctrlC, 'leave'],
  ])('%j: %s', async (key, wish) => {
    const { frontend, terminal } = openInk();
    const left = frontend.finish(summary);
    await terminal.waitFor('enter leave');
    terminal.type(key);
    expect(await left).toBe(wish);
  });

  test('what was made stays on the terminal, the keys do not', async () => {
    const { frontend, terminal } = openInk();
    const left = frontend.finish(summary);
    await terminal.waitFor('enter leave');
    terminal.type(keys.enter);
    await left;
    await frontend.close();
    await terminal.waitUntil(() => terminal.screen.isCursorVisible, 'the cursor');
    expect(terminal.screen.text()).toContain('http://192.0.2.2:30001');
    expect(terminal.screen.text()).not.toContain('enter leave');
    expect(terminal.isRaw).toBe(false);
  });

  test('without an address nothing offers to open one', async () => {
    const { frontend, terminal } = openInk();
    const left = frontend.finish({ ...summary, ok: false, endpoints: [], objects: 0 });
    await terminal.waitFor('enter leave');
    expect(terminal.screen.text()).toMatch(/✗ Todo list does not run on minikube \(todo\) yet/);
    expect(terminal.screen.text()).not.toMatch(/o open|u undo/);
    terminal.type(`ou${keys.enter}`);
    expect(await left).toBe('leave');
  });
});

test('busy says what goes on, and its end takes it away', async () => {
  const { frontend, terminal } = openInk();
  frontend.busy('reading minikube');
  await terminal.waitFor('reading minikube');
  frontend.busy('');
  await terminal.waitUntil(() => terminal.screen.text() === '', 'an empty screen');
});

test('too small: one line says so, keys wait, Ctrl-C works, and enlarging brings the screen back', async () => {
  const { frontend, terminal } = openInk({ cols: 59, rows: 24 });
  const chosen = frontend.chooseRecipe(recipes);
  await terminal.waitFor('Enlarge to 60x15: 59x24 is too small');
  terminal.type(`jj${keys.enter}`);
  terminal.resize(80, 14);
  await terminal.waitFor('80x14 is too small');
  terminal.resize(80, 24);
  await terminal.waitFor('› todo');
  terminal.resize(30, 5);
  await terminal.waitFor('Enlarge to 60x15: 30x5');
  terminal.type(keys.ctrlC);
  expect(await chosen).toBeUndefined();
});

test('a program that shows nothing never touches the terminal', async () => {
  const { frontend, terminal } = openInk();
  await frontend.close();
  expect(terminal.screen.bytes).toBe('');
});
