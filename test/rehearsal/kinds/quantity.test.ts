import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  milliValue,
  parseQuantity,
  subtractQuantities,
  wholeValue,
} from '../../../src/rehearsal/kinds/quantity.ts';

const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E-3');
const quantityText = fc
  .tuple(fc.constantFrom('', '-'), fc.nat({ max: 1_000_000 }), suffix)
  .map(([sign, digits, unit]) => `${sign}${digits}${unit}`);

describe('quantities', () => {
  // Observed: `kubectl create --dry-run=server` of a ResourceQuota of these, kubectl and server 1.34.10.
  test.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['1500Mi', '1500Mi'],
    ['0.1Gi', '107374182400m'],
    ['2000k', '2M'],
    ['1e3', '1e3'],
    ['1000Ki', '1000Ki'],
    ['0Gi', '0'],
    ['-1.5', '-1500m'],
  ])('%s is written as %s', (given, written) => {
    expect(formatQuantity(parseQuantity(given))).toBe(written);
  });

  test('the written form means the same and is written alike', () => {
    fc.assert(
      fc.property(quantityText, (text) => {
        const quantity = parseQuantity(text);
        const written = formatQuantity(quantity);
        expect(compareQuantities(parseQuantity(written), quantity)).toBe(0);
        expect(formatQuantity(parseQuantity(written))).toBe(written);
      }),
    );
  });

  test('taking away what was added leaves what was there', () => {
    fc.assert(
      fc.property(quantityText, quantityText, (one, other) => {
        const [first, second] = [parseQuantity(one), parseQuantity(other)];
        expect(compareQuantities(subtractQuantities(addQuantities(first, second), second), first)).toBe(0);
      }),
    );
  });

  test('whole units and thousandths are never less than the quantity', () => {
    fc.assert(
      fc.property(quantityText, (text) => {
        const { nano } = parseQuantity(text);
        expect(wholeValue(parseQuantity(text)) * 1_000_000_000n >= nano).toBe(true);
        expect(milliValue(parseQuantity(text)) * 1_000_000n >= nano).toBe(true);
      }),
    );
  });

  test.each(['', 'x', '1x', '1 Gi', '--1', '.'])('%j is none', (text) => {
    expect(() => parseQuantity(text)).toThrow('not a quantity');
  });
});
