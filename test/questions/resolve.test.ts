import { describe, expect, it } from 'vitest';
import type { Choice, Question } from '../../src/questions/question.ts';
import { resolveAnswers, type GivenAnswer, type ResolveRequest } from '../../src/questions/resolve.ts';
import { Vault } from '../../src/secrets/vault.ts';
import { back, enter, prompterFrom, stop, type Say } from '../support/prompter.ts';

const why = 'It decides something.';
const text = (id: string, more: Partial<Question> = {}): Question => ({
  id,
  ask: `${id}?`,
  why,
  type: 'text',
  ...more,
});

interface Given {
  given?: Record<string, string | GivenAnswer>;
  says?: Record<string, Say | Say[]>;
  isSilent?: boolean;
}

/** Answers questions; by a person unless `isSilent`. */
function asking(
  questions: Question[],
  { given = {}, says, isSilent = false, ...more }: Given & Partial<Omit<ResolveRequest, 'given'>> = {},
) {
  const prompter = prompterFrom(says);
  const vault = more.vault ?? new Vault();
  const resolved = resolveAnswers({
    questions,
    given: (id) => {
      const answer = given[id];
      return typeof answer === 'string' ? { text: answer, by: '--set' } : answer;
    },
    before: {},
    kept: new Set(),
    scope: { environment: 'local', target: { isLocal: true } },
    live: async () => [],
    suggest: (_question, fallback) => fallback,
    prompter: isSilent ? undefined : prompter,
    ...more,
    vault,
  });
  return { resolved, prompter, vault };
}

const answersOf = async (questions: Question[], options?: Given & Partial<Omit<ResolveRequest, 'given'>>) => {
  const resolved = await asking(questions, options).resolved;
  return resolved.outcome === 'answered' ? resolved.answers : resolved.outcome;
};

describe('an answer', () => {
  const one = [text('name', { default: 'of the recipe' })];

  it('is what is given, else what a person says, else what it was before, else the default', async () => {
    const before = { name: 'of before' };
    expect(await answersOf(one, { given: { name: 'given' }, before, says: { name: 'said' } })).toEqual({
      name: 'given',
    });
    expect(await answersOf(one, { before, says: { name: 'said' } })).toEqual({ name: 'said' });
    expect(await answersOf(one, { before })).toEqual({ name: 'of before' });
    expect(await answersOf(one)).toEqual({ name: 'of the recipe' });
    expect(await answersOf(one, { before, isSilent: true })).toEqual({ name: 'of before' });
    expect(await answersOf(one, { isSilent: true })).toEqual({ name: 'of the recipe' });
  });

  it('that is given is not asked for', async () => {
    const { prompter, resolved } = asking([...one, text('other')], { given: { name: 'given' }, says: { other: 'x' } });
    await resolved;
    expect(prompter.ids()).toEqual(['other']);
    expect(prompter.asked[0]).toMatchObject({ position: 1, total: 1, sofar: [{ title: 'name', text: 'given' }] });
  });

  it.each([
    ['given', { given: { port: 'http' } }],
    ['the default', { isSilent: true, before: { port: 'http' } }],
  ])('that is %s goes through the same check as one that is typed', async (_how, options) => {
    const port: Question = { id: 'port', ask: 'Which port?', why, type: 'port' };
    const words = 'a node port is a number from 30000 to 32767';
    await expect(answersOf([port], options)).rejects.toMatchObject({
      kind: 'user',
      exitCode: 2,
      message: expect.stringContaining(words),
    });
    const { prompter, resolved } = asking([port], { says: { port: ['http', '80', '30080'] } });
    expect(await resolved).toEqual({ outcome: 'answered', answers: { port: 30080 } });
    expect(prompter.asked.map(({ error }) => error)).toEqual([undefined, words, words]);
  });

  it('that is given and wrong says who gave it, and where', async () => {
    const place = { file: '/answers.yaml', line: 3, column: 5 };
    const given = { size: { text: 'huge', by: 'answers.yaml', place } };
    await expect(
      answersOf([text('size', { check: { pattern: '^\\d+Gi$', message: 'a number with Gi' } })], { given }),
    ).rejects.toMatchObject({
      message: 'The answer size ("huge") of answers.yaml is not valid: a number with Gi',
      place,
      next: ['--set size=VALUE, or an answers file, or answer it on a terminal'],
    });
  });

  it('has a default that reads earlier answers; one that reads an answer that does not apply is none', async () => {
    const questions = [
      text('kind', { default: 'cluster' }),
      text('url', { when: 'answers.kind == "url"', default: 'x' }),
      text('host', { default: '${answers.kind}.example.com' }),
      text('copy', { default: '${answers.url}' }),
    ];
    expect(await answersOf(questions, { says: { copy: 'typed' } })).toEqual({
      kind: 'cluster',
      host: 'cluster.example.com',
      copy: 'typed',
    });
    await expect(answersOf(questions, { isSilent: true })).rejects.toMatchObject({
      errors: [{ message: 'copy: copy?' }],
    });
  });

  it('may be suggested better than by the recipe: a port that is free', async () => {
    const port: Question = { id: 'port', ask: 'Which port?', why, type: 'port', default: 30001 };
    const suggest: ResolveRequest['suggest'] = ({ type }, fallback) =>
      type === 'port' ? String(Number(fallback) + 1) : fallback;
    const { prompter, resolved } = asking([port, text('name', { default: 'x' })], { suggest });
    expect(await resolved).toMatchObject({ answers: { port: 30002, name: 'x' } });
    expect(prompter.asked[0]?.suggestion).toBe('30002');
  });

  it('may be chosen from what the cluster has', async () => {
    const classes: Choice[] = [{ value: 'fast', label: 'fast' }];
    const question = text('storageClass', { live: 'storageClasses', isOptional: true, default: '' });
    const { prompter, resolved } = asking([question], {
      live: async (kind) => (kind === 'storageClasses' ? classes : []),
      says: { storageClass: 'fast' },
    });
    expect(await resolved).toMatchObject({ answers: { storageClass: 'fast' } });
    expect(prompter.asked[0]?.choices).toEqual(classes);
  });
});

