/** The only source of chance in a rehearsal: the same seed gives the same numbers. */
export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** Letters and digits as Kubernetes uses them for generated names (`utilrand.String`). */
  suffix(length: number): string;
  /** RFC 4122, version 4. */
  uuid(): string;
  /** An independent source with its own sequence: what one controller draws does not depend on another. */
  fork(name: string): Chance;
}

// No vowels, no letters that look like digits: k8s.io/apimachinery/pkg/util/rand.
const letters = 'bcdfghjklmnpqrstvwxz2456789';

export function createChance(seed: number | string): Chance {
  const next = mulberry(hash(String(seed)));
  const below = (limit: number) => Math.floor(next() * limit);
  const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return {
    next,
    below,
    suffix: (length) => Array.from({ length }, () => letters[below(letters.length)]).join(''),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[below(4)]}${hex(3)}-${hex(12)}`,
    fork: (name) => createChance(`${seed}/${name}`),
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of Buffer.from(text)) value = Math.imul(value ^ character, 0x01000193) >>> 0;
  return value;
}

/** Mulberry32: small, fast, and good enough to choose names; nothing here is a secret. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
