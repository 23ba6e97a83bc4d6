import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { answersFileText, checkNames, loadAnswersFile } from '../../src/questions/answers-file.ts';
import type { Answers, Question } from '../../src/questions/question.ts';
import { resolveAnswers } from '../../src/questions/resolve.ts';
import { Vault } from '../../src/secrets/vault.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const url = 'secrets.backend.database-url';
const question = (id: string, type: Question['type'] = 'text', more: Partial<Question> = {}): Question => ({
  id,
  ask: `${id}?`,
  why: 'because',
  type,
  ...more,
});
const questions = [
  question('database', 'choice', {
    choices: [
      { value: 'cluster', label: 'c' },
      { value: 'url', label: 'u' },
    ],
  }),
  question('replicas', 'number'),
  question('debug', 'boolean'),
  question('version'),
  question('storageClass', 'text', { isOptional: true }),
  question('frontendPort', 'port', { default: 30001 }),
  question('source', 'folder', { default: 'sample' }),
  question('laptop', 'text', { isPersonal: true, default: 'mine' }),
  question(url, 'secret'),
  question('secrets.backend.key', 'secret', { isOptional: true }),
];

async function written(text: string, environment: NodeJS.ProcessEnv = {}) {
  const folder = await temporaryDirectory();
  const path = join(folder, 'answers.yaml');
  await writeFile(path, text);
  return { folder, path, load: () => loadAnswersFile(path, environment) };
}

const placed = (path: string, line: number, column: number) => ({ file: path, line, column });

describe('an answers file', () => {
  it('gives answers as they are written, each with its place', async () => {
    const { path, load } = await written(
      'recipe: todo\nanswers:\n  database: cluster\n  replicas: 3\n  version: 1.10\n  debug: true\n  big: 0x10\n',
    );
    const { recipe, given } = await load();
    expect(recipe).toBe('todo');
    expect(Object.fromEntries(Object.entries(given).map(([id, { text }]) => [id, text]))).toEqual({
      database: 'cluster',
      replicas: '3',
      version: '1.10',
      debug: 'true',
      big: '0x10',
    });
    expect(given['replicas']).toEqual({ text: '3', by: path, place: placed(path, 4, 13), section: 'answers' });
  });

  it('names where a secret is: a file beside it, or a variable', async () => {
    const { folder, load } = await written(
      `secrets:\n  ${url}: { file: secrets/url }\n  secrets.backend.key: { env: KEY }\n`,
      { KEY: 'of the environment' },
    );
    await (await import('node:fs/promises')).mkdir(join(folder, 'secrets'));
    await writeFile(join(folder, 'secrets', 'url'), 'postgresql://u:p@h/d\n');
    const { given } = await load();
    expect(given[url]).toMatchObject({ text: 'postgresql://u:p@h/d\n', section: 'secrets' });
    expect(given['secrets.backend.key']).toMatchObject({ text: 'of the environment' });
  });

  it('may be empty', async () => {
    expect((await (await written('')).load()).given).toEqual({});
    expect((await (await written('# nothing yet\n')).load()).given).toEqual({});
  });

  it.each([
    ['answers:\n\ta: 1\n', 2, 1, /^YAML: /],
    ['answers:\n  a: "x\n', 3, 1, /^YAML: /],
    ['answers:\n  a: [1, 2\n', 3, 1, /^YAML: /],
    ['answers:\n  a: 1\n  a: 2\n', 3, 3, /^YAML: .*unique/],
    ['answers: {}\n---\nanswers: {}\n', 2, 1, /^YAML: .*multiple documents/],
    ['answers:\n  a: !!js/function "x"\n', 2, 6, /^YAML: /],
    ['answers:\n  a: &x 1\n  b: *x\n', 3, 6, /\*x is an alias, which an answers file does not have/],
    ['- a\n', 1, 1, /the answers file: /],
    ['answers:\n  a: [1]\n', 2, 6, /answers.a: text, a number, true or false is expected/],
    ['answers:\n  a:\n', 2, 5, /answers.a: text, a number, true or false is expected/],
    ['answer:\n  a: 1\n', 1, 1, /Unrecognized key: "answer"/],
    [`secrets:\n  ${url}: canary-value\n`, 2, 33, /never given here/],
    [`secrets:\n  ${url}: { value: canary-value }\n`, 2, 33, /never given here/],
    [`secrets:\n  ${url}: { env: NOT_SET }\n`, 2, 33, /The environment variable NOT_SET is not set/],
    [`secrets:\n  ${url}: { file: none }\n`, 2, 33, /The file none of a secret cannot be read/],
  ])('that is wrong says what and where: %j', async (text, line, column, message) => {
    const { path, load } = await written(text);
    const error: unknown = await load().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'user', exitCode: 2, message: expect.stringMatching(message) });
    expect(error).toMatchObject({ place: placed(path, line, column) });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('canary');
  });

  it('that is not there, or no file, is named', async () => {
    const folder = await temporaryDirectory();
    await expect(loadAnswersFile(join(folder, 'none.yaml'), {})).rejects.toMatchObject({
      kind: 'user',
      message: expect.stringContaining('cannot be read'),
    });
    await expect(loadAnswersFile(folder, {})).rejects.toMatchObject({ kind: 'user' });
  });

  it('with several mistakes tells all of them', async () => {
    const { load } = await written(`answers:\n  a: []\n  b: {}\nsecrets:\n  c: x\n`);
    await expect(load()).rejects.toMatchObject({ errors: [{}, {}, {}] });
  });
});

