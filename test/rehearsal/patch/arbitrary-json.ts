import fc from 'fast-check';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';

/** Objects with few names, so that two of them meet. */
export const jsonObject: fc.Arbitrary<JsonObject> = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>('x', 'y', 1, true, null),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 4 }) as fc.Arbitrary<JsonObject>,
})).object;
