import { Secret, type SecretRef } from './secret.ts';

/** Shorter values occur in ordinary text by chance; masking them would garble it and hide little. */
const shortestMasked = 6;

/** Holds the secrets of one run in memory, and knows how to take them out of any text. */
export class Vault {
  readonly #secrets = new Map<string, Secret>();
  #masks: [RegExp, string][] = [];

  put(name: string, value: string): SecretRef {
    this.#secrets.set(name, new Secret(name, value));
    this.#masks = [...this.#secrets.values()].flatMap((secret) => masksOf(secret));
    return { secretRef: name };
  }

  get(ref: SecretRef | string): Secret | undefined {
    return this.#secrets.get(typeof ref === 'string' ? ref : ref.secretRef);
  }

  has(name: string): boolean {
    return this.#secrets.has(name);
  }

  names(): string[] {
    return [...this.#secrets.keys()];
  }

  /** The text with every known secret replaced, in clear, base64 and percent-encoded form. */
  redact(text: string): string {
    let clean = text;
    for (const [pattern, mask] of this.#masks) clean = clean.replace(pattern, () => mask);
    return clean;
  }
}

function masksOf(secret: Secret): [RegExp, string][] {
  const value = secret.reveal();
  if (value.length < shortestMasked) return [];
  const forms = new Set([
    value,
    Buffer.from(value).toString('base64'),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ]);
  return [...forms]
    .sort((a, b) => b.length - a.length)
    .map((form) => [new RegExp(escapePattern(form), 'g'), String(secret)]);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
