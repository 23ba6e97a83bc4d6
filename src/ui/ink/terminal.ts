import { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../text/width.ts';
import { asciiText } from './ascii.ts';
import { sizeOf, type Size } from './size.ts';

const enterAlternateScreen = '\u001b[?1049h\u001b[H\u001b[2J';
const leaveAlternateScreen = '\u001b[?1049l';
/** Ends synchronized output and bracketed paste, shows the cursor, resets colours. */
const restoreModes = '\u001b[?2026l\u001b[?2004l\u001b[?25h\u001b[0m';

export type TerminalInput = NodeJS.ReadableStream & {
  isTTY?: boolean;
  isRaw?: boolean;
  setRawMode?(isRaw: boolean): unknown;
};

export type TerminalOutput = NodeJS.WritableStream & {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  fd?: number;
};

export interface TerminalOptions {
  stdin: TerminalInput;
  stdout: TerminalOutput;
  isAscii: boolean;
}

const open = new Set<Terminal>();

/**
 * Gives every terminal that is in use back to the shell: modes, cursor, alternate screen, raw mode. Synchronous and
 * idempotent, for signal handlers and for the last moment before `process.exit`.
 */
export function restoreTerminal(): void {
  for (const terminal of open) terminal.restore();
}

/**
 * The output that Ink draws on: it passes writes on, knows what frame stands on the screen, and owns what Ink does not:
 * the alternate screen of "look inside", and what is left of a frame when the terminal gets narrower.
 */
export class Terminal extends EventEmitter {
  readonly isTTY = true;
  readonly #stdin: TerminalInput;
  readonly #stdout: TerminalOutput;
  readonly #isAscii: boolean;
  #size: Size;
  #frame = '';
  /** Stands there until Ink draws. */
  #painted = '';
  #isAlternate = false;
  /** Called after a change of size, before Ink hears of it: the frame must fit when Ink redraws it. */
  onResize: (size: Size) => void = () => undefined;

  constructor({ stdin, stdout, isAscii }: TerminalOptions) {
    super();
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#isAscii = isAscii;
    this.#size = sizeOf(stdout);
    stdout.on('resize', this.#resized);
    // Ink goes raw after its first frame; a Ctrl-C typed between the two would be a signal.
    if (stdin.isTTY === true) stdin.setRawMode?.(true);
    open.add(this);
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  get size(): Size {
    return this.#size;
  }

  get isAlternate(): boolean {
    return this.#isAlternate;
  }

  /** Draws something that Ink does not know of; its first frame takes the place. */
  paint(text: string): void {
    this.#painted = stripVTControlCharacters(text);
    this.#stdout.write(this.#isAscii ? asciiText(text) : text);
  }

  write(text: string, done?: () => void): boolean {
    if (!open.has(this)) {
      done?.();
      return true;
    }
    const visible = stripVTControlCharacters(text);
    if (visible === '') return this.#stdout.write(text, done);
    this.#frame = visible;
    const erased = erase(this.#painted, this.#size);
    this.#painted = '';
    return this.#stdout.write(erased + (this.#isAscii ? asciiText(text) : text), done);
  }

  /** Switches to the terminal's second screen and back; the frame must have been erased before. */
  setAlternate(isAlternate: boolean): void {
    if (isAlternate === this.#isAlternate) return;
    this.#isAlternate = isAlternate;
    this.#stdout.write(isAlternate ? enterAlternateScreen : leaveAlternateScreen);
  }

  /** Synchronous and idempotent; nothing is drawn afterwards. */
  restore(): void {
    if (!open.delete(this)) return;
    this.#stdout.off('resize', this.#resized);
    writeNow(this.#stdout, restoreModes + (this.#isAlternate ? `${leaveAlternateScreen}\u001b[?25h` : ''));
    this.#isAlternate = false;
    if (this.#stdin.isTTY === true) this.#stdin.setRawMode?.(false);
  }

  readonly #resized = (): void => {
    const before = this.#size;
    this.#size = sizeOf(this.#stdout);
    if (this.#isAlternate) this.#stdout.write('\u001b[H\u001b[2J');
    else if (this.#size.columns < before.columns) this.#stdout.write(eraseReflowed(this.#frame, this.#size));
    this.onResize(this.#size);
    this.emit('resize');
  };
}

/**
 * A terminal that gets narrower breaks the lines of the frame into more rows than Ink knows of; what it does not erase
 * would stay as ghosts. Erases all of them and leaves the cursor where Ink's own erasing expects it.
 */
export function eraseReflowed(frame: string, size: Size): string {
  const lines = linesOf(frame);
  const down = Math.min(lines.length, rowsOf(lines, size), size.rows - 1);
  if (rowsOf(lines, size) === lines.length) return '';
  return `${erase(frame, size)}${down > 0 ? `\u001b[${down}B` : ''}`;
}

/** Erases a frame above the cursor, however many rows it has become. */
function erase(frame: string, size: Size): string {
  const up = Math.min(rowsOf(linesOf(frame), size), size.rows - 1);
  return up === 0 ? '' : `\u001b[${up}A\r\u001b[J`;
}

function linesOf(frame: string): string[] {
  const lines = frame.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function rowsOf(lines: readonly string[], { columns }: Size): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}

function writeNow(stdout: TerminalOutput, text: string): void {
  if (stdout.fd === undefined) {
    stdout.write(text);
    return;
  }
  try {
    writeSync(stdout.fd, text);
  } catch {
    // A terminal whose buffer is full (EAGAIN) or that is gone (EIO): the stream tries again or has nobody to tell.
    stdout.write(text);
  }
}
