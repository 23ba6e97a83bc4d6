/**
 * Quantities in their canonical form (k8s.io/apimachinery/pkg/api/resource): no fraction, the largest suffix that
 * leaves a whole number, the family of suffixes that was written: `1000m` -> `1`, `0.5` -> `500m`, `2048Mi` -> `2Gi`.
 */
type Family = 'decimal' | 'binary' | 'exponent';

const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const nano = -9;
const largest = 2n ** 63n - 1n;
/** What the suffix scanner of the server takes before it looks at what it has got. */
const form = /^([+-]?)([0-9]*)(\.?)([0-9]*)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

const formError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Why a text is no quantity, in the words of the server. */
export class QuantityError extends Error {
  override name = 'QuantityError';
}

/** Throws QuantityError. */
export function canonicalQuantity(text: string): string {
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const result = canonicalForm(text);
  // Pods of one template repeat theirs; a client that sends ever new ones is not remembered for ever.
  if (canonical.size > 2000) canonical.clear();
  canonical.set(text, result);
  return result;
}

const canonical = new Map<string, string>();

function canonicalForm(text: string): string {
  const [, sign, whole = '', , fraction = '', suffix = ''] = form.exec(text) ?? [];
  if (sign === undefined || text === '') throw new QuantityError(formError);
  const [family, scale] = suffixOf(suffix);
  // A suffix alone is nothing of it, where the server takes its quick way; on the other it is wrong.
  if (whole + fraction === '' && !isQuick('0', '', family, scale))
    throw new QuantityError('unable to parse numeric part of quantity');
  if (isKept(whole.replace(/^0+/, '') || '0', fraction, family, scale)) return text;
  let exponent = family === 'binary' ? -fraction.length : scale - fraction.length;
  let value = BigInt(`${whole}${fraction}` || '0');
  if (family === 'binary') value <<= BigInt(scale);
  // Finer than a billionth is rounded up: who asks for some is to get some.
  while (exponent < nano) {
    value = value / 10n + (value % 10n === 0n ? 0n : 1n);
    exponent += 1;
  }
  if (family === 'binary' && value > largest * 10n ** BigInt(-exponent)) [value, exponent] = [largest, 0];
  const negative = sign === '-' && value !== 0n ? '-' : '';
  return value === 0n ? '0' : `${negative}${written(value, exponent, family)}`;
}

/** What the server takes for canonical at a glance, and so leaves as it was written: `007`, `1.234`, `+3` (ParseQuantity). */
function isKept(whole: string, fraction: string, family: Family, scale: number): boolean {
  if (!isQuick(whole, fraction, family, scale)) return false;
  if (family === 'binary') return (BigInt(whole) & 7n) !== 0n;
  const digits = whole + fraction;
  return (scale - fraction.length) % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** Small enough for 64 bits at a glance. */
function isQuick(whole: string, fraction: string, family: Family, scale: number): boolean {
  if (family === 'binary') return fraction === '' && 15 - whole.length - Math.trunc((scale * 3) / 10) - 1 >= 0;
  return whole.length + fraction.length <= 18 && scale - fraction.length >= nano;
}

function suffixOf(suffix: string): [Family, number] {
  const power = decimal.indexOf(suffix);
  if (power !== -1) return ['decimal', (power - 3) * 3];
  const powerOf1024 = binary.indexOf(suffix);
  if (powerOf1024 !== -1) return ['binary', powerOf1024 * 10];
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix);
  if (exponent === null) throw new QuantityError("unable to parse quantity's suffix");
  return ['exponent', Number(exponent[1])];
}

function written(value: bigint, exponent: number, family: Family): string {
  if (family === 'binary') {
    const whole = exponent >= 0 ? value * 10n ** BigInt(exponent) : value / 10n ** BigInt(-exponent);
    const isExact = exponent >= 0 || value % 10n ** BigInt(-exponent) === 0n;
    if (isExact && whole >= 1024n) return withFactor(whole, 1024n, binary);
  }
  let [digits, power] = [value, exponent];
  while (digits % 10n === 0n) [digits, power] = [digits / 10n, power + 1];
  while (power % 3 !== 0) [digits, power] = [digits * 10n, power - 1];
  if (family === 'exponent') return power === 0 ? String(digits) : `${digits}e${power}`;
  // Beyond `E` there is no suffix, and the server then writes none.
  return `${digits}${decimal[power / 3 + 3] ?? ''}`;
}

function withFactor(value: bigint, factor: bigint, suffixes: readonly string[]): string {
  let [digits, power] = [value, 0];
  while (digits % factor === 0n && power < suffixes.length - 1) [digits, power] = [digits / factor, power + 1];
  return `${digits}${suffixes[power]}`;
}
