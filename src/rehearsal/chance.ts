/** The only source of chance in a rehearsal: the same seed gives the same numbers. */
export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** Letters and digits as Kubernetes uses them for generated names (`utilrand.String`). */
  suffix(length: number): string;
  /** Hexadecimal digits. */
  hex(digits: number): string;
  /** RFC 4122, version 4. */
  uuid(): string;
  /**
   * The source that belongs to a name: it depends on the seed and the names on the way to it, and on nothing that was drawn
   * before or elsewhere. What is drawn for one object out of a source of its own is the same whatever else there is.
   */
  fork(name: string): Chance;
}

export const createChance = (seed: number | string): Chance => rooted(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, String(seed)); // prettier-ignore

// No vowels, no letters that look like digits: k8s.io/apimachinery/pkg/util/rand.
const letters = 'bcdfghjklmnpqrstvwxz2456789';
/** Of a byte, the lower half first. */
const digitPairs = Array.from({ length: 256 }, (_, byte) => (byte & 15).toString(16) + (byte >>> 4).toString(16));

/** The lowest digits of a word, lowest first. */
function digitsOf(word: number, count: number): string {
  let text = '';
  for (let left = count, rest = word; left > 0; left -= 2, rest >>>= 8) text += digitPairs[rest & 255] ?? '';
  return text.length === count ? text : text.slice(0, count);
}

/** xoshiro128**, https://prng.di.unimi.it/: four words, so that no two of a million sources are the same. */
class Source implements Chance {
  readonly #root: readonly [number, number, number, number];
  #one: number;
  #two: number;
  #three: number;
  #four: number;

  constructor(one: number, two: number, three: number, four: number) {
    this.#root = [one, two, three, four];
    this.#one = one;
    this.#two = two;
    this.#three = three;
    this.#four = four;
  }

  /** 32 bits. */
  #draw(): number {
    const scrambled = Math.imul(this.#two, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.#two << 9;
    this.#three ^= this.#one;
    this.#four ^= this.#two;
    this.#two ^= this.#three;
    this.#one ^= this.#four;
    this.#three ^= shifted;
    this.#four = (this.#four << 11) | (this.#four >>> 21);
    return result;
  }

  next(): number {
    return this.#draw() / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  suffix(length: number): string {
    return String.fromCharCode(...Array.from({ length }, () => letters.charCodeAt(this.below(letters.length))));
  }

  hex(digits: number): string {
    let text = '';
    for (let left = digits; left > 0; left -= 8) text += digitsOf(this.#draw(), Math.min(8, left));
    return text;
  }

  uuid(): string {
    const [one, two, three, four] = [this.#draw(), this.#draw(), this.#draw(), this.#draw()];
    // The digits that say the version and the variant.
    const [versioned, variant] = [(two & ~0xf0000) | 0x40000, (three & ~15) | 8 | (three & 3)];
    return `${digitsOf(one, 8)}-${digitsOf(two, 4)}-${digitsOf(versioned >>> 16, 4)}-${digitsOf(variant, 4)}-${digitsOf(three >>> 16, 4)}${digitsOf(four, 8)}`;
  }

  fork(name: string): Chance {
    return rooted(...this.#root, name);
  }
}

/** The source of a name below another: cyrb128, four multiplicative hashes of the UTF-16 units that are mixed in the end. */
function rooted(first: number, second: number, third: number, fourth: number, name: string): Chance {
  let [one, two, three, four] = [first ^ name.length, second, third, fourth];
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    one = two ^ Math.imul(one ^ unit, 597399067);
    two = three ^ Math.imul(two ^ unit, 2869860233);
    three = four ^ Math.imul(three ^ unit, 951274213);
    four = one ^ Math.imul(four ^ unit, 2716044179);
  }
  one = Math.imul(three ^ (one >>> 18), 597399067);
  two = Math.imul(four ^ (two >>> 22), 2869860233);
  three = Math.imul(one ^ (three >>> 17), 951274213);
  four = Math.imul(two ^ (four >>> 19), 2716044179);
  // Not all of them may be zero.
  return new Source(one ^ two ^ three ^ four, two ^ one, three ^ one, (four ^ one) | 1);
}
