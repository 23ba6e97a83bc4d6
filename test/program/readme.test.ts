import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readInvocation } from '../../src/cli/invocation.ts';
import { privateHome, wizard } from '../support/wizard.ts';

const text = readFileSync('README.md', 'utf8');
const commands = [...text.matchAll(/^ {4}(npm .*)$/gm)].map(([, command]) => command ?? '');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Commands of the README that need no cluster are run; of the others the words are read as the program reads them. */
describe('README', () => {
  test('has commands', () => expect(commands.length).toBeGreaterThan(10));

  test.each(commands)('%s: the program understands it', (command) => {
    const [, word = '', ...rest] = command.split(' ');
    if (word === 'run') return expect(scripts).toHaveProperty([rest[0] ?? '']);
    if (word !== 'start') return expect(['ci', 'test']).toContain(word);
    return expect(() => readInvocation(rest.slice(1), {})).not.toThrow();
  });

  test.each(commands.filter((command) => / (recipe|explain) /.test(command)))('%s: ends with 0', async (command) => {
    const home = privateHome();
    const result = await wizard(command.split(' ').slice(3), { env: home.env, cwd: process.cwd() });
    home.remove();
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(result.stdout).not.toBe('');
  });

  test('every picture and file that it names is there', () => {
    const paths = [...text.matchAll(/\]\(([^)h][^)]*)\)/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('the table of exit codes is that of the program', async () => {
    const { exitCodes } = await import('../../src/errors/exit-codes.ts');
    const named = [...text.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, cell]) => (cell ?? '').split(',').map(Number));
    expect(named.sort((a, b) => a - b)).toEqual(Object.values(exitCodes).sort((a, b) => a - b));
  });
});
