import { afterEach, expect, test } from 'vitest';
import { closeTerminals, openTerminal } from './terminal.ts';

afterEach(closeTerminals);

const shell = (script: string, options = {}) => openTerminal({ command: 'sh', args: ['-c', script], ...options });

test('shows what a program shows, and how it ended', async () => {
  const terminal = shell('printf "a\\033[31mb\\033[0m\\n"; exit 3');
  await terminal.waitFor('ab');
  expect(await terminal.exit()).toEqual({ code: 3, signal: 0 });
  expect(terminal.bytes).toContain('\u001b[31mb');
});

test('a wait that is in vain ends with the program, or with its time, and shows the screen', async () => {
  await expect(shell('echo here').waitFor('there')).rejects.toThrow(/ended with 0[^]*\| here/);
  await expect(shell('echo here; read line').waitFor('there', 300)).rejects.toThrow(/300 ms have passed[^]*\| here/);
});

test('what is typed arrives, a new size is told', async () => {
  const terminal = shell('stty size; read line; echo "got $line"; stty size', { cols: 70, rows: 20 });
  await terminal.waitFor('20 70');
  terminal.resize(90, 30);
  terminal.keys({ text: 'x' }, 'enter');
  await terminal.waitFor('got x');
  await terminal.waitFor('30 90');
});

test('the picture holds the text at its columns, in its colours', async () => {
  const terminal = shell('printf "one    \\033[32mtwo <3\\033[0m"; read line', { cols: 30, rows: 3 });
  await terminal.waitFor('two');
  const svg = terminal.svg('a title');
  expect(svg).toContain('>a title</text>');
  expect(svg).toMatch(/<text x="14\.00"[^>]*>one<\/text>/);
  expect(svg).toMatch(/<text x="73\.01"[^>]*fill="#98c379"[^>]*>two &lt;3<\/text>/);
});

test('what is left running is ended', async () => {
  const terminal = shell('trap "" TERM HUP; echo stubborn; while :; do read line; done');
  await terminal.waitFor('stubborn');
  await closeTerminals();
  expect(() => process.kill(terminal.pid, 0)).toThrow('ESRCH');
});
