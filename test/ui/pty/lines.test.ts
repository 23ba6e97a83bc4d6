import { expect, test } from 'vitest';
import { usingProgram } from './using-program.ts';

const open = usingProgram('lines');
const secret = 'correct-horse-battery';
const encoded = Buffer.from(secret).toString('base64');

test('a list by arrows, a text by Enter, a secret of which nothing stays', async () => {
  const terminal = open([encoded]);
  await terminal.waitFor('Where should the tasks be stored?');
  expect(terminal.screen()).toContain('Why: The API keeps them in PostgreSQL.');
  terminal.keys('down', 'enter');
  await terminal.waitFor('got where: answer url');
  await terminal.waitFor('What is it called?');
  terminal.keys('enter');
  await terminal.waitFor('got name: answer todo');
  await terminal.waitFor('Which key?');
  // ctrl+t shows what was typed, unless it is switched off.
  terminal.write(`${secret}\u0014`);
  terminal.keys('enter');
  await terminal.waitFor('got key: answer right');
  await terminal.exit();
  expect(terminal.bytes).not.toContain(secret);
  for (const length of [4, 8, 12]) expect(terminal.bytes).not.toContain(secret.slice(0, length));
  expect(terminal.screen()).not.toMatch(/[*•]{3}/);
});

test('the sign for back, said in the prompt, goes back; Ctrl-C stops', async () => {
  const terminal = open([encoded]);
  await terminal.waitFor('Where should the tasks be stored?');
  terminal.keys('enter');
  await terminal.waitFor('[< goes back]');
  terminal.keys({ text: '<' }, 'enter');
  await terminal.waitFor('got name: back');
  await terminal.waitFor('Which key?');
  terminal.keys('ctrlC');
  await terminal.waitFor('got key: stop');
  expect((await terminal.exit()).code).toBe(0);
});

test('a prompt can be taken away, by a signal for example', async () => {
  const terminal = open([encoded]);
  await terminal.waitFor('Where should the tasks be stored?');
  terminal.kill('SIGTERM');
  await terminal.waitFor('taken away: terminated');
  expect((await terminal.exit()).code).toBe(143);
  expect(terminal.buffer.isCursorVisible).toBe(true);
});
