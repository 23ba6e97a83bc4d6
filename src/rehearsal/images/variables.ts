import { DockerfileError } from './dockerfile-error.ts';
import type { Escape } from './instructions.ts';

export interface Expansion {
  text: string;
  /** Names that `lookUp` does not know. */
  unknown: ReadonlySet<string>;
}

export interface ExpansionRules {
  escape: Escape;
  /** Quotes stay, and so do variables that are not set: for the text of RUN, which a shell reads next. */
  forShell?: boolean;
}

/**
 * Replaces variables as the builder does (docs.docker.com/reference/dockerfile, "Environment replacement"; BuildKit
 * frontend/dockerfile/shell): `$a`, `${a}`, and in braces `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` `//`. Quotes are
 * removed. `DockerfileError` in BuildKit's words.
 */
export function expand(word: string, lookUp: (name: string) => string | undefined, rules: ExpansionRules): Expansion {
  const reader = new WordReader(word, lookUp, rules);
  try {
    return { text: reader.until(''), unknown: reader.unknown };
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw new DockerfileError(`failed to process ${JSON.stringify(word)}: ${error.message}`, { word });
  }
}

/** What BuildKit shows for the end of the text. */
const noCharacter = '\uFFFD';

class WordReader {
  readonly unknown = new Set<string>();
  private readonly chars: string;
  private readonly lookUp: (name: string) => string | undefined;
  private readonly rules: ExpansionRules;
  private at = 0;

  constructor(word: string, lookUp: (name: string) => string | undefined, rules: ExpansionRules) {
    this.chars = word;
    this.lookUp = lookUp;
    this.rules = rules;
  }

  /** Up to and without `stop`, or to the end. */
  until(stop: string, keepEscapes = false): string {
    let text = '';
    while (this.at < this.chars.length) {
      const char = this.chars[this.at] ?? '';
      if (char === stop) {
        this.at += 1;
        return text;
      }
      if (char === "'") text += this.singleQuoted();
      else if (char === '"') text += this.doubleQuoted(keepEscapes);
      else if (char === '$') text += this.variable();
      else if (char === this.rules.escape) {
        text += keepEscapes ? char : '';
        text += this.chars[this.at + 1] ?? '';
        this.at += 2;
      } else {
        text += char;
        this.at += 1;
      }
    }
    if (stop === '') return text;
    throw new DockerfileError(`unexpected end of statement while looking for matching ${stop}`);
  }

  private singleQuoted(): string {
    const end = this.chars.indexOf("'", this.at + 1);
    if (end < 0) throw new DockerfileError('unexpected end of statement while looking for matching single-quote');
    const text = this.chars.slice(this.at + 1, end);
    this.at = end + 1;
    return this.rules.forShell === true ? `'${text}'` : text;
  }

  private doubleQuoted(keepEscapes: boolean): string {
    const quote = this.rules.forShell === true ? '"' : '';
    let text = quote;
    this.at += 1;
    for (;;) {
      const char = this.chars[this.at];
      if (char === undefined)
        throw new DockerfileError('unexpected end of statement while looking for matching double-quote');
      if (char === '"') {
        this.at += 1;
        return text + quote;
      }
      if (char === '$') text += this.variable();
      else if (char === this.rules.escape) {
        const next = this.chars[this.at + 1] ?? '';
        // Of no meaning before any other character.
        const isEscape = next === '"' || next === '$' || next === this.rules.escape;
        text += isEscape ? (keepEscapes ? char : '') + next : char;
        this.at += isEscape ? 2 : 1;
      } else {
        text += char;
        this.at += 1;
      }
    }
  }

  private variable(): string {
    this.at += 1;
    if (this.chars[this.at] === '{') return this.inBraces();
    const name = this.name();
    if (name === '') return '$';
    const value = this.valueOf(name);
    return value ?? (this.rules.forShell === true ? `$${name}` : '');
  }

