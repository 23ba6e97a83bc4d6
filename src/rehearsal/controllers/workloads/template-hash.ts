// The alphabet of k8s.io/apimachinery/pkg/util/rand, SafeEncodeString.
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short name for a value, the same for equal values: FNV-1a over its canonical JSON, written as pkg/controller,
 * ComputeHash writes its own. The digits differ from those of a real controller, which hashes Go's memory layout.
 */
export function templateHash(value: unknown, collisions: number | undefined): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${canonical(value)}${collisions === undefined ? '' : `/${collisions}`}`))
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return String(hash).replaceAll(/\d/g, (digit) => letters.charAt(digit.charCodeAt(0) % letters.length));
}

/** JSON with sorted fields. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}
