import type { ReactNode } from 'react';
import type { StepId } from '../../plan/plan.ts';
import type { Clock } from '../session/clock.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { createAsker, type Asker } from './asker.ts';
import { createBoard, type Board } from './board.tsx';
import type { Frame } from './frame.ts';
import type { Key } from './keys.ts';
import { createRedraw, type Redraw } from './redraw.ts';
import { Busy } from './screens/busy.tsx';
import { createStage, type Stage, type StageOptions } from './stage.tsx';

export interface ApplicationOptions extends Pick<StageOptions, 'stdin' | 'stdout' | 'version' | 'isAscii' | 'theme'> {
  clock: Clock;
}

/** The parts that a front end plays on, wired: keys go to the screen in front, news and time make it drawn again. */
export interface Application {
  store: SessionStore;
  board: Board;
  asker: Asker;
  stage: Stage;
  redraw: Redraw;
  /** What goes on while nothing can be shown; empty when nothing does. */
  setBusy(message: string): void;
  /** The screen in front waits for something to arrive. */
  setSearching(isSearching: boolean): void;
  /** Ctrl-C where no screen has a use for it. */
  onInterrupt(listener: () => void): void;
}

/** How long an answered screen stays while the program gets the next one ready, in milliseconds: no blank flash between. */
const lingering = 60;

export function createApplication({ clock, ...options }: ApplicationOptions): Application {
  const listeners: (() => void)[] = [];
  let busyMessage = '';
  let isSearching = false;
  let isLingering = false;

  const store = createSessionStore({ clock });
  const board = createBoard({ store, commit: (lines) => stage.commit(lines) });
  const asker = createAsker({
    changed(why) {
      isLingering = why === 'closed';
      redraw.soon();
      if (isLingering) clock.after(lingering, endLingering);
    },
  });
  const stage = createStage({
    ...options,
    now: () => clock.now(),
    onKey,
    // What leaves the live list must be in the history of the same picture.
    beforeDraw: () => board.commitNews(stage.frame()),
    body,
    isAlternate: () => board.isLooking,
    onError: (error) => asker.withdraw(error),
  });
  const redraw = createRedraw({ clock, draw, isMoving });
  store.subscribe(() => redraw.now());

  function draw(): void {
    if (!isLingering || asker.isAsking || board.isLooking || board.isRunning || busyMessage !== '') stage.draw();
  }

  function endLingering(): void {
    isLingering = false;
    redraw.soon();
  }

  function body(frame: Frame): ReactNode {
    const context = { frame, view: store.getSnapshot() };
    if (board.isLooking) return board.drawLook(context);
    if (asker.isAsking) return asker.draw(context);
    if (busyMessage !== '' && !board.isMoving) return <Busy message={busyMessage} frame={frame} />;
    return board.isRunning ? board.drawRun(context) : null;
  }

  /** Whether anything on the screen changes with time alone. */
  function isMoving(): boolean {
    if (asker.isAsking && !board.isLooking) return isSearching;
    return board.isMoving || busyMessage !== '';
  }

  function onKey(key: Key): void {
    if (key.key === 'ctrl-c') interrupt();
    else if (!stage.isTooSmall()) press(key);
    store.flush();
    redraw.soon();
  }

  function press(key: Key): void {
    const context = { frame: stage.frame(), view: store.getSnapshot() };
    if (board.isLooking) return board.pressLook(key, context);
    const wish: { look: StepId } | undefined = asker.isAsking
      ? asker.press(key, context)
      : board.pressRun(key, context);
    if (wish !== undefined) board.look(wish.look);
  }

  function interrupt(): void {
    board.closeLook();
    if (asker.interrupt()) return;
    for (const listener of listeners) listener();
  }

  return {
    store,
    board,
    asker,
    stage,
    redraw,
    setBusy(message) {
      busyMessage = message;
      redraw.soon();
    },
    setSearching: (searching) => void (isSearching = searching),
    onInterrupt: (listener) => void listeners.push(listener),
  };
}
