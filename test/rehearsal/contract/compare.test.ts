import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, Plain } from './answer.ts';
import { Allowance, compareAnswers } from './compare.ts';

const answer = (stdout: Plain): Answer => ({ step: 'kubectl get pods', exit: 0, stdout, stderr: [] });
const differences = (expected: Plain, actual: Plain) =>
  compareAnswers('web / kubectl 1.35', [answer(expected)], [answer(actual)]);
const plain = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Plain>;

describe('a comparison', () => {
  test('finds nothing between equal answers', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(differences(value, structuredClone(value))).toEqual([]);
      }),
    );
  });

  test('finds something between answers that are not equal', () => {
    fc.assert(
      fc.property(plain, plain, (one, other) => {
        fc.pre(!isEqual(one, other));
        expect(differences(one, other).length).toBeGreaterThan(0);
      }),
    );
  });

  test('says which field of which step it is', () => {
    expect(differences({ status: { phase: 'Running', ip: 'x' } }, { status: { phase: 'Pending', ip: 'x' } })).toEqual([
      {
        where: 'web / kubectl 1.35 / kubectl get pods: stdout.status.phase',
        expected: 'Running',
        actual: 'Pending',
      },
    ]);
  });

  test('one line more makes one difference', () => {
    expect(differences(['a', 'b', 'c'], ['a', 'x', 'b', 'c'])).toEqual([
      { where: 'web / kubectl 1.35 / kubectl get pods: stdout[1]', expected: undefined, actual: 'x' },
    ]);
  });

  test('a field that is missing is a difference', () => {
    expect(differences({ a: null }, {})).toMatchObject([{ expected: null, actual: undefined }]);
  });

  test('ends at the first step that is another one', () => {
    const other = { ...answer([]), step: 'kubectl get services' };
    expect(compareAnswers('web', [answer(['a']), answer([])], [other, answer([])])).toEqual([
      { where: 'web / kubectl get pods: step', expected: 'kubectl get pods', actual: 'kubectl get services' },
    ]);
  });

  test('answers that are missing are a difference', () => {
    expect(compareAnswers('web', [answer([])], [])).toHaveLength(1);
  });
});

describe('an allowance', () => {
  const [difference] = differences({ image: 'a' }, { image: 'b' });

  test('matches by place, and by what stands there', () => {
    const allows = (entry: object) =>
      difference !== undefined && new Allowance([{ where: '*', why: 'for a test', ...entry }]).allows(difference);
    expect(allows({ where: 'web / * / kubectl get pods: stdout.image' })).toBe(true);
    expect(allows({ where: 'web / * / kubectl get pods: stdout.imag' })).toBe(false);
    expect(allows({ where: '* stdout.*', actual: /^"b"$/ })).toBe(true);
    expect(allows({ where: '* stdout.*', expected: /^"b"$/ })).toBe(false);
  });

  test('that matched nothing is told', () => {
    const entries = [
      { where: '*image', why: 'used' },
      { where: '*phase', why: 'not used' },
    ];
    const allowance = new Allowance(entries);
    if (difference !== undefined) allowance.allows(difference);
    expect(allowance.unneeded()).toMatchObject([{ where: '*phase' }]);
  });
});

/** JSON knows one zero, and no order of fields. */
function isEqual(one: Plain, other: Plain): boolean {
  try {
    expect(JSON.parse(JSON.stringify(one))).toStrictEqual(JSON.parse(JSON.stringify(other)));
    return true;
  } catch {
    return false;
  }
}