describe('names of answers', () => {
  const place = placed('/a.yaml', 2, 3);

  it('that are no question are told with the nearest that is', () => {
    expect(() => checkNames({ replcas: { text: '2', by: '/a.yaml', place } }, questions)).toThrow(
      expect.objectContaining({
        message: '/a.yaml answers replcas, which is no question of this recipe',
        next: ['Did you mean replicas?'],
        place,
      }),
    );
    expect(() => checkNames({ zzz: { text: '2', by: '--set' } }, questions)).toThrow(
      expect.objectContaining({ next: [expect.stringMatching(/^Its questions are: database, replicas/)] }),
    );
    expect(() => checkNames({ x1: { text: '', by: '--set' }, y1: { text: '', by: '--set' } }, questions)).toThrow(
      expect.objectContaining({ errors: [expect.anything(), expect.anything()] }),
    );
    expect(() => checkNames({ replicas: { text: '2', by: '--set' } }, questions)).not.toThrow();
  });

  it('of secrets do not stand among the answers, nor in an argument', () => {
    for (const given of [
      { text: 'canary-value', by: '/a.yaml', place, section: 'answers' as const },
      { text: 'canary-value', by: '--set' },
    ]) {
      const check = () => checkNames({ [url]: given }, questions);
      expect(check).toThrow(`${url} is a secret, and ${given.by} cannot hold its value`);
      try {
        check();
      } catch (error) {
        expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('canary');
        expect(error).toMatchObject({ next: [expect.stringContaining(`secrets: { ${url}: { env: NAME } }`)] });
      }
    }
    expect(() => checkNames({ [url]: { text: 'x', by: '/a.yaml', section: 'secrets' } }, questions)).not.toThrow();
  });

  it('among the secrets are secrets: anything else would be shown', () => {
    expect(() => checkNames({ version: { text: 'x', by: '/a.yaml', place, section: 'secrets' } }, questions)).toThrow(
      expect.objectContaining({ message: 'version is no secret: its value would be shown and stored', place }),
    );
  });
});

describe('answers that are saved', () => {
  const answers: Answers = {
    database: 'url',
    replicas: 2,
    debug: false,
    version: '1.10',
    storageClass: '',
    frontendPort: 30005,
    source: '/home/dev/code',
    laptop: 'mine',
    [url]: { secretRef: url },
    'secrets.backend.key': '',
  };

  it('hold what a team can share, and of secrets only where they are', () => {
    expect(parse(answersFileText('todo', questions, answers))).toEqual({
      recipe: 'todo',
      answers: { database: 'url', replicas: 2, debug: false, version: '1.10', storageClass: '' },
      secrets: { [url]: { env: 'BACKEND_DATABASE_URL' } },
    });
  });

  it('give the same answers when they are read', async () => {
    const value = 'postgresql://u:canary@h/d';
    const { load } = await written(answersFileText('todo', questions, answers), { BACKEND_DATABASE_URL: value });
    const { given } = await load();
    checkNames(given, questions);
    const vault = new Vault();
    const resolved = await resolveAnswers({
      questions,
      given: (id) => given[id],
      before: {},
      kept: new Set(),
      scope: {},
      live: async () => [],
      suggest: (_question, fallback) => fallback,
      prompter: undefined,
      vault,
    });
    expect(resolved).toEqual({
      outcome: 'answered',
      answers: { ...answers, frontendPort: 30001, source: 'sample', 'secrets.backend.key': '' },
    });
    expect(vault.get(url)?.reveal()).toBe(value);
  });

  it('survive texts that YAML would read otherwise', async () => {
    const odd = [
      '1.10',
      'yes',
      'null',
      '~',
      '0x10',
      '1e3',
      ': x',
      '# no comment',
      '- a',
      "it's",
      '"q"',
      '*x',
      '!t',
      '{a}',
      '2026-01-01',
      ' padded ',
      'ä🦀',
      '\\n',
    ];
    const texts = odd.map((_text, index) => question(`t${index}`, 'text', { isOptional: true }));
    const all = Object.fromEntries(odd.map((text, index) => [`t${index}`, text]));
    const { load } = await written(answersFileText('todo', texts, all));
    const { given } = await load();
    expect(Object.values(given).map(({ text }) => text)).toEqual(odd);
  });
});
