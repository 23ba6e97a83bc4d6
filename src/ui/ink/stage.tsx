import { render, type Instance } from 'ink';
import type { ReactNode } from 'react';
import { App, type Committed } from './app.tsx';
import { frameOf, type Frame } from './frame.ts';
import type { Key } from './keys.ts';
import type { LineCells } from './layout/cells.ts';
import { TooSmall } from './screens/too-small.tsx';
import { isTooSmall, sizeOf } from './size.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';
import type { Theme } from './theme.ts';

export interface StageOptions extends TerminalOptions {
  /** In use already. */
  terminal?: Terminal;
  theme: Theme;
  version: string;
  now: () => number;
  beat: () => number;
  onKey: (key: Key) => void;
  /** Called before each drawing: what is over may be committed. */
  beforeDraw: () => void;
  /** What stands on the screen now. */
  body: (frame: Frame) => ReactNode;
  /** Whether the body is drawn on the terminal's second screen. */
  isAlternate: () => boolean;
  /** A screen could not be drawn. */
  onError: (error: unknown) => void;
}

/** Where the application is drawn: Ink, the terminal and what has been committed to its history. */
export interface Stage {
  frame(): Frame;
  isTooSmall(): boolean;
  /** Draws what the body is now. */
  draw(): void;
  /** Adds lines to the history; they appear above the screen with the next drawing. */
  commit(lines: readonly LineCells[]): void;
  /** Takes the screen away and gives the terminal back; the history stays. */
  close(): Promise<void>;
}

/** Starts with the first drawing: a program that ends before it shows anything never touches the terminal. */
export function createStage(options: StageOptions): Stage {
  let history: Committed[] = [];
  /** What the history was when the second screen came up: it cannot be added to there. */
  let historyBehind: Committed[] | undefined;
  let started: Started | undefined;
  let isClosed = false;

  const sizeNow = () => started?.terminal.size ?? sizeOf(options.stdout);
  const frame = () => {
    const { theme, version } = options;
    return frameOf(sizeNow(), { theme, version, now: options.now(), beat: options.beat() });
  };
  const restore = () => started?.terminal.restore();

  const tree = (isLast = false) => {
    options.beforeDraw();
    const now = frame();
    const body = isLast ? null : isTooSmall(sizeNow()) ? <TooSmall size={sizeNow()} frame={now} /> : options.body(now);
    return <App history={historyBehind ?? history} body={body} frame={now} onKey={options.onKey} onUnmount={restore} />;
  };

  const switchScreens = ({ terminal, ink }: Started, isAlternate: boolean) => {
    if (isAlternate === terminal.isAlternate) return;
    ink.clear();
    terminal.setAlternate(isAlternate);
    historyBehind = isAlternate ? history : undefined;
  };

  return {
    frame,
    isTooSmall: () => isTooSmall(sizeNow()),
    draw() {
      if (isClosed) return;
      if (started === undefined) {
        // With the tree at once: Ink holds back what comes soon after a first, empty frame.
        started = start(options, tree(), (ink) => ink.rerender(tree()));
        if (!options.isAlternate()) return;
      }
      switchScreens(started, options.isAlternate());
      started.ink.rerender(tree());
    },
    commit(lines) {
      const from = history.length;
      history = [...history, ...lines.map((cells, index) => ({ id: from + index, cells }))];
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      if (started === undefined) return;
      switchScreens(started, false);
      started.ink.rerender(tree(true));
      await started.ink.waitUntilRenderFlush();
      started.ink.unmount();
      await started.ink.waitUntilExit();
      restore();
    },
  };
}

interface Started {
  terminal: Terminal;
  ink: Instance;
}

function start(options: StageOptions, first: ReactNode, onResize: (ink: Instance) => void): Started {
  const terminal = options.terminal ?? new Terminal(options);
  // Ink is given a terminal that has what Ink uses of one, no more.
  const ink = render(first, {
    stdout: terminal as unknown as NodeJS.WriteStream,
    stdin: options.stdin as NodeJS.ReadStream,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
  });
  ink.waitUntilExit().catch(options.onError);
  terminal.onResize = () => onResize(ink);
  return { terminal, ink };
}
