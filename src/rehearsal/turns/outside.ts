/** Things that the wizard began outside of itself, in the order in which it began them. */
export class Outside {
  #running: Thing[] = [];
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Those that are not finished. */
  get running(): number {
    return this.#running.filter(({ deliver }) => deliver === undefined).length;
  }

  /** What came of it is kept until it is delivered. */
  begin<T>(act: () => Promise<T>): Promise<T> {
    const thing: Thing = { isParked: false, deliver: undefined };
    this.#running.push(thing);
    const finish = (deliver: () => void) => {
      thing.deliver = deliver;
      this.#changed();
    };
    const result = new Promise<T>((resolve, reject) => {
      act().then(
        (value) => finish(() => resolve(value)),
        (error: unknown) => finish(() => reject(error as Error)),
      );
    });
    this.#changed();
    return result;
  }

  /** Those that still run wait for the cluster: others need not wait for them. */
  park(): void {
    for (const thing of this.#running) thing.isParked ||= thing.deliver === undefined;
  }

  /**
   * Hands over the first that is finished, once every one is that is not parked: in which order they finished is a matter of
   * how busy the machine is, and nothing may follow from it. false: there is none.
   */
  deliverNext(): boolean {
    const next = this.#next();
    if (next === undefined) return false;
    this.#running = this.#running.filter((thing) => thing !== next);
    next.deliver?.();
    return true;
  }

  /** Something can be handed over. */
  get hasSomething(): boolean {
    return this.#next() !== undefined;
  }

  #next(): Thing | undefined {
    if (this.#running.some(({ isParked, deliver }) => deliver === undefined && !isParked)) return undefined;
    return this.#running.find(({ deliver }) => deliver !== undefined);
  }
}

interface Thing {
  isParked: boolean;
  /** Set when it is finished. */
  deliver: (() => void) | undefined;
}
