/** Waits for something to be true of a thing that changes: looked at after each change, never by polling. */
export class Watch {
  readonly #watchers = new Set<() => void>();
  readonly #describe: () => string;

  /** `describe` shows the thing in the error of a wait that was in vain. */
  constructor(describe: () => string) {
    this.#describe = describe;
  }

  changed(): void {
    for (const look of this.#watchers) look();
  }

  /** Rejects after `timeout` milliseconds, and at once when `hopeless` gives a reason. */
  until(
    isThere: () => boolean,
    {
      what,
      timeout,
      hopeless = () => undefined,
    }: { what: string; timeout: number; hopeless?: () => string | undefined },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(limit);
        this.#watchers.delete(look);
        act();
      };
      const fail = (why: string) => reject(new Error(`${why} while waiting for: ${what}\n${this.#describe()}`));
      const look = () => {
        const reason = isThere() ? undefined : hopeless();
        if (isThere()) settle(resolve);
        else if (reason !== undefined) settle(() => fail(reason));
      };
      const limit = setTimeout(() => settle(() => fail(`${timeout} ms have passed`)), timeout);
      this.#watchers.add(look);
      look();
    });
  }
}

/** Rows with their left edge marked, for error messages. */
export function framed(rows: readonly string[]): string {
  return rows.map((row) => `| ${row}`).join('\n');
}