describe('without anybody to ask', () => {
  it('all answers that are missing are named at once', async () => {
    const questions = [
      text('a'),
      text('b', { default: 'x' }),
      text('c', { isOptional: true }),
      text('d', { when: 'answers.b == "x"' }),
      text('e', { when: 'answers.b == "y"' }),
      { ...text('secrets.backend.url'), type: 'secret' as const },
    ];
    await expect(answersOf(questions, { isSilent: true })).rejects.toMatchObject({
      exitCode: 3,
      message: '3 answers are missing',
      errors: [
        { message: 'a: a?', why, next: ['--set a=VALUE, or an answers file, or answer it on a terminal'] },
        { message: 'd: d?' },
        {
          message: 'secrets.backend.url: secrets.backend.url?',
          next: [expect.stringContaining('secrets: { secrets.backend.url: { env: NAME } }')],
        },
      ],
    });
    await expect(answersOf([text('a')], { isSilent: true })).rejects.toThrow('One answer is missing');
  });

  it('what may be empty is', async () => {
    expect(await answersOf([text('a', { isOptional: true })], { isSilent: true })).toEqual({ a: '' });
  });
});

describe('a question', () => {
  const questions = [
    text('kind', { default: 'cluster' }),
    text('size', { when: 'answers.kind == "cluster"', default: '1Gi' }),
    text('url', { when: 'answers.kind == "url"', default: 'u' }),
    text('last', { default: 'z' }),
  ];

  it('is asked only when it applies', async () => {
    expect(await answersOf(questions)).toEqual({ kind: 'cluster', size: '1Gi', last: 'z' });
    expect(await answersOf(questions, { says: { kind: 'url' } })).toEqual({ kind: 'url', url: 'u', last: 'z' });
  });

  it('does not apply when what it reads was not asked', async () => {
    expect(await answersOf([text('a', { when: 'answers.nobody == "x"', default: 'x' })])).toEqual({});
  });

  it('can be gone back to, past those that do not apply any more', async () => {
    const { prompter, resolved } = asking(questions, {
      says: { last: [back, enter], size: [enter, back], kind: [enter, 'url'], url: enter },
    });
    expect(await resolved).toEqual({ outcome: 'answered', answers: { kind: 'url', url: 'u', last: 'z' } });
    expect(prompter.ids()).toEqual(['kind', 'size', 'last', 'size', 'kind', 'url', 'last']);
  });

  it('shows what was typed when it is come back to, and only what was answered before it', async () => {
    const { prompter, resolved } = asking(questions, { says: { kind: ['typed', enter], last: [back, enter] } });
    expect(await resolved).toMatchObject({ answers: { kind: 'typed' } });
    expect(prompter.asked.map(({ suggestion }) => suggestion)).toEqual(['cluster', 'z', 'typed', 'z']);
    expect(prompter.asked[2]?.sofar).toEqual([]);
    expect(prompter.asked[3]?.sofar).toEqual([{ title: 'kind', text: 'typed' }]);
  });

  it('that is the first leads back out, and each can be left for good', async () => {
    expect(await answersOf(questions, { says: { kind: back } })).toBe('back');
    expect(await answersOf(questions, { says: { size: [back], kind: [enter, back] } })).toBe('back');
    expect(await answersOf(questions, { says: { last: stop } })).toBe('stop');
  });

  it('counts those that apply', async () => {
    const { prompter, resolved } = asking(questions);
    await resolved;
    expect(prompter.asked.map(({ position, total }) => [position, total])).toEqual([
      [1, 2],
      [2, 3],
      [3, 3],
    ]);
  });

  it('shows answers in words', async () => {
    const all: Question[] = [
      { id: 'where', ask: 'Where?', why, type: 'choice', choices: [{ value: 'a', label: 'In the cluster' }] },
      { id: 'debug', ask: 'Debug?', why, type: 'boolean', default: true },
      text('empty', { isOptional: true, default: '' }),
      { id: 'secrets.a.b', ask: 'Key?', why, type: 'secret' },
      text('last', { default: 'z' }),
    ];
    const { prompter, resolved } = asking(all, { says: { where: 'a', 'secrets.a.b': 'canary-value' } });
    await resolved;
    expect(prompter.asked.at(-1)?.sofar.map(({ text: words }) => words)).toEqual([
      'In the cluster',
      'yes',
      '—',
      '••••••',
    ]);
    expect(JSON.stringify(prompter.asked)).not.toContain('canary');
  });
});

