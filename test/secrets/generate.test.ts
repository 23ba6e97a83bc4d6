import { describe, expect, it } from 'vitest';
import { generateSecret, type SecretEncoding } from '../../src/secrets/generate.ts';

describe('a generated secret', () => {
  it.each<[SecretEncoding, number, RegExp]>([
    ['hex', 32, /^[0-9a-f]{64}$/],
    ['base64', 32, /^[A-Za-z0-9+/]{43}=$/],
    ['base64url', 48, /^[A-Za-z0-9_-]{64}$/],
    ['alphanumeric', 24, /^[A-Za-z0-9]{33}$/],
    ['alphanumeric', 16, /^[A-Za-z0-9]{22}$/],
    ['alphanumeric', 256, /^[A-Za-z0-9]{344}$/],
  ])('in %s of %d bytes has its length and its letters', (encoding, bytes, form) => {
    expect(generateSecret({ bytes, encoding })).toMatch(form);
  });

  it('holds as much chance as its bytes, whatever its letters', () => {
    for (const bytes of [16, 24, 33, 100]) {
      const { length } = generateSecret({ bytes, encoding: 'alphanumeric' });
      expect(length * Math.log2(62)).toBeGreaterThanOrEqual(bytes * 8);
    }
  });

  it('is another each time', () => {
    const all = Array.from({ length: 1000 }, () => generateSecret({ bytes: 16, encoding: 'alphanumeric' }));
    expect(new Set(all).size).toBe(1000);
  });

  it('has each letter about as often as any other', () => {
    const counts = new Map<string, number>();
    const text = Array.from({ length: 400 }, () => generateSecret({ bytes: 256, encoding: 'alphanumeric' })).join('');
    for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    const expected = text.length / 62;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(62);
    // 61 degrees of freedom: beyond 140 once in ten million runs; letters drawn modulo 62 from a byte reach thousands.
    expect(chiSquare).toBeLessThan(140);
  });
});
