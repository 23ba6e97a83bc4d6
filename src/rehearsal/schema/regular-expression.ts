const compiled = new Map<string, RegExp | undefined>();

/**
 * A pattern in the syntax of Go's regexp (RE2) as one of JavaScript; undefined when it is none. Look-around and
 * back-references, which RE2 does not have, are refused.
 */
export function regularExpression(pattern: string): RegExp | undefined {
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
  return compiled.get(pattern);
}

const posix: Record<string, string> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

function compile(pattern: string): RegExp | undefined {
  if (/\(\?(=|!|<=|<!)|(?:^|[^\\])(?:\\\\)*\\[1-9]/.test(pattern)) return undefined;
  const [, flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  const source = pattern
    .slice(flags === '' ? 0 : flags.length + 3)
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posix[name] ?? whole)
    .replace(/\(\?P</g, '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}');
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(source, flags + unicode);
    } catch (error) {
      // Escapes that Go allows before any punctuation are errors under `u` alone.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}
