import type { TurnEnd, WatchProgress } from './turn.ts';

/** One watch that is served. */
export interface ServedWatch {
  /** `isLast`: whoever waits for the end of what it watches has its answer now. */
  wrote(isLast: boolean): void;
  /** By this server: its client will hear of it. */
  ended(): void;
  /** By its client. */
  gone(): void;
}

/**
 * What goes on between this cluster and its clients, counted: what is being answered, what waits for the cluster's time
 * to pass, what watches have been sent. By it the time of the cluster knows when it may move.
 */
export class Traffic {
  #answering = 0;
  #delayed = 0;
  /** Watches of programs; those of the wizard itself have numbers. */
  #foreignWatches = 0;
  #hasForeignNews = false;
  #isActionDue = false;
  readonly #numbered = new Map<string, WatchProgress>();
  readonly #unreported = new Set<string>();
  readonly #changed: () => void;

  constructor(changed: () => void = () => undefined) {
    this.#changed = changed;
  }

  /** Requests that are being worked on at this moment. */
  get active(): number {
    return this.#answering - this.#delayed;
  }

  /** Clients that nothing but the passing of time will bring on. */
  get waiting(): number {
    return this.#delayed + this.#foreignWatches;
  }

  /** A watch has been sent something since the last report: the wizard, or a program, may act on it. */
  get hasNews(): boolean {
    return this.#unreported.size > 0 || this.#hasForeignNews;
  }

  /** A request that is answered; called back when that is done. */
  answers(): () => void {
    return this.#count(
      () => (this.#answering += 1),
      () => (this.#answering -= 1),
    );
  }

  /** A request that waits for time to pass. */
  delays(): () => void {
    return this.#count(
      () => (this.#delayed += 1),
      () => (this.#delayed -= 1),
    );
  }

  /** `number`: of a watch of the wizard. */
  watches(number: string | undefined): ServedWatch {
    if (number === undefined) {
      const ended = this.#count(
        () => (this.#foreignWatches += 1),
        () => (this.#foreignWatches -= 1),
      );
      const wrote = (isLast: boolean) => {
        this.#hasForeignNews = true;
        this.#isActionDue ||= isLast;
        this.#changed();
      };
      wrote(true);
      return { wrote, ended, gone: ended };
    }
    const progress: WatchProgress = { lines: 0, isEnded: false };
    this.#numbered.set(number, progress);
    const tell = () => {
      this.#unreported.add(number);
      this.#changed();
    };
    return {
      wrote() {
        progress.lines += 1;
        tell();
      },
      ended() {
        if (progress.isEnded) return;
        progress.isEnded = true;
        tell();
      },
      gone: () => void (progress.isEnded || this.#numbered.delete(number)),
    };
  }

  /** What the numbered watches have been sent since the last report, and in all. */
  report(): Omit<TurnEnd, 'now'> {
    const watches = Object.fromEntries(
      [...this.#unreported].toSorted(byNumber).flatMap((number) => {
        const progress = this.#numbered.get(number);
        return progress === undefined ? [] : [[number, { ...progress }]];
      }),
    );
    for (const [number, { isEnded }] of Object.entries(watches)) if (isEnded) this.#numbered.delete(number);
    this.#unreported.clear();
    const isActionDue = this.#isActionDue;
    this.#hasForeignNews = false;
    this.#isActionDue = false;
    return { watches, isActionDue };
  }

  #count(begin: () => void, end: () => void): () => void {
    begin();
    let isOver = false;
    this.#changed();
    return () => {
      if (isOver) return;
      isOver = true;
      end();
      this.#changed();
    };
  }
}

const byNumber = (one: string, other: string) => Number(one) - Number(other);
