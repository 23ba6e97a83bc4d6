import xterm, { type IBufferCell, type Terminal } from '@xterm/headless';
import { svgOf } from './screen-svg.ts';

/** One cell run of the same looks. */
export interface Run {
  text: string;
  column: number;
  columns: number;
  /** Index into the 256 colours; undefined: the terminal's own. */
  colour: number | undefined;
  isBold: boolean;
  isDim: boolean;
  isInverse: boolean;
}

/** A terminal emulator that remembers what was written to it: rows of text, modes, scrollback, a picture. */
export class ScreenBuffer {
  readonly xterm: Terminal;
  /** Everything that was ever written, in order. */
  bytes = '';

  constructor({ cols, rows }: { cols: number; rows: number }) {
    this.xterm = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 5000 });
  }

  /** Resolves when the emulator has taken it in. */
  write(data: string): Promise<void> {
    this.bytes += data;
    return new Promise((resolve) => this.xterm.write(data, resolve));
  }

  resize(cols: number, rows: number): void {
    this.xterm.resize(cols, rows);
  }

  /** The visible rows, right-trimmed. */
  rows(): string[] {
    const { active } = this.xterm.buffer;
    return this.#rowsBetween(active.baseY, active.baseY + this.xterm.rows);
  }

  /** Everything that can be scrolled back to, and the visible rows. */
  history(): string[] {
    const { active } = this.xterm.buffer;
    return this.#rowsBetween(0, active.baseY + this.xterm.rows);
  }

  text(): string {
    return this.rows().join('\n').trimEnd();
  }

  get isAlternate(): boolean {
    return this.xterm.buffer.active.type === 'alternate';
  }

  /** DECTCEM; the emulator keeps it in its core. */
  get isCursorVisible(): boolean {
    const core = (this.xterm as unknown as { _core: { coreService: { isCursorHidden: boolean } } })._core;
    return !core.coreService.isCursorHidden;
  }

  get isBracketedPaste(): boolean {
    return this.xterm.modes.bracketedPasteMode;
  }

  svg(title = ''): string {
    return svgOf(this.#runs(), { columns: this.xterm.cols, title });
  }

  #rowsBetween(from: number, to: number): string[] {
    const { active } = this.xterm.buffer;
    return Array.from({ length: to - from }, (_, row) => active.getLine(from + row)?.translateToString(true) ?? '');
  }

  /** The visible rows as runs of cells that look the same. */
  #runs(): Run[][] {
    const { active } = this.xterm.buffer;
    return Array.from({ length: this.xterm.rows }, (_, row) => {
      const line = active.getLine(active.baseY + row);
      const runs: Run[] = [];
      for (let column = 0; column < this.xterm.cols; column += 1) {
        const cell = line?.getCell(column);
        if (cell === undefined || cell.getWidth() === 0) continue;
        append(runs, cell, column);
      }
      return runs;
    });
  }
}

function append(runs: Run[], cell: IBufferCell, column: number): void {
  const next: Run = {
    text: cell.getChars() || ' ',
    column,
    columns: cell.getWidth(),
    colour: cell.isFgPalette() ? cell.getFgColor() : undefined,
    isBold: cell.isBold() !== 0,
    isDim: cell.isDim() !== 0,
    isInverse: cell.isInverse() !== 0,
  };
  const last = runs.at(-1);
  const isAlike =
    last?.colour === next.colour &&
    last?.isBold === next.isBold &&
    last.isDim === next.isDim &&
    last.isInverse === next.isInverse;
  // Several spaces in a text are one space in a picture: what follows them is placed anew.
  const isAfterGap = last?.text.endsWith('  ') === true && next.text !== ' ';
  if (last === undefined || !isAlike || isAfterGap) {
    runs.push(next);
    return;
  }
  last.text += next.text;
  last.columns += next.columns;
}
