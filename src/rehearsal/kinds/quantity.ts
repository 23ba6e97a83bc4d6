/**
 * Quantities (k8s.io/apimachinery/pkg/api/resource): exact arithmetic in thousandths of a millionth, and the canonical
 * text of a result.
 */
export interface Quantity {
  /** Billionths. */
  readonly nano: bigint;
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

const billion = 1_000_000_000n;
const decimal: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

const known = new Map<string, Quantity>();

/** Reads a quantity that decoding has accepted; anything else throws. */
export function parseQuantity(text: string | number): Quantity {
  const key = String(text);
  const before = known.get(key);
  if (before !== undefined) return before;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?))$/.exec(key);
  if (match === null || `${match[2]}${match[3] ?? ''}` === '') throw new TypeError(`not a quantity: ${key}`);
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match;
  const isBinary = suffix.endsWith('i');
  const power = exponent === undefined ? (isBinary ? 0 : (decimal[suffix] ?? 0)) : Number(exponent.slice(1));
  const scale = isBinary ? 1024n ** BigInt(binary.indexOf(suffix)) : 1n;
  const digits = BigInt(whole + fraction) * scale;
  const shift = power + 9 - fraction.length;
  // What is finer than a billionth is rounded up, away from zero.
  const nano = shift >= 0 ? digits * 10n ** BigInt(shift) : ceilingOf(digits, 10n ** BigInt(-shift));
  const quantity: Quantity = {
    nano: sign === '-' ? -nano : nano,
    format: isBinary ? 'BinarySI' : exponent === undefined ? 'DecimalSI' : 'DecimalExponent',
  };
  if (known.size > 10_000) known.clear();
  known.set(key, quantity);
  return quantity;
}

const ceilingOf = (value: bigint, by: bigint) => (value + by - 1n) / by;

export const zeroQuantity: Quantity = { nano: 0n, format: 'DecimalSI' };

export const quantityOf = (count: number): Quantity => ({ nano: BigInt(count) * billion, format: 'DecimalSI' });

/** The sum takes the format of the first, unless that is zero (`Quantity.Add`). */
export function addQuantities(one: Quantity, other: Quantity): Quantity {
  return { nano: one.nano + other.nano, format: one.nano === 0n ? other.format : one.format };
}

export function subtractQuantities(one: Quantity, other: Quantity): Quantity {
  return { nano: one.nano - other.nano, format: one.nano === 0n ? other.format : one.format };
}

export const compareQuantities = (one: Quantity, other: Quantity): number =>
  one.nano === other.nano ? 0 : one.nano < other.nano ? -1 : 1;

/** Whole units, rounded up (`Quantity.Value`). */
export const wholeValue = ({ nano }: Quantity): bigint => (nano <= 0n ? nano / billion : ceilingOf(nano, billion));

/** Thousandths, rounded up (`Quantity.MilliValue`). */
export const milliValue = ({ nano }: Quantity): bigint =>
  nano <= 0n ? nano / 1_000_000n : ceilingOf(nano, 1_000_000n);

/** Canonical text: `1500m`, `1Gi`, `2k`. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const size = nano < 0n ? -nano : nano;
  if (format === 'BinarySI' && size % billion === 0n && size >= 1024n * billion) {
    let value = size / billion;
    let index = 0;
    while (value % 1024n === 0n && index < binary.length - 1) {
      value /= 1024n;
      index += 1;
    }
    return `${sign}${value}${binary[index]}`;
  }
  if (format === 'BinarySI' && size % billion === 0n) return `${sign}${size / billion}`;
  let value = size;
  let index = 0;
  while (value % 1000n === 0n && index < decimalSuffixes.length - 1) {
    value /= 1000n;
    index += 1;
  }
  if (format !== 'DecimalExponent') return `${sign}${value}${decimalSuffixes[index]}`;
  const exponent = index * 3 - 9;
  return exponent === 0 ? `${sign}${value}` : `${sign}${value}e${exponent}`;
}