  private inBraces(): string {
    this.at += 1;
    const first = this.chars[this.at];
    if (first === undefined) throw new DockerfileError("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') throw new DockerfileError('syntax error: bad substitution');
    const name = this.name();
    const sign = this.chars[this.at] ?? noCharacter;
    this.at += 1;
    const value = this.valueOf(name);
    if (sign === '}') return value ?? (this.rules.forShell === true ? `\${${name}}` : '');
    if (sign === '/') return this.replaced(name, value);
    const modifier = sign === ':' ? `:${this.chars[this.at] ?? noCharacter}` : sign;
    if (sign === ':') this.at += 1;
    if (![':-', ':+', ':?', '-', '+', '?', '#', '%'].includes(modifier))
      throw new DockerfileError(`unsupported modifier (${modifier}) in substitution`);
    const operand = this.operand('}', modifier === '#' || modifier === '%');
    if (value === undefined && this.rules.forShell === true) return `\${${name}${modifier}${operand}}`;
    return modified(name, value, modifier, operand);
  }

  private replaced(name: string, value: string | undefined): string {
    const isGlobal = this.chars[this.at] === '/';
    if (isGlobal) this.at += 1;
    const pattern = this.operand('/', true, "missing '/' in ${}");
    const replacement = this.operand('}', true);
    if (value === undefined && this.rules.forShell === true) return `\${${name}/${pattern}/${replacement}}`;
    const search = new RegExp(patternSource(pattern, true), isGlobal ? 'gu' : 'u');
    return (value ?? '').replace(search, () => replacement);
  }

  private operand(stop: string, keepEscapes: boolean, missing = "missing '}'"): string {
    try {
      return this.until(stop, keepEscapes);
    } catch (error) {
      if (error instanceof DockerfileError && this.at >= this.chars.length)
        throw new DockerfileError(`syntax error: ${missing}`);
      throw error;
    }
  }

  /** Letters, digits and `_`; digits alone; or one of the shell's special parameters. */
  private name(): string {
    const [found = ''] = /^(?:\d+|[@*#?\-$!]|[\p{L}_][\p{L}\d_]*)/u.exec(this.chars.slice(this.at)) ?? [];
    this.at += found.length;
    return found;
  }

  private valueOf(name: string): string | undefined {
    const value = this.lookUp(name);
    if (value === undefined) this.unknown.add(name);
    return value;
  }
}

function modified(name: string, value: string | undefined, modifier: string, operand: string): string {
  const isMissing = value === undefined || (modifier.startsWith(':') && value === '');
  switch (modifier.at(-1)) {
    case '-':
      return isMissing ? operand : value;
    case '+':
      return isMissing ? '' : operand;
    case '?':
      if (!isMissing) return value;
      throw new DockerfileError(
        `${name}: ${operand === '' ? `is not allowed to be ${value === undefined ? 'unset' : 'empty'}` : operand}`,
      );
    default:
      return trimmed(value ?? '', modifier, operand);
  }
}

/** `${a#pattern}` from the front, `${a%pattern}` from the end; doubled the longest match. */
function trimmed(value: string, modifier: string, operand: string): string {
  const isLongest = operand.startsWith(modifier);
  const source = patternSource(isLongest ? operand.slice(1) : operand, isLongest);
  if (modifier === '#') return value.replace(new RegExp(`^(?:${source})`, 'u'), '');
  // The end that is matched is the shortest or the longest one: the first start from the right or from the left.
  const ends = Array.from({ length: value.length + 1 }, (_, index) => (isLongest ? index : value.length - index));
  const start = ends.find((index) => new RegExp(`^(?:${source})$`, 'u').test(value.slice(index)));
  return start === undefined ? value : value.slice(0, start);
}

function patternSource(pattern: string, isGreedy: boolean): string {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    if (char === '*') source += isGreedy ? '.*' : '.*?';
    else if (char === '?') source += '.';
    else if (char === '\\') {
      const next = pattern[(at += 1)] ?? '';
      if (next === '}' || next === '/') at -= 1;
      else if (next === '*' || next === '?' || next === '\\') source += `\\${next}`;
      else throw new DockerfileError(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next}'`);
    } else source += /[[\]{}.+()|^$/]/.test(char) ? `\\${char}` : char;
  }
  return source;
}
