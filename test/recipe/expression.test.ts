import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeTemplate,
  evaluateTemplate,
  ExpressionError,
  hasExpression,
  parseExpression,
  parseTemplate,
  templatePaths,
} from '../../src/recipe/expression.ts';
import { reduceExpression } from '../../src/recipe/reduce.ts';
import type { JsonObject, JsonValue } from '../../src/plan/plan.ts';

const scope: JsonObject = {
  environment: 'prod',
  answers: { host: 'a.example.com', replicas: 3, share: 0.5, debug: false, names: ['a', 'b'], none: null },
  images: { web: { ref: 'web:1' }, 'my-api': { ref: 'api:1' } },
};

describe('an expression', () => {
  it.each<[string, JsonValue]>([
    ['answers.host', 'a.example.com'],
    ['answers["host"]', 'a.example.com'],
    ['answers.replicas + 1', 4],
    ['answers.share * 2.0', 1],
    ['!answers.debug', true],
    ['answers.none', null],
    ['answers.names', ['a', 'b']],
    ['answers.names.map(name, name + "!")', ['a!', 'b!']],
    ['answers.names.join(",")', 'a,b'],
    ['"a,b".split(",")', ['a', 'b']],
    ['string(answers.replicas)', '3'],
    ['{"dev": 1, "prod": 2}[environment]', 2],
    ['environment == "prod" ? answers.host : answers.missing', 'a.example.com'],
    ['has(answers.missing) ? answers.missing : "none"', 'none'],
    ['environment in ["staging", "prod"]', true],
    ['{"kubernetes.io/hostname": answers.host}', { 'kubernetes.io/hostname': 'a.example.com' }],
  ])('%s', (source, value) => {
    expect(parseExpression(source).evaluate(scope)).toEqual(value);
  });

  it.each<[string, string[][]]>([
    ['images.web.ref', [['images', 'web', 'ref']]],
    ['images["my-api"].ref', [['images', 'my-api', 'ref']]],
    ['images[answers.host].ref', [['images'], ['answers', 'host']]],
    ['has(answers.x)', [['answers', 'x']]],
    ['answers.names.exists(answers, answers == environment)', [['answers', 'names'], ['environment']]],
    ['[x].all(x, x == 1)', [['x']]],
    [
      'answers.a ? images.b : secrets.c',
      [
        ['answers', 'a'],
        ['images', 'b'],
        ['secrets', 'c'],
      ],
    ],
    [
      '{answers.key: images.value}',
      [
        ['answers', 'key'],
        ['images', 'value'],
      ],
    ],
    ['answers.host.startsWith(environment)', [['answers', 'host'], ['environment']]],
    ['"text" + string(1)', []],
  ])('%s reads what it names', (source, paths) => {
    expect(parseExpression(source).paths).toEqual(paths);
  });

  it('says where it is wrong', () => {
    const error = errorOf(() => parseExpression('answers.a +'));
    expect(error.message).toBe('found + but expecting end of input');
    expect(error.offset).toBe(10);
    expect(errorOf(() => parseTemplate('a ${answers.a +}')).offset).toBe(14);
  });

  it.each([
    ['answers.missing', 'field not found: missing in ${answers.missing}'],
    ['nothing', 'unresolved attribute in ${nothing}'],
    ['"a" + 1', `found no matching overload for '_+_' applied to '(string, int)' in \${"a" + 1}`],
    ['duration("3s")', 'the value is neither text, number, boolean, list nor map'],
  ])('%s has no value', (source, message) => {
    expect(errorOf(() => parseExpression(source).evaluate(scope)).message).toBe(message);
  });
});

