import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendLines, emptyRing } from '../../../src/ui/session/log-ring.ts';

test('a ring holds the last lines and knows how many went before, however they came in', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string(), { maxLength: 12 })), fc.integer({ min: 1, max: 9 }), (batches, size) => {
      const ring = batches.reduce((ring, lines) => appendLines(ring, lines, size), emptyRing);
      const all = batches.flat();
      expect(ring.lines).toEqual(all.slice(-size));
      expect(ring.dropped).toBe(Math.max(0, all.length - size));
    }),
  );
});
