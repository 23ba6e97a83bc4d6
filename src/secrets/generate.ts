import { randomBytes } from 'node:crypto';

export type SecretEncoding = 'base64' | 'base64url' | 'hex' | 'alphanumeric';

/** `bytes` random bytes, written in `encoding`; `alphanumeric` keeps passwords free of characters that URLs and shells escape. */
export function generateSecret({ bytes, encoding }: { bytes: number; encoding: SecretEncoding }): string {
  if (encoding !== 'alphanumeric') return randomBytes(bytes).toString(encoding);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  // 6 bits carry one of 62 letters; values beyond are drawn again, so that each letter is equally likely.
  const wanted = Math.ceil((bytes * 8) / Math.log2(letters.length));
  let text = '';
  while (text.length < wanted) {
    for (const byte of randomBytes(wanted)) {
      const letter = letters[byte & 63];
      if (letter !== undefined && text.length < wanted) text += letter;
    }
  }
  return text;
}
