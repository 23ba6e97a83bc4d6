/** A piece of a word: text, a variable, the output of a script. What is quoted is not split at blanks. */
export type Piece =
  | { kind: 'text'; text: string; isQuoted: boolean }
  | { kind: 'variable'; name: string; fallback?: Word; isQuoted: boolean }
  | { kind: 'output'; script: string; isQuoted: boolean };

export type Word = readonly Piece[];

/** The text after `sh: LINE: `. */
export class ShellSyntaxError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'ShellSyntaxError';
    this.line = line;
  }
}

export type Token = { line: number } & (
  | { kind: 'word'; word: Word }
  | { kind: 'operator'; text: string }
  | { kind: 'redirection'; from: 0 | 1 | 2; copies?: 1 | 2 }
);

const operators = ['&&', '||', ';;', ';', '|', '\n'];
/**
 * Cuts a script into the words and operators of each line, one after the other: a shell runs what it has read before it
 * stumbles over what follows. A line that ends with `&&`, `||` or `|` goes on with the next. Throws ShellSyntaxError.
 */
export function* linesOf(script: string, firstLine: number): Generator<Token[]> {
  const lexer = new Lexer(script, firstLine);
  for (let tokens = lexer.line(); tokens !== undefined; tokens = lexer.line()) if (tokens.length > 0) yield tokens;
}

const joins = new Set(['&&', '||', '|']);

class Lexer {
  readonly #text: string;
  #at = 0;
  #line: number;

  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  /** Without its newline; undefined at the end of the script. */
  line(): Token[] | undefined {
    const tokens: Token[] = [];
    for (;;) {
      const token = this.#next();
      if (token === undefined) return tokens.length === 0 ? undefined : tokens;
      if (token.kind !== 'operator' || token.text !== '\n') tokens.push(token);
      else if (!isJoin(tokens.at(-1))) return tokens;
    }
  }

  #next(): Token | undefined {
    this.#skipBlanks();
    const line = this.#line;
    const rest = this.#text.slice(this.#at);
    if (rest === '') return undefined;
    const redirection = /^([12]?)>>?(?:&([12]))?|^</.exec(rest);
    if (redirection !== null) {
      this.#at += redirection[0].length;
      const copies =
        redirection[2] === undefined ? {} : { copies: redirection[2] === '1' ? (1 as const) : (2 as const) };
      return {
        kind: 'redirection',
        line,
        from: redirection[0] === '<' ? 0 : redirection[1] === '2' ? 2 : 1,
        ...copies,
      };
    }
    const operator = operators.find((text) => rest.startsWith(text));
    if (operator !== undefined) {
      this.#at += operator.length;
      if (operator === '\n') this.#line += 1;
      return { kind: 'operator', line, text: operator };
    }
    const odd = /^[&()`]/.exec(rest)?.[0];
    if (odd !== undefined)
      throw new ShellSyntaxError(line, `the shell of a rehearsed container does not know "${odd}"`);
    return { kind: 'word', line, word: this.#word() };
  }

  #skipBlanks(): void {
    const found = /^(?:[ \t\r]|\\\n|#[^\n]*)*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += found.length;
    this.#line += found.split('\n').length - 1;
  }

  #word(): Word {
    const pieces: Piece[] = [];
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || /[ \t\r\n;|<>&()]/.test(character)) return pieces;
      this.#at += 1;
      if (character === "'") pieces.push({ kind: 'text', text: this.#until("'"), isQuoted: true });
      else if (character === '"') pieces.push(...this.#doubleQuoted());
      else if (character === '\\') pieces.push({ kind: 'text', text: this.#take(), isQuoted: true });
      else if (character === '$') pieces.push(this.#expansion(false));
      else addText(pieces, character, false);
    }
  }

  #doubleQuoted(): Piece[] {
    // An empty pair of quotes is a word all the same.
    const pieces: Piece[] = [{ kind: 'text', text: '', isQuoted: true }];
    for (;;) {
      const character = this.#take();
      if (character === '') throw new ShellSyntaxError(this.#line, 'Syntax error: Unterminated quoted string');
      if (character === '"') return pieces;
      if (character === '\\' && /[$`"\\]/.test(this.#text[this.#at] ?? '')) addText(pieces, this.#take(), true);
      else if (character === '$') pieces.push(this.#expansion(true));
      else addText(pieces, character, true);
    }
  }

  #expansion(isQuoted: boolean): Piece {
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith('(')) return { kind: 'output', script: this.#nested(), isQuoted };
    const [all, name] = /^([A-Za-z_]\w*|[?#$0-9])/.exec(rest) ?? [];
    if (all !== undefined && name !== undefined) {
      this.#at += all.length;
      return { kind: 'variable', name, isQuoted };
    }
    const braced = /^\{([A-Za-z_]\w*|[?#])(?::?-([^}]*))?\}/.exec(rest);
    if (braced !== null) {
      this.#at += braced[0].length;
      const [, variable = '', fallback] = braced;
      if (fallback === undefined) return { kind: 'variable', name: variable, isQuoted };
      return { kind: 'variable', name: variable, fallback: new Lexer(`"${fallback}"`, this.#line).#word(), isQuoted };
    }
    if (rest.startsWith('{')) throw new ShellSyntaxError(this.#line, 'Bad substitution');
    return { kind: 'text', text: '$', isQuoted: true };
  }

  #nested(): string {
    let depth = 0;
    const start = this.#at + 1;
    for (; this.#at < this.#text.length; this.#at += 1) {
      if (this.#text[this.#at] === '(') depth += 1;
      if (this.#text[this.#at] === ')') depth -= 1;
      if (depth > 0) continue;
      this.#at += 1;
      return this.#text.slice(start, this.#at - 1);
    }
    throw new ShellSyntaxError(this.#line, 'Syntax error: end of file unexpected (expecting ")")');
  }

  #until(end: string): string {
    const stop = this.#text.indexOf(end, this.#at);
    if (stop === -1) throw new ShellSyntaxError(this.#line, 'Syntax error: Unterminated quoted string');
    const text = this.#text.slice(this.#at, stop);
    this.#line += text.split('\n').length - 1;
    this.#at = stop + 1;
    return text;
  }

  #take(): string {
    const character = this.#text[this.#at] ?? '';
    if (character === '\n') this.#line += 1;
    this.#at += character.length;
    return character;
  }
}

const isJoin = (token: Token | undefined) => token?.kind === 'operator' && joins.has(token.text);

function addText(pieces: Piece[], text: string, isQuoted: boolean): void {
  const last = pieces.at(-1);
  if (last?.kind === 'text' && last.isQuoted === isQuoted)
    pieces[pieces.length - 1] = { ...last, text: last.text + text };
  else pieces.push({ kind: 'text', text, isQuoted });
}
