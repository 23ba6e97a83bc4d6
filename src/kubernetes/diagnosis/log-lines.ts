import { sanitiseLine } from '../../secrets/sanitise.ts';

/** Longer text says nothing more to a person; it is one key away in full. */
const longest = 400;

/** What must not be shown of text that an application or a cluster wrote: passwords in URLs and settings, tokens, keys. */
const hidden: [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+(@)/gi, '$1‹hidden›$2'],
  [
    /(?<![\w/.-])((?:pass(?:word|wd)?|pwd|secret|token|api[_-]?key)\s*[=:]\s*)(?!‹)("[^"]*"|'[^']*'|[^\s,;]+)/gi,
    '$1‹hidden›',
  ],
  [/\b(authorization:\s*\w+\s+)\S+/gi, '$1‹hidden›'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '‹hidden›'],
  [/-----BEGIN [A-Z ]+-----.*/g, '‹hidden›'],
];

/** One line that may be shown. */
export function clean(text: string): string {
  const line = hidden.reduce((shown, [pattern, mask]) => shown.replace(pattern, mask), sanitiseLine(text));
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

export const logText = (line: string): string => `log: ${clean(line.trim())}`;

/** The last line that matches; what a program said last is nearest to why it ended. */
export function lastMatch(lines: string[], pattern: RegExp): RegExpExecArray | undefined {
  for (const line of lines.toReversed()) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return undefined;
}

const telling =
  /\b(error|exception|fatal|panic|failed|cannot|can't|unable|traceback|denied|not found|invalid|missing)\b/i;

/** At most three lines that say why: those that sound like it, from the end, or else the last ones. In their order. */
export function excerpt(lines: string[]): string[] {
  const candidates = lines.map((line, index) => ({ line, index })).filter(({ line }) => line.trim() !== '');
  const loud = candidates.filter(({ line }) => telling.test(line)).slice(-3);
  return (loud.length > 0 ? loud : candidates.slice(-3)).map(({ line }) => logText(line));
}
