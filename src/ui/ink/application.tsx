import type { ReactNode } from 'react';
import type { StepId } from '../../plan/plan.ts';
import type { Clock } from '../../clock.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { createAsker, type Asker } from './asker.ts';
import { createBoard, type Board } from './board.tsx';
import type { Frame } from './frame.ts';
import type { Key } from './keys.ts';
import { createRedraw, type Redraw } from './redraw.ts';
import { Busy } from './screens/busy.tsx';
import { createStage, type Stage, type StageOptions } from './stage.tsx';

export interface ApplicationOptions extends Pick<
  StageOptions,
  'stdin' | 'stdout' | 'version' | 'isAscii' | 'theme' | 'terminal'
> {
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
  /** What happens from now on happens in this time. */
  setTime(time: Pick<Clock, 'now'>): void;
  /** The screen in front waits for something to arrive. */
  setSearching(isSearching: boolean): void;
  /** Ctrl-C where no screen has a use for it. */
  onInterrupt(listener: () => void): void;
}

/** How long an answered screen stays while the program gets the next one ready, in milliseconds: no blank flash between. */
const lingering = 60;

export function createApplication({ clock, ...options }: ApplicationOptions): Application {
  const listeners: (() => void)[] = [];
  const front: Front = { busy: '', isSearching: false, isLingering: false };
  let time: Pick<Clock, 'now'> = clock;
  const store = createSessionStore({ clock, now: () => time.now() });
  const board = createBoard({ store, commit: (lines) => stage.commit(lines) });
  const asker = createAsker({
    changed(why) {
      front.isLingering = why === 'closed';
      redraw.soon();
      if (front.isLingering) clock.after(lingering, endLingering);
    },
  });
  const parts = { store, board, asker, front };
  const stage = createStage({
    ...options,
    now: () => time.now(),
    beat: () => clock.now(),
    onKey,
    // What leaves the live list must be in the history of the same picture.
    beforeDraw: () => board.commitNews(stage.frame()),
    body: (frame) => bodyOf(parts, frame),
    isAlternate: () => board.isLooking,
    onError: (error) => asker.withdraw(error),
  });
  const draw = () => {
    if (!front.isLingering || hasBody(parts)) stage.draw();
  };
  const redraw = createRedraw({ clock, draw, isMoving: () => isMoving(parts) });
  store.subscribe(() => redraw.now());

  function endLingering(): void {
    front.isLingering = false;
    redraw.soon();
  }

  function onKey(key: Key): void {
    if (key.key === 'ctrl-c') interrupt();
    else if (!stage.isTooSmall()) press(parts, key, stage.frame());
    store.flush();
    redraw.soon();
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
      front.busy = message;
      redraw.soon();
    },
    setTime: (other) => void (time = other),
    setSearching: (isSearching) => void (front.isSearching = isSearching),
    onInterrupt: (listener) => void listeners.push(listener),
  };
}

/** What stands in front besides screens and the run. */
interface Front {
  busy: string;
  isSearching: boolean;
  /** An answered screen is still there, because nothing has taken its place yet. */
  isLingering: boolean;
}

type Parts = Pick<Application, 'store' | 'board' | 'asker'> & { front: Front };

function bodyOf({ store, board, asker, front }: Parts, frame: Frame): ReactNode {
  const context = { frame, view: store.getSnapshot() };
  if (board.isLooking) return board.drawLook(context);
  if (asker.isAsking) return asker.draw(context);
  if (front.busy !== '' && !board.isMoving) return <Busy message={front.busy} frame={frame} />;
  return board.isRunning ? board.drawRun(context) : null;
}

function hasBody({ board, asker, front }: Parts): boolean {
  return board.isLooking || asker.isAsking || board.isRunning || front.busy !== '';
}

/** Whether anything on the screen changes with time alone. */
function isMoving({ board, asker, front }: Parts): boolean {
  if (asker.isAsking && !board.isLooking) return front.isSearching;
  return board.isMoving || front.busy !== '';
}

function press({ store, board, asker }: Parts, key: Key, frame: Frame): void {
  const context = { frame, view: store.getSnapshot() };
  if (board.isLooking) return board.pressLook(key, context);
  const wish: { look: StepId } | undefined = asker.isAsking ? asker.press(key, context) : board.pressRun(key, context);
  if (wish !== undefined) board.look(wish.look);
}
