import { expect, test } from 'vitest';
import type { Shape } from '../../../src/rehearsal/api/shape.ts';
import type { Json } from '../../../src/rehearsal/objects.ts';
import { conversionError } from '../../../src/rehearsal/patch/conversion-error.ts';

const text: Shape = { type: 'string' };

test.each<[string, Json, Shape, string | undefined]>([
  ['a number as text', 7, text, 'cannot convert int64 to string'],
  ['a truth as text', true, text, 'unrecognized type: string'],
  ['text as a number', 'x', { type: 'integer' }, 'unrecognized type: int64'],
  ['text as a list', 'x', { type: 'list', items: text }, 'cannot restore slice from string'],
  ['a number as a map', 7, { type: 'map', values: text }, 'cannot restore map from int64'],
  ['text as an object', 'x', { type: 'object', fields: {} }, 'cannot restore struct from: string'],
  ['a number in a map', { a: 7 }, { type: 'map', values: text }, 'cannot convert int64 to string'],
  ['what fits', { a: 'b' }, { type: 'map', values: text }, undefined],
  ['nothing', null, text, undefined],
])('%s', (_, value, shape, wanted) => {
  expect(conversionError(value, shape, () => undefined)).toBe(wanted);
});
