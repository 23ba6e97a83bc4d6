import { describe, expect, it } from 'vitest';
import { Bug, formatPlace, messageOf, ToolError, UserError, UserErrors } from '../../src/errors/errors.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';

describe('the three kinds of errors', () => {
  it('are told apart, each an Error', () => {
    const tool = new ToolError('t', { argv: ['kubectl'], status: 1, lastLines: [] });
    expect([new UserError('u').kind, tool.kind, new Bug('b').kind]).toEqual(['user', 'tool', 'bug']);
    for (const error of [new UserError('u'), tool, new Bug('b')]) expect(error).toBeInstanceOf(Error);
    expect([new UserError('u').name, new UserErrors('u', []).name, tool.name, new Bug('b').name]).toEqual([
      'UserError',
      'UserErrors',
      'ToolError',
      'Bug',
    ]);
  });

  it('have what was said of them, and defaults for the rest', () => {
    expect(new UserError('u')).toMatchObject({
      message: 'u',
      why: undefined,
      next: [],
      place: undefined,
      exitCode: exitCodes.usage,
    });
    expect(new UserErrors('u', [new UserError('a')], exitCodes.answerMissing)).toMatchObject({
      exitCode: 3,
      errors: [{ message: 'a' }],
    });
    expect(new ToolError('t', { argv: ['a', 'b'], status: null, lastLines: ['x'] })).toMatchObject({
      argv: ['a', 'b'],
      status: null,
      lastLines: ['x'],
      isTransient: false,
      code: 'tool-failed',
      next: [],
    });
    const cause = new Error('c');
    expect(new Bug('b', { cause }).cause).toBe(cause);
  });

  it('name a place as editors open it', () =>
    expect(formatPlace({ file: '/a.yaml', line: 3, column: 7 })).toBe('/a.yaml:3:7'));

  it('give the text of anything that was thrown', () => {
    expect([new Error('e'), 'text', 5, undefined, null].map(messageOf)).toEqual([
      'e',
      'text',
      '5',
      'undefined',
      'null',
    ]);
  });
});

it('exit codes are those that are published', () => {
  expect(exitCodes).toEqual({
    ok: 0,
    stepFailed: 1,
    usage: 2,
    answerMissing: 3,
    preflight: 4,
    targetChanged: 5,
    locked: 6,
    bug: 70,
    interrupted: 130,
    terminated: 143,
  });
});
