/** Things that the wizard began outside of itself, in the order in which it began them. */
export class Outside {
  #things: Thing[] = [];
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Those that are not finished. */
  get running(): number {
    return this.#things.filter(({ isBegun, deliver }) => isBegun && deliver === undefined).length;
  }

  /** What came of it is kept until it is delivered. */
  begin<T>(act: () => Promise<T>): Promise<T> {
    return this.#add(act, false);
  }

  /**
   * As `begin`, for a program that changes the cluster: one after the other, because two side by side would reach it in an
   * order that depends on the machine. One that waits for the cluster is not waited for.
   */
  beginAlone<T>(act: () => Promise<T>): Promise<T> {
    return this.#add(act, true);
  }

  #add<T>(act: () => Promise<T>, isAlone: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const thing: Thing = { isAlone, isParked: false, isBegun: false, deliver: undefined, begin: () => undefined };
      const finish = (deliver: () => void) => {
        thing.deliver = deliver;
        this.#beginNext();
        this.#changed();
      };
      thing.begin = () => {
        thing.isBegun = true;
        act().then(
          (value) => finish(() => resolve(value)),
          (error: unknown) => finish(() => reject(error as Error)),
        );
      };
      this.#things.push(thing);
      if (isAlone) this.#beginNext();
      else thing.begin();
      this.#changed();
    });
  }

  #beginNext(): void {
    const alone = this.#things.filter((thing) => thing.isAlone && thing.deliver === undefined);
    if (alone.some(({ isBegun, isParked }) => isBegun && !isParked)) return;
    alone.find(({ isBegun }) => !isBegun)?.begin();
  }

  /** Those that still run wait for the cluster: others need not wait for them. */
  park(): void {
    for (const thing of this.#things) thing.isParked ||= thing.isBegun && thing.deliver === undefined;
    this.#beginNext();
  }

  /**
   * Hands over the first that is finished, once every one is that is not parked: in which order they finished is a matter of
   * how busy the machine is, and nothing may follow from it. false: there is none.
   */
  deliverNext(): boolean {
    const next = this.#next();
    if (next === undefined) return false;
    this.#things = this.#things.filter((thing) => thing !== next);
    next.deliver?.();
    return true;
  }

  /** Something can be handed over. */
  get hasSomething(): boolean {
    return this.#next() !== undefined;
  }

  #next(): Thing | undefined {
    if (this.#things.some(({ isParked, deliver }) => deliver === undefined && !isParked)) return undefined;
    return this.#things.find(({ deliver }) => deliver !== undefined);
  }
}

interface Thing {
  isAlone: boolean;
  isBegun: boolean;
  begin: () => void;
  isParked: boolean;
  /** Set when it is finished. */
  deliver: (() => void) | undefined;
}