describe('a template', () => {
  it.each<[string, JsonValue]>([
    ['text', 'text'],
    ['', ''],
    ['${answers.replicas}', 3],
    ['${answers.names}', ['a', 'b']],
    [' ${answers.replicas}', ' 3'],
    ['${answers.host}:${answers.replicas}', 'a.example.com:3'],
    ['names: ${answers.names}', 'names: ["a","b"]'],
    ['none: ${answers.none}', 'none: '],
    ['$${answers.host}', '${answers.host}'],
    ['$$${answers.host}', '$${answers.host}'],
    ['a $ b { c } $HOME', 'a $ b { c } $HOME'],
    ['${"}"}', '}'],
    ['${"\\"}"}', '"}'],
    ['${\'}\' + "{"}', '}{'],
    ['${{"a": {"b": 1}}["a"]["b"]}', 1],
  ])('%s', (text, value) => {
    expect(evaluateTemplate(text, scope)).toEqual(value);
  });

  it('is not closed by a brace in a text', () => {
    expect(templatePaths('${answers.a + "}"} and ${images.b}')).toEqual([
      ['answers', 'a'],
      ['images', 'b'],
    ]);
  });

  it.each([
    ['${answers.a', 0, '${ without its closing }'],
    ['ab ${"}', 3, '${ without its closing }'],
  ])('%s never ends', (text, offset, message) => {
    expect(errorOf(() => parseTemplate(text))).toMatchObject({ offset, message });
  });

  it('of an empty expression is none', () => {
    expect(errorOf(() => parseTemplate('${}'))).toBeInstanceOf(ExpressionError);
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('$', '{', '}', '${', '$${', '"', "'", '\\', 'a', 'answers.host'), { maxLength: 12 })
      .map((parts) => parts.join('')),
  );

  it('keeps literal text as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeTemplate(text);
        expect(evaluateTemplate(escaped, {})).toBe(text);
        expect(templatePaths(escaped)).toEqual([]);
        expect(hasExpression(text)).toBe(text.includes('${'));
      }),
    );
  });

  it('writes any answer as it was given', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (before, answer, after) => {
        const text = `${escapeTemplate(before)}\${answers.given}${escapeTemplate(after)}`;
        // `$` before `${` would be read as the escape: whoever writes that means a literal.
        fc.pre(!before.endsWith('$'));
        expect(evaluateTemplate(text, { answers: { given: answer } })).toBe(`${before}${answer}${after}`);
      }),
    );
  });

  it('reads back any literal of an expression', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(evaluateTemplate(`\${${JSON.stringify(text)} + later.part}`, { later: { part: '!' } })).toBe(`${text}!`);
      }),
    );
  });
});

describe('a reduced expression', () => {
  const isKnown = ([root]: readonly string[]) => root !== 'releases';
  it.each([
    ['environment == "prod" ? releases.web.url : "none"', 'releases.web.url'],
    ['environment == "dev" ? releases.web.url : answers.host', '"a.example.com"'],
    ['releases.web.url + "/" + answers.host', 'releases.web.url + "/" + "a.example.com"'],
    ['[answers.replicas, releases.web.url, answers.share]', '[3, releases.web.url, 0.5]'],
    ['has(answers.missing) ? 1 : releases.web.url', 'releases.web.url'],
    ['releases.web.url.startsWith(answers.host)', 'releases.web.url.startsWith("a.example.com")'],
    ['answers.missing == releases.web.url', 'answers.missing == releases.web.url'],
  ])('%s leaves %s', (source, left) => {
    expect(reduceExpression(source, scope, isKnown)).toBe(left);
  });

  it('has the same value as the whole', () => {
    const url = { releases: { web: { url: 'http://localhost' } } };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), (text, count, flag) => {
        const answers = { text, count, flag };
        const source = 'answers.flag ? releases.web.url + answers.text : string(answers.count) + releases.web.url';
        const left = reduceExpression(source, { answers }, isKnown);
        expect(left).not.toContain('answers.');
        expect(evaluateTemplate(`\${${left}}`, url)).toBe(
          flag ? `http://localhost${text}` : `${count}http://localhost`,
        );
      }),
    );
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
