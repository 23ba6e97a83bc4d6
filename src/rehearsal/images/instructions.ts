import { DockerfileError } from './dockerfile-error.ts';

export type Escape = '\\' | '`';

export interface Heredoc {
  name: string;
  content: string;
}

/** One instruction, its continued lines joined. */
export interface Instruction {
  /** Counted from 1. */
  line: number;
  endLine: number;
  /** As it is written: `From`. */
  keyword: string;
  /** Words that begin with `--` right after the keyword, their quotes removed. */
  flags: readonly string[];
  /** What follows keyword and flags. */
  rest: string;
  /** The whole joined line. */
  text: string;
  heredocs: readonly Heredoc[];
}

export interface ParsedDockerfile {
  escape: Escape;
  instructions: readonly Instruction[];
}

const directives = ['syntax', 'escape', 'check'];

/**
 * Cuts a Dockerfile into its instructions (docs.docker.com/reference/dockerfile, "Format"; BuildKit
 * frontend/dockerfile/parser): directives, comments, continued lines, here-documents. `DockerfileError` where BuildKit stops.
 */
export function parseInstructions(dockerfile: string): ParsedDockerfile {
  const lines = dockerfile.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const escape = escapeOf(lines);
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length;) {
    const joined = joinedLine(lines, at, escape);
    if (joined.text.trim() === '') {
      at = joined.next;
      continue;
    }
    const instruction = { line: at + 1, ...splitLine(joined.text, escape) };
    const { heredocs, next } = heredocsOf(instruction, lines, joined.next);
    found.push({ ...instruction, heredocs, endLine: next });
    at = next;
  }
  if (found.length === 0) throw new DockerfileError('file with no instructions', { line: Math.max(1, lines.length) });
  return { escape, instructions: found };
}

/** Directives stand before everything else, each once; the first line that is none ends them. */
function escapeOf(lines: readonly string[]): Escape {
  let escape: Escape = '\\';
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const [, key = '', value = ''] = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    const name = key.toLowerCase();
    if (!directives.includes(name)) break;
    if (seen.has(name)) throw new DockerfileError(`only one ${name} parser directive can be used`, { line: index + 1 });
    seen.add(name);
    if (name !== 'escape') continue;
    if (value !== '\\' && value !== '`') {
      throw new DockerfileError(`invalid escape token '${value}' does not match \` or \\`, { line: index + 1 });
    }
    escape = value;
  }
  return escape;
}

const isComment = (line: string): boolean => /^\s*#/.test(line);

/** The line at `from` with those that continue it; comments and empty lines between them do not count. */
function joinedLine(lines: readonly string[], from: number, escape: Escape): { text: string; next: number } {
  const continued = escape === '\\' ? /(^|[^\\])\\[ \t]*$/ : /(^|[^`])`[ \t]*$/;
  const first = (lines[from] ?? '').trimEnd() === '' || isComment(lines[from] ?? '') ? '' : (lines[from] ?? '');
  let text = '';
  let part = first.replace(/\r$/, '').trimStart();
  let at = from + 1;
  for (;;) {
    if (!continued.test(part)) return { text: text + part, next: at };
    text += part.replace(continued, '$1');
    while (at < lines.length && (isComment(lines[at] ?? '') || (lines[at] ?? '').trim() === '')) at += 1;
    if (at >= lines.length) return { text, next: at };
    part = (lines[at] ?? '').replace(/\r$/, '');
    at += 1;
  }
}

/** Keyword, flags and the rest of a line; also of what follows ONBUILD. */
export function splitLine(text: string, escape: Escape): Pick<Instruction, 'keyword' | 'flags' | 'rest' | 'text'> {
  const line = text.trim();
  const [keyword = ''] = /^[^\t\v\f\r ]+/.exec(line) ?? [];
  const { flags, rest } = leadingFlags(line.slice(keyword.length), escape);
  return { keyword, flags, rest: rest.trim(), text: line };
}

function leadingFlags(text: string, escape: Escape): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let rest = text.trimStart();
  while (rest.startsWith('--')) {
    const word = rawWord(rest, escape);
    rest = rest.slice(word.length);
    if (word === '--') break;
    flags.push(unquoted(word, escape));
    rest = rest.trimStart();
  }
  return { flags, rest };
}

/** The first word with its quotes and escapes; white space in quotes belongs to it. */
function rawWord(text: string, escape: Escape): string {
  let quote = '';
  let at = 0;
  for (; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote === '' && /\s/.test(char)) break;
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    else if (char === escape && quote !== "'") at += 1;
  }
  return text.slice(0, at);
}

function unquoted(word: string, escape: Escape): string {
  let plain = '';
  let quote = '';
  for (let at = 0; at < word.length; at += 1) {
    const char = word[at] ?? '';
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    else if (char === escape) plain += word[(at += 1)] ?? '';
    else plain += char;
  }
  return plain;
}

/** Words by white space, quotes and escapes kept. */
export function quotedWords(text: string, escape: Escape): string[] {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const word = rawWord(rest, escape);
    words.push(word);
    rest = rest.slice(word.length).trimStart();
  }
  return words;
}

/** `cat <<EOF`, `<<-"EOF"`, `3<<EOF`; a word of its own. */
const heredocWord = /^\d*<<(-?)[ \t]*(["']?)([^\s<"']+)\2$/;

/** Whether a word of COPY or ADD stands for a here-document. */
export const isHeredoc = (word: string): boolean => heredocWord.test(word);

function heredocsOf(
  { keyword, rest, flags, line, text }: Omit<Instruction, 'heredocs' | 'endLine'>,
  lines: readonly string[],
  from: number,
): { heredocs: Heredoc[]; next: number } {
  if (keyword.toUpperCase() === 'ONBUILD') {
    const inner = splitLine(rest, '\\');
    return heredocsOf({ ...inner, line }, lines, from);
  }
  if (!['RUN', 'COPY', 'ADD'].includes(keyword.toUpperCase()) || !text.includes('<<') || isJson(rest))
    return { heredocs: [], next: from };
  const words = quotedWords([...flags, rest.replaceAll(/<<(-?)[ \t]+/g, '<<$1')].join(' '), '\\');
  const heredocs: Heredoc[] = [];
  let next = from;
  for (const word of words) {
    const [, dash, , name] = heredocWord.exec(word) ?? [];
    if (name === undefined) continue;
    const end = lines.findIndex((candidate, index) => {
      const plain = candidate.replace(/\r+$/, '');
      return index >= next && (dash === '-' ? plain.replace(/^\t+/, '') : plain) === name;
    });
    if (end < 0) throw new DockerfileError('unterminated heredoc', { line });
    heredocs.push({
      name,
      content: lines
        .slice(next, end)
        .map((content) => `${content}\n`)
        .join(''),
    });
    next = end + 1;
  }
  return { heredocs, next };
}

function isJson(rest: string): boolean {
  if (!rest.startsWith('[')) return false;
  try {
    return Array.isArray(JSON.parse(rest));
  } catch {
    return false;
  }
}

/** The strings of an argument in JSON form; undefined when it is in shell form. */
export function jsonWords(rest: string): string[] | undefined {
  if (!isJson(rest)) return undefined;
  const words = JSON.parse(rest) as unknown[];
  if (words.every((word) => typeof word === 'string')) return words;
  throw new DockerfileError('when using JSON array syntax, arrays must be comprised of strings only');
}
