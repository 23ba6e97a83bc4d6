import { graphemes, widthOf } from '../text/width.ts';

/** Twins of one column for terminals that cannot show more than ASCII; put in as the last thing before the terminal. */
const twins: Record<string, string> = {
  '✓': '+',
  '✗': 'x',
  '●': '*',
  '○': 'o',
  '▲': '!',
  '■': '#',
  '–': '-',
  '›': '>',
  '·': '-',
  '…': '.',
  '↑': '^',
  '↓': 'v',
  '←': '<',
  '→': '>',
  '─': '-',
  '│': '|',
  '┐': '+',
  '┘': '+',
  '•': '*',
  '▏': '|',
  '⠋': '|',
  '⠙': '|',
  '⠹': '/',
  '⠸': '/',
  '⠼': '-',
  '⠴': '-',
  '⠦': '\\',
  '⠧': '\\',
  '⠇': '|',
  '⠏': '|',
  '‹': '<',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '—': '-',
  '×': 'x',
};

/** Only ASCII, in as many columns as before. Escape sequences are ASCII and pass. */
export function asciiText(text: string): string {
  // eslint-disable-next-line no-control-regex -- the whole of ASCII is meant
  return text.replace(/[^\u0000-\u007f]+/g, (rest) =>
    graphemes(rest)
      .map((grapheme) => twins[grapheme] ?? '?'.repeat(widthOf(grapheme)))
      .join(''),
  );
}

/** Whether the terminal shows Unicode: by its locale, as POSIX orders the variables; none set says nothing against it. */
export function showsUnicode(environment: NodeJS.ProcessEnv): boolean {
  if (environment['TERM'] === 'linux' || environment['TERM'] === 'dumb') return false;
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale === undefined || /utf-?8/i.test(locale);
}
