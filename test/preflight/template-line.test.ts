import { describe, expect, it } from 'vitest';
import { templateLine } from '../../src/plan/preflight/template-line.ts';
import { unsupported } from '../../src/plan/preflight/unsupported.ts';
import { steps } from '../../src/steps/steps.ts';
import { planOf } from '../support/small-plan.ts';

describe('the line of a template', () => {
  const template = `{{- /* key: url */ -}}
# key: url
env:
  - name: URL
    valueFrom: { secretKeyRef: { key: url } }
`;

  it('is that of the most telling text that it holds, comments aside', () => {
    expect(templateLine(template, ['key: url', 'name: URL'])).toBe(5);
    expect(templateLine(template, ['key: other', 'name: URL'])).toBe(4);
    expect(templateLine(template, ['env:'])).toBe(3);
  });

  it('is not guessed', () => {
    expect(templateLine(template, ['nothing of it'])).toBeUndefined();
    expect(templateLine(template, [])).toBeUndefined();
  });
});

describe('steps of a kind that cannot be run yet', () => {
  it('are refused, with the answers that brought them in', () => {
    const plan = planOf({ 'addon.kagent': { kind: 'addon' }, 'secret.a': { kind: 'secret' } });
    Object.assign(plan.steps[0] ?? {}, {
      title: 'kagent',
      origins: { when: ['assistant'], 'values.x': ['assistant', 'size'] },
    });
    expect(unsupported(plan, steps)).toEqual([
      {
        code: 'not-supported-yet',
        message: 'addon.kagent (kagent): steps of the kind addon are not supported yet',
        remedy: ['Answer so that it is left out, or wait for a version that has it.'],
        answers: ['assistant', 'size'],
        isFatal: true,
      },
    ]);
  });
});
