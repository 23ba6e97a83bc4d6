import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitise, sanitiseLine } from '../../src/secrets/sanitise.ts';

const esc = '\u001b';

describe('text from outside', () => {
  it.each<[string, string, string]>([
    ['colours', `${esc}[31mred${esc}[0m plain`, 'red plain'],
    ['a cursor that moves', `a${esc}[2J${esc}[1;1H${esc}[?25lb`, 'ab'],
    ['a colour with colons', `${esc}[38:2::255:0:0mx`, 'x'],
    ['hidden text (SGR 8)', `${esc}[8mhidden${esc}[28m`, 'hidden'],
    ['the title of the window', `a${esc}]0;owned\u0007b`, 'ab'],
    ['the clipboard (OSC 52)', `a${esc}]52;c;ZXZpbA==${esc}\\b`, 'ab'],
    ['a link (OSC 8)', `${esc}]8;;http://evil${esc}\\text${esc}]8;;${esc}\\`, 'text'],
    ['device control (DCS)', `a${esc}P1$q"p${esc}\\b`, 'ab'],
    ['application, privacy and other strings', `a${esc}_x${esc}\\b${esc}^y${esc}\\c${esc}Xz${esc}\\d`, 'abcd'],
    ['sequences of one byte (C1)', 'a\u009b31mb\u009d0;t\u009cc\u0090x\u009cd\u0085e', 'abcde'],
    ['escapes of two bytes', `a${esc}cb${esc}(Bc${esc}7d${esc}=e`, 'abcde'],
    ['a lone escape at the end', `a${esc}`, 'a'],
    ['bells, backspaces and NUL', 'a\u0007b\u0008c\0d\u007fe', 'abcde'],
    ['direction overrides (CVE-2021-42574)', 'a\u202eb\u2066c\u2069d\u200fe\u061cf', 'abcdef'],
    ['what cannot be seen', 'a\u200bb\ufeffc\u00add\u2060e', 'abcde'],
    ['tags that cannot be seen', 'a\u{e0041}\u{e007f}b', 'ab'],
  ])('loses %s', (_what, text, clean) => expect(sanitise(text)).toBe(clean));

  it('cannot hide the lines after a sequence that has no end', () => {
    expect(sanitise(`pod ${esc}]0;never ends\nnext line`)).toBe('pod \nnext line');
    expect(sanitise(`a ${esc}P never\nb ${esc}_ never\nc \u009d never\nd`)).toBe('a \nb \nc \nd');
    expect(sanitise(`a${esc}[31`)).toBe('a');
    expect(sanitise(`a${esc}[31\nb`)).toBe('a\nb');
  });

  it('cannot put a sequence together from pieces', () => {
    expect(sanitise(`${esc}${esc}[31m[31mx`)).not.toContain(esc);
    expect(sanitise(`${esc}${esc}]0;a\u0007[31mx`)).not.toContain(esc);
    expect(sanitise(`\u0007${esc}\u0007[31mx`)).not.toContain(esc);
  });

  it('keeps letters of all languages, marks, emoji, tabs and lines', () => {
    const text = 'Ünïcödé 日本語 עברית हिन्दी 👩‍👩‍👧\ttab\nline';
    expect(sanitise(text)).toBe(text);
  });

  it('has line breaks of one kind', () => {
    expect(sanitise('a\r\nb\rc\u2028d\u2029e')).toBe('a\nb\nc\nd\ne');
    expect(sanitiseLine('a\r\nb\tc\n\n d \n')).toBe('a b c  d');
  });

  it('never holds a control character but line break and tab, whatever comes', () => {
    const nasty = fc.stringMatching(
      /^[\u0000-\u001f\u007f-\u009f[\]PX^_;0-9mA\\\u0007\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\n\t\r ]{0,60}$/,
    );
    const allowed =
      /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*$/;
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nasty), (text) => {
        expect(sanitise(text)).toMatch(allowed);
        expect(sanitise(sanitise(text))).toBe(sanitise(text));
        expect(sanitiseLine(text)).not.toMatch(/[\n\t]/);
      }),
      { numRuns: 2000 },
    );
  });
});
