import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerType, Question } from '../../src/questions/question.ts';
import { namedChecks, validateAnswer } from '../../src/questions/validate.ts';

const question = (type: AnswerType, more: Partial<Question> = {}): Question => ({
  id: 'q',
  ask: 'q?',
  why: 'because',
  type,
  ...more,
});
const valueOf = (type: AnswerType, text: string, more?: Partial<Question>) => {
  const checked = validateAnswer(question(type, more), text);
  return 'value' in checked ? checked.value : undefined;
};
const errorOf = (type: AnswerType, text: string, more?: Partial<Question>) => {
  const checked = validateAnswer(question(type, more), text);
  return 'error' in checked ? checked.error : undefined;
};

describe('the one validator', () => {
  it.each([
    ['2', 2],
    [' 5 ', 5],
    ['-1', -1],
    ['0.25', 0.25],
    ['007', 7],
  ])('takes the number %j', (text, value) => expect(valueOf('number', text)).toBe(value));

  it.each([
    '1e3',
    '0x10',
    '٥',
    'NaN',
    'Infinity',
    '1,5',
    '1 000',
    '.5',
    '5.',
    '9007199254740993',
    '9'.repeat(400),
    'two',
    '--1',
  ])('does not take %j for a number', (text) => expect(errorOf('number', text)).toBe('a number is needed, in digits'));

  it.each([
    ['30000', 30000],
    ['32767', 32767],
    ['30001 ', 30001],
  ])('takes the node port %j', (text, value) => expect(valueOf('port', text)).toBe(value));
  it.each(['29999', '32768', '0', '-30001', '30001.5', '0x7531', '3e4', '80', 'http', '70000'])(
    'does not take %j for a node port',
    (text) => expect(errorOf('port', text)).toBe('a node port is a number from 30000 to 32767'),
  );

  it.each([
    ['y', true],
    ['YES', true],
    ['true', true],
    ['on', true],
    ['1', true],
    ['n', false],
    ['No', false],
    ['false', false],
    ['off', false],
    ['0', false],
  ])('takes %j for yes or no', (text, value) => expect(valueOf('boolean', text)).toBe(value));
  it.each(['ja', '2', 'yep'])('does not take %j for yes or no', (text) =>
    expect(errorOf('boolean', text)).toBe('answer yes or no'),
  );

  it('takes a choice by its value only', () => {
    const choices = [
      { value: 'a', label: 'First' },
      { value: 'b', label: 'Second' },
    ];
    expect(valueOf('choice', 'b', { choices })).toBe('b');
    expect(errorOf('choice', 'First', { choices })).toBe('one of: a, b');
    // Where the cluster could not be asked for the list, the cluster decides.
    expect(valueOf('choice', 'anything')).toBe('anything');
  });

  it.each(['-rf', '$(id)', 'a;b', '../x', '{{7*7}}', '%s', 'a,b=c', '${x}', '🦀', "it's"])(
    'takes the free text %j as it is',
    (text) => {
      expect(valueOf('text', text)).toBe(text);
      expect(valueOf('secret', text)).toBe(text);
    },
  );

  it.each(['a\nb', 'a\u001b[31m', 'a\0b', 'a\u007f'])('does not take a control character: %j', (text) =>
    expect(errorOf('text', text)).toBe('it holds a control character'),
  );

  it('keeps a secret byte by byte, but for the line break at the end of a file', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const kept = text.replace(/[\r\n]+$/, '');
        fc.pre(kept !== '');
        expect(valueOf('secret', text)).toBe(kept);
        expect(valueOf('secret', `${text}\n`)).toBe(kept);
      }),
    );
    expect(valueOf('secret', '  spaces  ')).toBe('  spaces  ');
    expect(valueOf('secret', 'x'.repeat(10_000))).toHaveLength(10_000);
  });

  it('takes nothing for an answer only where that is allowed', () => {
    for (const type of ['text', 'number', 'port', 'boolean', 'choice', 'folder', 'secret'] as const) {
      expect(errorOf(type, '')).toBe('an answer is needed');
      expect(valueOf(type, '', { isOptional: true })).toBe('');
    }
    expect(errorOf('text', '   ')).toBe('an answer is needed');
    expect(errorOf('secret', '\n')).toBe('an answer is needed');
  });

  it('asks the check that the recipe names, or its pattern, in the words of the recipe', () => {
    const size = { check: { pattern: '^\\d+Gi$', message: 'a number with Gi' } };
    expect(valueOf('text', '1Gi', size)).toBe('1Gi');
    expect(errorOf('text', '1Mi', size)).toBe('a number with Gi');
    expect(errorOf('text', 'A', { check: 'kubernetes-name' })).toContain('RFC 1123');
  });
});

const right: Record<string, string[]> = {
  hostname: ['app.example.com', 'localhost', 'a', '1.example', 'xn--bcher-kva.example', `${'a'.repeat(63)}.example`],
  'kubernetes-name': ['a', 'todo-app', '1a', 'a'.repeat(63)],
  email: ['dev@example.com'],
  url: ['https://example.com/x?y', 'http://localhost:8080'],
  'postgres-url': [
    'postgresql://user:password@host/database',
    'postgres://user@host:5432/db?sslmode=require',
    'postgresql+asyncpg://user:p%40ss@ep-x.eu.aws.neon.tech/neondb?sslmode=require&channel_binding=require',
  ],
};
const wrong: Record<string, string[]> = {
  hostname: [
    'a_b.example',
    'App.example',
    '-a.example',
    'a-.example',
    'a..b',
    '.a',
    'a.',
    '*.example',
    '10.0.0.1',
    '1.2',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}ab`,
    'bücher.example',
    'a b',
    'http://a',
  ],
  'kubernetes-name': ['A', 'a_b', '-a', 'a-', 'a.b', '', 'a'.repeat(64), 'ä'],
  email: ['dev', 'dev@', '@example.com', 'dev@example', 'a b@example.com'],
  url: ['example.com', 'ftp://example.com', 'https://', 'javascript:alert(1)'],
  'postgres-url': [
    'mysql://user@host/db',
    'user@host/db',
    'postgresql://user@host',
    'postgresql://user@host/',
    'postgresql://host/db',
    'postgresql:///db',
    'postgresql://user:p/w@host/db',
    'postgresql://user:p#w@host/db',
    '',
  ],
};

describe('the checks that recipes name', () => {
  for (const [name, check] of Object.entries(namedChecks)) {
    it(`${name}: what is right, and what is wrong in words`, () => {
      for (const text of right[name] ?? []) expect(check(text), text).toBeUndefined();
      for (const text of wrong[name] ?? []) expect(check(text), text).toMatch(/\w/);
      expect((right[name] ?? []).length * (wrong[name] ?? []).length).toBeGreaterThan(0);
    });
  }

  it('postgres-url says which part is missing', () => {
    const check = namedChecks['postgres-url'];
    expect(check?.('postgresql://user@host')).toContain('the database is missing');
    expect(check?.('postgresql://host/db')).toContain('the user is missing');
    expect(check?.('postgresql://user:p/w@host/db')).toContain('written %40 and %2F');
  });
});
