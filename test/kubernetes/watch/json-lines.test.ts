import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLines } from '../../../src/kubernetes/watch/json-lines.ts';

const values = fc.array(fc.record({ name: fc.string({ unit: 'binary' }), text: fc.constantFrom('grüße', '🚀\n', '') }));
const cuts = fc.array(fc.nat({ max: 10_000 }));

function chunks(bytes: Buffer, at: number[]): Buffer[] {
  const ends = [...new Set(at.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('the same values come out however the bytes are cut', () => {
  fc.assert(
    fc.property(values, cuts, (wanted, at) => {
      const seen: unknown[] = [];
      const lines = jsonLines((value) => seen.push(value));
      const bytes = Buffer.from(wanted.map((value) => `${JSON.stringify(value)}\n`).join(''));
      for (const chunk of chunks(bytes, at)) lines.push(chunk);
      expect(seen).toEqual(wanted);
    }),
  );
});

test('a stream that ends anywhere yields only whole values, in order', () => {
  fc.assert(
    fc.property(values, cuts, fc.nat({ max: 10_000 }), (wanted, at, end) => {
      const seen: unknown[] = [];
      const lines = jsonLines((value) => seen.push(value));
      const bytes = Buffer.from(wanted.map((value) => `${JSON.stringify(value)}\n`).join(''));
      for (const chunk of chunks(bytes.subarray(0, end % (bytes.length + 1)), at)) lines.push(chunk);
      expect(seen).toEqual(wanted.slice(0, seen.length));
    }),
  );
});

test('a line without an end is refused before it fills the memory', () => {
  const lines = jsonLines(() => undefined);
  const part = Buffer.alloc(1024 * 1024, 'x');
  expect(() => {
    for (let count = 0; count < 40; count += 1) lines.push(part);
  }).toThrow(/more than/);
});
