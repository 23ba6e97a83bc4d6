import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { keys, pasteOf } from '../../support/terminal.ts';
import { ask, openInk } from './open-ink.ts';

describe('a question', () => {
  test('text: the suggestion is filled in and can be edited', async () => {
    const { frontend, terminal } = openInk();
    const reply = frontend.prompter.ask(ask({}, { suggestion: 'todo' }));
    await terminal.waitFor('› todo');
    expect(terminal.screen.text()).toMatch(/Deploy +Todo list/);
    expect(terminal.screen.text()).toContain('Why: It matters.');
    terminal.type('-2\r');
    expect(await reply).toEqual({ reply: 'answer', text: 'todo-2' });
  });

  test('a port takes digits alone', async () => {
    const { frontend, terminal } = openInk();
    const reply = frontend.prompter.ask(ask({ type: 'port' }, { error: '30001 is taken' }));
    await terminal.waitFor('✗ 30001 is taken');
    terminal.type('3a');
    await terminal.waitFor('A port is written in digits.');
    terminal.type('0002\r');
    expect(await reply).toEqual({ reply: 'answer', text: '30002' });
  });

  test('yes or no, with the suggestion selected', async () => {
    const { frontend, terminal } = openInk();
    const reply = frontend.prompter.ask(ask({ type: 'boolean' }, { suggestion: 'false' }));
    await terminal.waitFor('› no');
    terminal.type(keys.up + keys.enter);
    expect(await reply).toEqual({ reply: 'answer', text: 'true' });
  });

  test("what is there already is a list that can be left: a namespace of one's own", async () => {
    const { frontend, terminal } = openInk();
    const choices = [{ value: 'default', label: 'default' }];
    const request = ask({ live: 'namespaces' }, { choices, suggestion: 'todo' });
    const first = frontend.prompter.ask(request);
    await terminal.waitFor('› todo');
    terminal.type(keys.enter);
    expect(await first).toEqual({ reply: 'answer', text: 'todo' });
    const second = frontend.prompter.ask({ ...request, position: 3 });
    await terminal.waitFor('3 of 7');
    terminal.type(`${keys.end + keys.enter}mine\r`);
    expect(await second).toEqual({ reply: 'answer', text: 'mine' });
  });

  test('Esc and left go back where one can, Ctrl-C stops', async () => {
    const { frontend, terminal } = openInk();
    const choices = [{ value: 'a', label: 'a' }];
    for (const [key, reply] of [
      [keys.escape, 'back'],
      [keys.left, 'back'],
      [keys.ctrlC, 'stop'],
    ] as const) {
      const asked = frontend.prompter.ask(ask({ type: 'choice' }, { choices }));
      await terminal.waitFor('› a');
      terminal.type(key);
      expect(await asked).toEqual({ reply });
    }
  });

  test('on the first question Esc does nothing, and no key bar says that it does', async () => {
    const { frontend, terminal } = openInk();
    const reply = frontend.prompter.ask(ask({}, { canGoBack: false }));
    await terminal.waitFor('enter next');
    expect(terminal.screen.text()).not.toContain('back');
    terminal.type(keys.escape);
    terminal.type(pasteOf('todo'));
    await terminal.waitFor('› todo');
    terminal.type(keys.enter);
    expect(await reply).toEqual({ reply: 'answer', text: 'todo' });
  });

  test('a secret is kept by an empty answer', async () => {
    const { frontend, terminal } = openInk();
    const reply = frontend.prompter.ask(ask({ type: 'secret' }, { isKept: true, suggestion: 'kept' }));
    await terminal.waitFor('The cluster holds one already; enter keeps it.');
    terminal.type(keys.enter);
    expect(await reply).toEqual({ reply: 'answer', text: '' });
  });
});

test('a question can be taken away, by a signal for example; without one nothing happens', async () => {
  const { frontend, terminal } = openInk();
  frontend.withdraw('nothing is open');
  const reply = frontend.prompter.ask(ask({}));
  await terminal.waitFor('Which one?');
  frontend.withdraw('SIGTERM');
  await expect(reply).rejects.toBe('SIGTERM');
});

describe('between two screens', () => {
  test('there is no blank picture', async () => {
    const { frontend, terminal } = openInk();
    const first = frontend.prompter.ask(ask({ ask: 'First?' }));
    await terminal.waitFor('First?');
    const before = terminal.screen.bytes.length;
    terminal.type('x\r');
    await first;
    const second = frontend.prompter.ask(ask({ ask: 'Second?' }));
    await terminal.waitFor('Second?');
    const drawn = stripVTControlCharacters(terminal.screen.bytes.slice(before)).split(/(?= {3}Deploy)/);
    expect(drawn.every((picture) => picture.trim() === '' || /(First|Second)\?/.test(picture))).toBe(true);
    terminal.type(keys.ctrlC);
    await second;
  });

  test('a second question while one is open is a mistake of the program, and says so', async () => {
    const { frontend, terminal } = openInk();
    const first = frontend.prompter.ask(ask({}));
    await terminal.waitFor('Which one?');
    await expect(frontend.prompter.ask(ask({}))).rejects.toMatchObject({ kind: 'bug' });
    terminal.type(keys.ctrlC);
    await first;
  });
});

describe('a yes-or-no question', () => {
  const request = {
    question: 'Remove it?',
    detail: ['Deployment backend', 'Secret backend-secrets'],
    yes: 'remove',
    no: 'keep it',
    isDefaultYes: false,
  };

  test('its default is selected, Esc is no, Ctrl-C is neither', async () => {
    const { frontend, terminal } = openInk();
    const first = frontend.confirm(request);
    await terminal.waitFor('› keep it');
    terminal.type(keys.up + keys.enter);
    expect(await first).toBe(true);
    const second = frontend.confirm({ ...request, question: 'Really?' });
    await terminal.waitFor('Really?');
    terminal.type(keys.escape);
    expect(await second).toBe(false);
    const third = frontend.confirm({ ...request, question: 'And now?' });
    await terminal.waitFor('And now?');
    terminal.type(keys.ctrlC);
    await expect(third).rejects.toMatchObject({ kind: 'user', exitCode: 130 });
  });
});
