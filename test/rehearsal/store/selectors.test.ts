import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import { matchesSelector, parseFieldSelector, parseLabelSelector } from '../../../src/rehearsal/store/selectors.ts';

const labels = { app: 'web', tier: 'front', 'example.com/size': '10' };

describe('a label selector', () => {
  it.each([
    ['app=web', true],
    ['app==web', true],
    ['app=api', false],
    ['app!=api', true],
    ['gone!=api', true],
    ['app', true],
    ['gone', false],
    ['!gone', true],
    ['!app', false],
    ['app in (api,web)', true],
    ['app in (api, web),tier=front', true],
    ['app notin (web)', false],
    ['gone notin (web)', true],
    ['example.com/size>9', true],
    ['example.com/size<9', false],
    ['app=web,tier=back', false],
    ['', true],
  ])('%s: %s', (text, matches) => {
    expect(parseLabelSelector(text)(labels)).toBe(matches);
  });

  it.each(['=web', 'app in', 'app in web', 'a b', 'app=(x)', '-a=b'])('%s is refused with 400', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(StatusError);
  });

  it('never fails in another way', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseLabelSelector(text)(labels);
        } catch (error) {
          expect(error).toBeInstanceOf(StatusError);
        }
      }),
    );
  });

  it('as an object says the same', () => {
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In' as const, values: ['front', 'back'] },
        { key: 'gone', operator: 'DoesNotExist' as const },
      ],
    };
    expect([
      matchesSelector(selector, labels),
      matchesSelector(selector, { app: 'web' }),
      matchesSelector({}, {}),
    ]).toEqual([true, false, true]);
  });
});

describe('a field selector', () => {
  it('is terms, with their escapes taken out', () => {
    expect(parseFieldSelector('status.phase!=Running,spec.nodeName==a\\,b,metadata.name=x')).toEqual([
      { field: 'status.phase', isEqual: false, value: 'Running' },
      { field: 'spec.nodeName', isEqual: true, value: 'a,b' },
      { field: 'metadata.name', isEqual: true, value: 'x' },
    ]);
  });

  it('without an operator is refused', () => {
    expect(() => parseFieldSelector('status.phase')).toThrow(/can't understand 'status.phase'/);
  });
});
