import type { Json } from '../objects.ts';
import { DecodeError } from './refusals.ts';

/** Called for every field of every object in a text, in their order. */
type FieldVisitor = (path: string, isDuplicate: boolean) => void;

/** Throws DecodeError with the words of Go's encoding/json. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    new Scanner(text).scan();
    throw new DecodeError('invalid JSON', { cause: error });
  }
}

/**
 * Visits the fields of a JSON text as the server's strict decoder names them (`spec.containers[0].image`). `JSON.parse`
 * keeps the last of several fields of one name and does not say so.
 */
export function visitFields(text: string, visit: FieldVisitor): void {
  new Scanner(text, visit).scan();
}

const literals: Record<string, string> = { t: 'true', f: 'false', n: 'null' };
const isWithinToken = /^(in literal|in numeric|after decimal|in exponent|in string escape|in .u)/;
const escapes = new Set('"\\/bfnrt');

/** Reads a text by the grammar of JSON; reports what is wrong as Go's scanner does (encoding/json, scanner.go). */
class Scanner {
  readonly #text: string;
  readonly #visit: FieldVisitor | undefined;
  #at = 0;

  constructor(text: string, visit?: FieldVisitor) {
    this.#text = text;
    this.#visit = visit;
  }

  scan(): void {
    this.#value('');
    this.#space();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
  }

  #value(path: string): void {
    this.#space();
    const letter = this.#text[this.#at] ?? '';
    if (letter === '{') this.#object(path);
    else if (letter === '[') this.#array(path);
    else if (letter === '"') this.#string();
    else if (letter === '-' || (letter >= '0' && letter <= '9')) this.#number();
    else if (letter in literals) this.#literal(literals[letter] ?? '');
    else this.#fail('looking for beginning of value');
  }

  #object(path: string): void {
    this.#at += 1;
    this.#space();
    const seen = new Set<string>();
    if (this.#take('}')) return;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('looking for beginning of object key string');
      const name = this.#string();
      const inner = path === '' ? name : `${path}.${name}`;
      this.#visit?.(inner, seen.has(name));
      seen.add(name);
      this.#space();
      if (!this.#take(':')) this.#fail('after object key');
      this.#value(inner);
      this.#space();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.#fail('after object key:value pair');
    }
  }

  #array(path: string): void {
    this.#at += 1;
    this.#space();
    if (this.#take(']')) return;
    for (let index = 0; ; index += 1) {
      this.#value(`${path}[${index}]`);
      this.#space();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.#fail('after array element');
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      const letter = this.#text[this.#at];
      if (letter === undefined || letter < ' ') this.#fail('in string literal');
      this.#at += 1;
      if (letter === '"') return JSON.parse(this.#text.slice(start, this.#at)) as string;
      if (letter !== '\\') continue;
      const escape = this.#text[this.#at] ?? '';
      if (escape !== 'u' && !escapes.has(escape)) this.#fail('in string escape code');
      this.#at += 1;
      for (let digit = 0; escape === 'u' && digit < 4; digit += 1) {
        if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? '')) this.#fail('in \\u hexadecimal character escape');
        this.#at += 1;
      }
    }
  }

  #number(): void {
    this.#take('-');
    if (!this.#take('0')) this.#digits('in numeric literal');
    if (this.#take('.')) this.#digits('after decimal point in numeric literal');
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      this.#digits('in exponent of numeric literal');
    }
  }

  #digits(where: string): void {
    const isDigit = () => /^[0-9]$/.test(this.#text[this.#at] ?? '');
    if (!isDigit()) this.#fail(where);
    while (isDigit()) this.#at += 1;
  }

  #literal(word: string): void {
    for (const letter of word) if (!this.#take(letter)) this.#fail(`in literal ${word} (expecting '${letter}')`);
  }

  #take(letter: string): boolean {
    if (this.#text[this.#at] !== letter) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
  }

  #fail(where: string): never {
    // At the end of the text Go's scanner is given a space, which only tokens refuse.
    const letter = this.#text[this.#at] ?? (isWithinToken.test(where) ? ' ' : undefined);
    if (letter === undefined) throw new DecodeError('unexpected end of JSON input');
    const quoted = letter === "'" ? `'\\''` : letter === '"' ? `'"'` : `'${JSON.stringify(letter).slice(1, -1)}'`;
    throw new DecodeError(`invalid character ${quoted} ${where}`);
  }
}
