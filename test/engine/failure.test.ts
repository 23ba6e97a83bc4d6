import { describe, expect, it } from 'vitest';
import { Bug, ToolError, UserError } from '../../src/errors/errors.ts';
import { failureOf, isTransient } from '../../src/engine/failure.ts';
import { StepFailure } from '../../src/engine/step.ts';

describe('what a step threw, in words', () => {
  it('is a failure that the step knows, as it is', () => {
    const failure = {
      code: 'quota',
      cause: 'quota exceeded',
      evidence: ['3 of 3 pods'],
      remedy: ['ask'],
      answers: ['replicas'],
    };
    expect(failureOf(new StepFailure(failure))).toEqual(failure);
  });

  it('is what the person can mend, with what now', () => {
    expect(
      failureOf(new UserError('no such context', { why: 'it was removed', next: ['kubectl config get-contexts'] })),
    ).toEqual({
      code: 'user',
      cause: 'no such context',
      evidence: ['it was removed'],
      remedy: ['kubectl config get-contexts'],
    });
  });

  it('is what a program said last, and how to run it by hand where nothing better is known', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    const details = { argv: ['helm', 'upgrade'], status: 1, lastLines: lines, code: 'helm-failed' };
    expect(failureOf(new ToolError('helm failed', details))).toEqual({
      code: 'helm-failed',
      cause: 'helm failed',
      evidence: lines.slice(-8),
      remedy: ['Run it by hand: helm upgrade'],
    });
    expect(
      failureOf(new ToolError('helm failed', { ...details, why: 'no route', next: ['check the network'] })),
    ).toMatchObject({
      cause: 'helm failed: no route',
      remedy: ['check the network'],
    });
  });

  it('is a mistake of ours with its place, whatever was thrown', () => {
    const bug = failureOf(new TypeError('x is undefined'));
    expect(bug).toMatchObject({ code: 'bug', cause: 'A mistake in deploy-wizard: x is undefined' });
    expect(bug.evidence[0]).toMatch(/^at .*failure\.test\.ts/);
    expect(failureOf('a text')).toMatchObject({ code: 'bug', cause: 'A mistake in deploy-wizard: a text' });
    expect(failureOf(undefined)).toMatchObject({ code: 'bug' });
    expect(failureOf(new Bug('never'))).toMatchObject({ code: 'bug', cause: 'A mistake in deploy-wizard: never' });
  });

  it('heals by waiting only where the program knows it', () => {
    const details = { argv: ['docker'], status: 1, lastLines: [] };
    expect(isTransient(new ToolError('busy', { ...details, isTransient: true }))).toBe(true);
    expect(isTransient(new ToolError('busy', details))).toBe(false);
    expect(isTransient(new Error('busy'))).toBe(false);
  });
});
