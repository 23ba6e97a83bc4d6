import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillIn,
  fillTemplates,
  holds,
  literal,
  originsOf,
  pathsIn,
  wantedOnly,
  whereRead,
} from '../../src/plan/fill-in.ts';
import type { JsonObject, JsonValue } from '../../src/plan/plan.ts';
import { ExpressionError } from '../../src/recipe/expression.ts';

const scope: JsonObject = {
  answers: { host: 'a.example.com', expose: 'ingress', replicas: 2 },
  releases: { web: { name: 'web', internalUrl: 'http://web.app.svc:80' } },
  secrets: { web: { name: 'web-secrets' } },
};
const left = (path: readonly string[]) => ['releases.web.url', 'secrets.web.version'].includes(path.join('.'));

describe('filling in while planning', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['a value of its own type', '${answers.replicas}', 2],
    ['a value within text', 'https://${answers.host}/', 'https://a.example.com/'],
    ['what the run finds out', '${releases.web.url}/health', '${releases.web.url}/health'],
    ['part of a text', '${answers.host} at ${releases.web.url}', 'a.example.com at ${releases.web.url}'],
    [
      'part of an expression',
      '${releases.web.url + "/" + answers.host}',
      '${releases.web.url + "/" + "a.example.com"}',
    ],
    [
      'the branch that is taken',
      '${answers.expose == "ingress" ? "https://" + answers.host : releases.web.url}',
      'https://a.example.com',
    ],
    [
      'the branch that is left',
      '${answers.expose == "nodePort" ? answers.host : releases.web.url}',
      '${releases.web.url}',
    ],
    ['a secret', '${secrets.web.keys.token}', '${secrets.web.keys.token}'],
    ['a capture', '${releases.web.internalUrl}/${captured.id}', 'http://web.app.svc:80/${captured.id}'],
    ['a literal', '$${HOME} of ${answers.host}', '$${HOME} of a.example.com'],
    ['numbers, booleans and null', [1, true, null], [1, true, null]],
    ['values inside of values', { a: [{ b: '${answers.host}' }] }, { a: [{ b: 'a.example.com' }] }],
  ])('writes %s', (_what, value, filled) => {
    expect(fillTemplates(value, scope, left)).toEqual(filled);
  });

  it('leaves out entries whose condition does not hold, and the conditions', () => {
    const list = [
      { when: 'answers.expose == "ingress"', host: '${answers.host}' },
      { when: 'answers.expose == "nodePort"', host: '${answers.missing}' },
      'always',
    ];
    expect(fillTemplates({ list }, scope, left)).toEqual({ list: [{ host: 'a.example.com' }, 'always'] });
    expect(wantedOnly({ list }, scope)).toEqual({ list: [list[0], 'always'] });
  });

  it('takes a when outside of a list for a value', () => {
    expect(fillTemplates({ schedule: { when: 'every day' } }, scope, left)).toEqual({
      schedule: { when: 'every day' },
    });
    expect(pathsIn({ schedule: { when: 'every day' }, somewhen: 'now' })).toEqual([]);
  });

  it('leaves out what is undefined', () => {
    expect(fillTemplates({ a: undefined, b: 1 }, scope, left)).toEqual({ b: 1 });
  });

  it('says where a name stands that nothing knows', () => {
    const error = errorOf(() => fillTemplates({ set: { list: ['a', 'x ${answers.hots}'] } }, scope, left));
    expect(error.message).toBe('field not found: hots in ${answers.hots}');
    expect(error.at).toEqual(['set', 'list', 1]);
    expect(error.paths).toEqual([['answers', 'hots']]);
  });

  it('refuses a condition that is neither true nor false', () => {
    const error = errorOf(() => fillTemplates([{ when: 'answers.host', a: 1 }], scope, left));
    expect(error.message).toBe('the condition answers.host gives "a.example.com", neither true nor false');
    expect(error.at).toEqual([0, 'when']);
    expect(() => holds('answers.replicas', scope)).toThrow(ExpressionError);
    expect(holds('answers.replicas == 2', scope)).toBe(true);
  });

  it('does not read answers as expressions, now or in the run', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('${secrets.web.keys.token}', '$${a}', '${', '${1 +}')),
        (answer) => {
          const known = { ...scope, answers: { text: answer } };
          const planned = fillTemplates(
            { whole: '${answers.text}', part: '${answers.text} ${releases.web.url}' },
            known,
            left,
          );
          expect(pathsIn(planned)).toEqual([['releases', 'web', 'url']]);
          expect(literal(planned as JsonObject)['whole']).toBe(answer);
          expect(fillIn(planned, { releases: { web: { url: 'http://b' } } })).toEqual({
            whole: answer,
            part: `${answer} http://b`,
          });
        },
      ),
    );
  });
});

describe('filling in while running', () => {
  it('writes what steps found out', () => {
    const outputs = { releases: { web: { url: 'http://localhost:8080' } } };
    expect(fillIn({ url: '${releases.web.url}/a', token: '${secrets.web.keys.token}' }, outputs)).toEqual({
      url: 'http://localhost:8080/a',
      token: '${secrets.web.keys.token}',
    });
  });

  it('fails for what no step found out', () => {
    expect(() => fillIn('${addons.cache.address}', { releases: {} })).toThrow(ExpressionError);
  });
});

describe('what a value reads', () => {
  const params = {
    name: '${answers.host}',
    list: [{ when: 'answers.expose == "ingress"', value: '${releases.web.url}' }],
    namespace: '${target.namespace}',
    text: 'none',
  };

  it('is every path, conditions included', () => {
    expect(pathsIn(params)).toEqual([
      ['answers', 'host'],
      ['answers', 'expose'],
      ['releases', 'web', 'url'],
      ['target', 'namespace'],
    ]);
    expect(whereRead(params, ['releases', 'web', 'url'])).toEqual(['list', 0, 'value']);
    expect(whereRead(params, ['releases', 'web', 'name'])).toEqual([]);
  });

  it('tells which answers it was made from', () => {
    expect(originsOf(params)).toEqual({ name: ['host'], 'list[0]': ['expose'], namespace: ['namespace'] });
  });
});

function errorOf(run: () => unknown): ExpressionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('no error');
}
