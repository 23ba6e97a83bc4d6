import { DecodeError } from './refusals.ts';

const alphabet = /^[A-Za-z0-9+/]$/;

/**
 * The canonical form of a text in base64. Line ends within it are left out, padding is required, as Go's
 * `base64.StdEncoding` has it. Throws DecodeError that names the first byte that does not fit.
 */
export function canonicalBase64(text: string): string {
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    return Buffer.from(text, 'base64').toString('base64');
  const wrong = firstWrongByte(text);
  if (wrong !== undefined) throw new DecodeError(`illegal base64 data at input byte ${wrong}`);
  return Buffer.from(text, 'base64').toString('base64');
}

function firstWrongByte(text: string): number | undefined {
  const bytes = Buffer.from(text).toString('latin1');
  const isBreak = (at: number) => bytes[at] === '\n' || bytes[at] === '\r';
  let inQuantum = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const letter = bytes[at] ?? '';
    if (isBreak(at)) continue;
    if (alphabet.test(letter)) {
      inQuantum = (inQuantum + 1) % 4;
      continue;
    }
    if (letter !== '=' || inQuantum < 2) return at;
    let next = at + 1;
    if (inQuantum === 2) {
      while (isBreak(next)) next += 1;
      if (next === bytes.length) return bytes.length;
      if (bytes[next] !== '=') return next;
      next += 1;
    }
    while (isBreak(next)) next += 1;
    return next < bytes.length ? next : undefined;
  }
  return inQuantum === 0 ? undefined : bytes.length - inQuantum;
}
