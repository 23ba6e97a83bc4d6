import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand } from '../../../src/rehearsal/images/variables.ts';

const values = new Map([
  ['A', 'one'],
  ['EMPTY', ''],
  ['PATH_', '/usr/local/bin'],
]);
const rules = { escape: '\\' } as const;
const text = (word: string) => expand(word, (name) => values.get(name), rules).text;

describe('a word of a Dockerfile', () => {
  it.each([
    ['$A', 'one'],
    ['${A}x', 'onex'],
    ['$Ax', ''],
    ['$', '$'],
    ['a$ b', 'a$ b'],
    ['"$A"', 'one'],
    ["'$A'", '$A'],
    [String.raw`\$A`, '$A'],
    [String.raw`"\$A"`, '$A'],
    [String.raw`"\n"`, String.raw`\n`],
    [String.raw`\n`, 'n'],
    ['${A:-x}', 'one'],
    ['${B:-x}', 'x'],
    ['${B:-${A}}', 'one'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${A:+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${A:?is needed}', 'one'],
    ['${PATH_#*/}', 'usr/local/bin'],
    ['${PATH_##*/}', 'bin'],
    ['${PATH_%/*}', '/usr/local'],
    ['${PATH_%%/*}', ''],
    ['${PATH_/local/share}', '/usr/share/bin'],
    ['${PATH_//\\//-}', '-usr-local-bin'],
    ['${A?}', 'one'],
  ])('%s is %s', (word, expanded) => expect(text(word)).toBe(expanded));

  it.each([
    ['${B:?is needed}', 'B: is needed'],
    ['${B?}', 'B: is not allowed to be unset'],
    ['${EMPTY:?}', 'EMPTY: is not allowed to be empty'],
    ['${A', 'unsupported modifier (\uFFFD) in substitution'],
    ['${A:-x', "syntax error: missing '}'"],
    ['${', "syntax error: missing '}'"],
    ['${}', 'syntax error: bad substitution'],
    ['${A^}', 'unsupported modifier (^) in substitution'],
    ['"$A', 'unexpected end of statement while looking for matching double-quote'],
    ["'$A", 'unexpected end of statement while looking for matching single-quote'],
  ])('%s is refused', (word, message) =>
    expect(() => text(word)).toThrow(`failed to process ${JSON.stringify(word)}: ${message}`),
  );

  it('names the variables that are not known', () => {
    expect([...expand('$A $B ${C:-d}', (name) => values.get(name), rules).unknown]).toEqual(['B', 'C']);
  });

  it('keeps quotes and unset variables for a shell', () => {
    const forShell = { escape: '\\', forShell: true } as const;
    const shown = expand(`echo "$A" '$A' $B \${B} \${B:-x}`, (name) => values.get(name), forShell).text;
    expect(shown).toBe(`echo "one" '$A' $B \${B} \${B:-x}`);
  });

  it('without any of the special characters stays what it is, and with them never loops', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (word) => {
        if (!/[$'"\\]/.test(word)) expect(text(word)).toBe(word);
        else {
          try {
            text(word);
          } catch (error) {
            expect(String(error)).toContain('failed to process');
          }
        }
      }),
    );
    const pieces = fc.array(
      fc.constantFrom('$', '{', '}', ':', '-', '#', '%', '/', '*', '?', '\\', '"', "'", 'A', 'x', '['),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        try {
          text(parts.join(''));
        } catch (error) {
          expect(String(error)).toContain('failed to process');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
