import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBase64 } from '../../../src/rehearsal/schema/base64.ts';
import { canonicalTime, TimeError } from '../../../src/rehearsal/schema/go-time.ts';
import { parseJson, visitFields } from '../../../src/rehearsal/schema/json-text.ts';
import { canonicalQuantity, QuantityError } from '../../../src/rehearsal/schema/quantity.ts';
import { DecodeError } from '../../../src/rehearsal/schema/refusals.ts';

const suffixes = [
  '',
  'n',
  'u',
  'm',
  'k',
  'M',
  'G',
  'T',
  'P',
  'E',
  'Ki',
  'Mi',
  'Gi',
  'Ti',
  'Pi',
  'Ei',
  'e3',
  'E-2',
  'e6',
];
const quantity = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.nat(999_999),
    fc.option(fc.nat(9999), { nil: undefined }),
    fc.constantFrom(...suffixes),
  )
  .map(([sign, whole, fraction, suffix]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`);

describe('a quantity', () => {
  it('has a canonical form that is its own', () => {
    fc.assert(
      fc.property(quantity, (text) => {
        const once = canonicalQuantity(text);
        expect(canonicalQuantity(once)).toBe(once);
      }),
    );
  });

  // From 40,000 texts that were compared with resource.ParseQuantity of apimachinery v0.34.10.
  it.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['100000', '100k'],
    ['1.234', '1.234'],
    ['007', '007'],
    ['1.5Gi', '1536Mi'],
    ['0.1n', '1n'],
    ['16Ei', '9223372036854775807'],
    ['-.5', '-500m'],
  ])('%s is written %s', (text, form) => {
    expect(canonicalQuantity(text)).toBe(form);
  });

  it('is refused or read, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        try {
          canonicalQuantity(text);
        } catch (error) {
          expect(error).toBeInstanceOf(QuantityError);
        }
      }),
    );
  });
});

describe('bytes', () => {
  it('are read back from their own base64', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(canonicalBase64(text)).toBe(text);
      }),
    );
  });

  it('are refused or read, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(canonicalBase64(text)).toMatch(/^[A-Za-z0-9+/]*=*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});

describe('a time', () => {
  it('has a canonical form that is its own', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, fc.constantFrom('time' as const, 'micro-time' as const), (at, type) => {
        const text = type === 'time' ? at.toISOString() : at.toISOString().replace('Z', '000Z');
        const once = canonicalTime(text, type);
        expect(canonicalTime(once, type)).toBe(once);
      }),
    );
  });

  it('is refused or read, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          canonicalTime(text, 'time');
        } catch (error) {
          expect(error).toBeInstanceOf(TimeError);
        }
      }),
    );
  });
});

describe('a JSON text', () => {
  it('has no field twice when it was written from a value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
        visitFields(text, (_path, isDuplicate) => expect(isDuplicate).toBe(false));
      }),
    );
  });

  it('is refused in the words of Go exactly when it is none', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (text, at, letter) => {
        const broken = text.slice(0, at % (text.length + 1)) + letter + text.slice(at % (text.length + 1));
        let isJson = true;
        try {
          JSON.parse(broken);
        } catch {
          isJson = false;
        }
        if (isJson) expect(() => visitFields(broken, () => undefined)).not.toThrow();
        else expect(() => parseJson(broken)).toThrow(/^(invalid character '.*' |unexpected end of JSON input$)/su);
      }),
    );
  });
});
