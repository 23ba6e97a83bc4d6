import { spawn, type IPty } from '@lydell/node-pty';
import { ScreenBuffer } from './screen-buffer.ts';
import { framed, Watch } from './watch.ts';

export interface TerminalOptions {
  command: string;
  args?: string[];
  cols?: number;
  rows?: number;
  cwd?: string;
  /** Instead of the inherited environment; undefined values are left out. */
  env?: Record<string, string | undefined>;
}

/** What a person's fingers do, by name. */
export const keys = {
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  pageUp: '\u001b[5~',
  pageDown: '\u001b[6~',
  home: '\u001b[H',
  end: '\u001b[F',
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  backspace: '\u007f',
  ctrlC: '\u0003',
} as const;

export type KeyName = keyof typeof keys;

/** What a terminal sends for a paste, when the program has asked to be told. */
export function pasteOf(text: string): string {
  return `\u001b[200~${text}\u001b[201~`;
}

/**
 * A program in a pseudo-terminal, seen through a terminal emulator: wait for what a person would wait for, then act.
 * There is no sleeping; every wait has a limit and shows the screen when it is reached.
 */
export class TerminalSession {
  readonly #pty: IPty;
  readonly #screen: ScreenBuffer;
  readonly #exit: Promise<{ code: number; signal: number }>;
  #ended: { code: number; signal: number } | undefined;
  /** The emulator takes bytes in one after the other; what has come in but is not drawn yet. */
  #drawn: Promise<void> = Promise.resolve();
  readonly #watch = new Watch(() => framed(this.#screen.rows()));

  constructor({ command, args = [], cols = 80, rows = 24, cwd, env = process.env }: TerminalOptions) {
    this.#screen = new ScreenBuffer({ cols, rows });
    this.#pty = spawn(command, args, {
      cols,
      rows,
      name: 'xterm-256color',
      env: present({ TERM: 'xterm-256color', ...env }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#pty.onData((data) => {
      this.#drawn = this.#screen.write(data).then(() => this.#watch.changed());
    });
    // Terminals answer what programs ask of them (cursor position, device attributes).
    this.#screen.xterm.onData((reply) => this.#pty.write(reply));
    this.#exit = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal = 0 }) => {
        void this.#drawn.then(() => {
          this.#ended = { code: exitCode, signal };
          resolve(this.#ended);
          this.#watch.changed();
        });
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get buffer(): ScreenBuffer {
    return this.#screen;
  }

  /** Every byte that the program has written. */
  get bytes(): string {
    return this.#screen.bytes;
  }

  /** The visible text, right-trimmed, rows joined by line breaks. */
  screen(): string {
    return this.#screen.text();
  }

  /** The visible text and all that scrolled away above it. */
  history(): string {
    return this.#screen.history().join('\n').trimEnd();
  }

  svg(title = ''): string {
    return this.#screen.svg(title);
  }

  /** Resolves with the screen as soon as it shows the text; fails with the screen after `timeout` milliseconds. */
  waitFor(wanted: string | RegExp, timeout = 10_000): Promise<string> {
    const isThere = () => (typeof wanted === 'string' ? this.screen().includes(wanted) : wanted.test(this.screen()));
    return this.waitUntil(isThere, String(wanted), timeout);
  }

  /** As `waitFor`, for the text's disappearance. */
  waitForGone(unwanted: string, timeout = 10_000): Promise<string> {
    return this.waitUntil(() => !this.screen().includes(unwanted), `no more ${unwanted}`, timeout);
  }

  /** Looks after every change of the screen; `what` names it in the error. */
  async waitUntil(isThere: () => boolean, what: string, timeout = 10_000): Promise<string> {
    const hopeless = () => (this.#ended === undefined ? undefined : `the program ended with ${this.#ended.code}`);
    await this.#watch.until(isThere, { what, timeout, hopeless });
    return this.screen();
  }

  /** Sent in one piece, as a terminal sends what is typed ahead. */
  write(data: string): void {
    this.#pty.write(data);
  }

  /** Keys by name and text as it is, in one piece: `keys('down', 'down', 'enter')`. */
  keys(...pressed: (KeyName | { text: string })[]): void {
    this.write(pressed.map((key) => (typeof key === 'string' ? keys[key] : key.text)).join(''));
  }

  resize(cols: number, rows: number): void {
    // A real terminal changes its own picture first and then tells the program.
    this.#screen.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  kill(signal: 'SIGTERM' | 'SIGHUP' | 'SIGINT' | 'SIGKILL' = 'SIGKILL'): void {
    if (this.#ended === undefined) this.#pty.kill(signal);
  }

  /** Exit code, and number of the signal that ended it (0: none). */
  async exit(timeout = 10_000): Promise<{ code: number; signal: number }> {
    await this.waitUntil(() => this.#ended !== undefined, 'the end of the program', timeout);
    return this.#exit;
  }
}

const opened = new Set<TerminalSession>();

export function openTerminal(options: TerminalOptions): TerminalSession {
  const session = new TerminalSession(options);
  opened.add(session);
  return session;
}

/** Ends every program that is still running: for `afterEach`. */
export async function closeTerminals(): Promise<void> {
  for (const session of opened) {
    session.kill('SIGKILL');
    await session.exit();
  }
  opened.clear();
}

function present(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
