import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { TerminalInput, TerminalOutput } from '../../src/ui/ink/terminal.ts';
import type { Clock } from '../../src/clock.ts';
import { ScreenBuffer } from './screen-buffer.ts';
import { framed, Watch } from './watch.ts';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Map<number, { at: number; act: () => void }>();
  #next = 1;

  constructor(now = Date.parse('2026-01-01T00:00:00.000Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, act: () => void): () => void {
    const id = this.#next;
    this.#next += 1;
    this.#timers.set(id, { at: this.#now + milliseconds, act });
    return () => this.#timers.delete(id);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Moves on, and does on the way what is due, in order. */
  advance(milliseconds: number): void {
    this.advanceTo(this.#now + milliseconds);
  }

  /** Is suddenly so late, as after a busy time: what became due meanwhile is done now, once. */
  jumpTo(moment: number): void {
    this.#now = Math.max(this.#now, moment);
    const due = [...this.#timers.entries()].filter(([, { at }]) => at <= moment).sort(([, a], [, b]) => a.at - b.at);
    for (const [id, { act }] of due) if (this.#timers.delete(id)) act();
  }

  advanceTo(moment: number): void {
    for (;;) {
      const due = [...this.#timers.entries()]
        .filter(([, { at }]) => at <= moment)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].act();
    }
    this.#now = Math.max(this.#now, moment);
  }
}

class VirtualOutput extends EventEmitter {
  readonly isTTY = true;
  readonly #screen: ScreenBuffer;
  columns: number;
  rows: number;
  readonly #drawn: () => void;

  constructor(screen: ScreenBuffer, { cols, rows }: { cols: number; rows: number }, drawn: () => void) {
    super();
    this.#screen = screen;
    this.#drawn = drawn;
    this.columns = cols;
    this.rows = rows;
  }

  write(data: string, done?: () => void): boolean {
    // The line discipline of a real terminal: a line feed returns the carriage.
    const seen = this.#screen.write(data.replace(/(?<!\r)\n/g, '\r\n')).then(() => this.#drawn());
    if (done !== undefined) void seen.finally(done);
    return true;
  }
}

class VirtualInput extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** A terminal inside the test's own process: what a front end draws is seen through an emulator. */
export class VirtualTerminal {
  readonly screen: ScreenBuffer;
  readonly #output: VirtualOutput;
  readonly #input = new VirtualInput();
  readonly #watch = new Watch(() => framed(this.screen.rows()));

  constructor({ cols = 80, rows = 24 } = {}) {
    this.screen = new ScreenBuffer({ cols, rows });
    this.#output = new VirtualOutput(this.screen, { cols, rows }, () => this.#watch.changed());
  }

  get stdin(): TerminalInput {
    return this.#input as unknown as TerminalInput;
  }

  get stdout(): TerminalOutput {
    return this.#output as unknown as TerminalOutput;
  }

  get isRaw(): boolean {
    return this.#input.isRaw;
  }

  type(data: string): void {
    this.#input.write(data);
  }

  resize(cols: number, rows: number): void {
    this.screen.resize(cols, rows);
    this.#output.columns = cols;
    this.#output.rows = rows;
    this.#output.emit('resize');
  }

  /** Resolves with the screen when it is as wanted; Ink draws at most 30 times a second, the emulator reads on its own. */
  async waitUntil(isThere: () => boolean, what: string, timeout = 5000): Promise<string> {
    await this.#watch.until(isThere, { what, timeout });
    return this.screen.text();
  }

  waitFor(wanted: string | RegExp): Promise<string> {
    const isThere = () =>
      typeof wanted === 'string' ? this.screen.text().includes(wanted) : wanted.test(this.screen.text());
    return this.waitUntil(isThere, String(wanted));
  }
}
