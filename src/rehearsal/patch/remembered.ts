/** Results that are remembered: beyond this number it starts anew. */
const most = 5000;

/** A pure function of a text that remembers what it has made. */
export class Remembered<T> {
  readonly #known = new Map<string, T>();
  readonly #make: (text: string) => T;

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  of(text: string): T {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= most) this.#known.clear();
    const made = this.#make(text);
    this.#known.set(text, made);
    return made;
  }
}