describe('a secret', () => {
  const id = 'secrets.backend.url';
  const secret: Question = { id, ask: 'Database URL?', why, type: 'secret' };
  const value = ' p@ss w"ord\t';

  it('goes into the vault and nowhere else', async () => {
    const { resolved, vault } = asking([secret], { says: { [id]: value } });
    expect(await resolved).toEqual({ outcome: 'answered', answers: { [id]: { secretRef: id } } });
    expect(vault.get(id)?.reveal()).toBe(value);
  });

  it('that the cluster holds is kept by Enter, and without asking', async () => {
    const kept = new Set([id]);
    const { resolved, prompter, vault } = asking([secret], { kept });
    expect(await resolved).toMatchObject({ answers: { [id]: { secretRef: id } } });
    expect(prompter.asked[0]).toMatchObject({ isKept: true });
    expect(prompter.asked[0]).not.toHaveProperty('suggestion');
    expect(vault.has(id)).toBe(false);
    expect(await answersOf([secret], { kept, isSilent: true })).toEqual({ [id]: { secretRef: id } });
    const replaced = asking([secret], { kept, says: { [id]: 'another one' } });
    await replaced.resolved;
    expect(replaced.vault.get(id)?.reveal()).toBe('another one');
  });

  it('is not typed again on the way back and forth', async () => {
    const { resolved, prompter, vault } = asking([secret, text('last', { default: 'z' })], {
      says: { [id]: [value, ''], last: [back, enter] },
    });
    expect(await resolved).toMatchObject({ outcome: 'answered' });
    expect(prompter.asked[2]).toMatchObject({ isKept: true });
    expect(vault.get(id)?.reveal()).toBe(value);
  });

  it('that may be left out is so by an empty answer, also after it was typed', async () => {
    const optional = { ...secret, isOptional: true };
    const { resolved, vault } = asking([optional, text('last', { default: 'z' })], {
      says: { [id]: [value, ''], last: [back, enter] },
    });
    expect(await resolved).toMatchObject({ answers: { [id]: '' } });
    expect(vault.get(id)).toBeUndefined();
  });

  it('is asked for until there is one, unless it may be left out', async () => {
    const { resolved, prompter } = asking([secret], { says: { [id]: ['', '', 'now then'] } });
    await resolved;
    expect(prompter.asked.map(({ error }) => error)).toEqual([undefined, 'an answer is needed', 'an answer is needed']);
    expect(await answersOf([{ ...secret, isOptional: true }])).toEqual({ [id]: '' });
  });

  it('is not shown by its error', async () => {
    const given = { [id]: { text: 'canary-not-a-url', by: 'answers.yaml' } };
    const error: unknown = await answersOf([{ ...secret, check: 'postgres-url' }], { given }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      message: `The answer ${id} of answers.yaml is not valid: it starts with postgresql://`,
    });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('canary');
  });
});

describe('changing an answer', () => {
  const questions = [
    text('a', { default: 'a0' }),
    text('b', { default: 'b0' }),
    text('c'),
    { ...text('secrets.x.y'), type: 'secret' as const },
  ];

  it('asks for that one, and for what was not answered yet', async () => {
    const vault = new Vault();
    vault.put('secrets.x.y', 'typed before');
    const { resolved, prompter } = asking(questions, {
      before: { a: 'a1', b: 'b1', c: 'c1' },
      changing: 'b',
      says: { b: 'b2' },
      vault,
    });
    expect(await resolved).toMatchObject({
      answers: { a: 'a1', b: 'b2', c: 'c1', 'secrets.x.y': { secretRef: 'secrets.x.y' } },
    });
    expect(prompter.ids()).toEqual(['b']);
    expect(prompter.asked[0]?.suggestion).toBe('b1');
  });

  it('asks for what the change brings with it', async () => {
    const more = [...questions.slice(0, 2), text('new', { when: 'answers.b == "b2"' })];
    const { resolved, prompter } = asking(more, {
      before: { a: 'a1', b: 'b1' },
      changing: 'b',
      says: { b: 'b2', new: 'n' },
    });
    expect(await resolved).toMatchObject({ answers: { new: 'n' } });
    expect(prompter.ids()).toEqual(['b', 'new']);
  });
});

describe('the environment', () => {
  it('that a person chooses is what later conditions and defaults read', async () => {
    const questions = [
      text('environment', { default: 'local' }),
      text('host', { when: 'environment == "prod"', default: '${environment}.example.com' }),
    ];
    const { resolved } = asking(questions, { says: { environment: 'prod', host: enter } });
    expect(await resolved).toEqual({ outcome: 'answered', answers: { environment: 'prod', host: 'prod.example.com' } });
  });
});
