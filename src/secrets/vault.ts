import { Secret, type SecretRef } from './secret.ts';

/** Shorter values occur in ordinary text by chance; masking them would garble it and hide little. */
const shortestMasked = 6;
/** Of a piece of an encoded value, which is less telling than the whole. */
const shortestPiece = 8;

/** Holds the secrets of one run in memory, and knows how to take them out of any text. */
export class Vault {
  readonly #secrets = new Map<string, Secret>();
  /** Form of a value to what stands in its place. Values that were replaced or forgotten stay secret. */
  readonly #masks = new Map<string, string>();
  #pattern: RegExp | undefined;

  put(name: string, value: string): SecretRef {
    const secret = new Secret(name, value);
    this.#secrets.set(name, secret);
    const forms = formsOf(value).filter((form) => !this.#masks.has(form));
    for (const form of forms) this.#masks.set(form, String(secret));
    if (forms.length > 0) this.#pattern = patternOf([...this.#masks.keys()]);
    return { secretRef: name };
  }

  get(ref: SecretRef | string): Secret | undefined {
    return this.#secrets.get(typeof ref === 'string' ? ref : ref.secretRef);
  }

  has(name: string): boolean {
    return this.#secrets.has(name);
  }

  /** It is no answer any more; it is still masked. */
  forget(name: string): void {
    this.#secrets.delete(name);
  }

  names(): string[] {
    return [...this.#secrets.keys()];
  }

  /** The text with every secret that was ever put here replaced: in clear, encoded, and line by line. */
  redact(text: string): string {
    return this.#pattern === undefined
      ? text
      : text.replace(this.#pattern, (form) => this.#masks.get(form) ?? '‹secret›');
  }
}

/** The longest form first, so that a secret that begins like another leaves nothing of it. */
function patternOf(forms: string[]): RegExp {
  const longestFirst = forms.sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escapePattern).join('|'), 'g');
}

/** How a value looks where programs, pods and protocols write it. */
function formsOf(value: string): string[] {
  if (value.length < shortestMasked) return [];
  // A text of several lines is shown line by line, each by itself.
  const lines = value.split(/\r?\n/).filter((line) => line.length >= shortestPiece && line !== value);
  const bytes = Buffer.from(value);
  return [
    ...new Set([
      value,
      ...lines,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
      percentEncoded(value),
      bytes.toString('hex'),
      ...[bytes.toString('base64'), ...base64Within(bytes)].flatMap((form) => [form, urlSafe(form)]),
    ]),
  ];
}

/**
 * Base64 writes three bytes as four letters: within a longer text (`user:password`) a value looks in one of three ways,
 * by where it begins. Of each, the letters that depend on nothing before or behind it.
 */
function base64Within(bytes: Buffer): string[] {
  return [1, 2, 0]
    .map((before) => {
      const letters = Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      const first = Math.ceil((before * 8) / 6);
      const last = Math.floor(((before + bytes.length) * 8) / 6);
      return letters.slice(first, last);
    })
    .filter((piece) => piece.length >= shortestPiece);
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** RFC 3986, as Python and Java write it: `encodeURIComponent` leaves `!'()*` alone. */
function percentEncoded(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
