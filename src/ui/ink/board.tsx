import type { ReactNode } from 'react';
import type { EngineEvent } from '../../events/events.ts';
import type { StepId } from '../../plan/plan.ts';
import type { SessionStore } from '../session/store.ts';
import { stepOf, totalsOf, type ViewModel } from '../session/view-model.ts';
import { createChronicle } from './chronicle.ts';
import type { Frame } from './frame.ts';
import type { Key } from './keys.ts';
import type { LineCells } from './layout/cells.ts';
import { lookAt, LookInside, pressLook, type LookState } from './screens/look-inside.tsx';
import { newRunState, pressRun, RunScreen, type Expected } from './screens/run.tsx';

interface Context {
  frame: Frame;
  view: ViewModel;
}

/** The run on the screen: its live steps, the look inside one, and what of it has gone into the terminal's history. */
export interface Board {
  readonly isRunning: boolean;
  readonly isLooking: boolean;
  /** Times on the screen go on by themselves. */
  readonly isMoving: boolean;
  /** Seconds that the next run is expected to take. */
  expect(seconds: Expected): void;
  /** Called with each event before it reaches the store. */
  heard(event: EngineEvent): void;
  /** What stays in sight until the run is over. */
  notice(text: string): void;
  /** Puts what is over into the history, once. */
  commitNews(frame: Frame): void;
  look(step: StepId): void;
  closeLook(): void;
  pressRun(key: Key, context: Context): { look: StepId } | undefined;
  pressLook(key: Key, context: Context): void;
  drawRun(context: Context): ReactNode;
  drawLook(context: Context): ReactNode;
}

export function createBoard({ store, commit }: { store: SessionStore; commit: (lines: LineCells[]) => void }): Board {
  let run = newRunState;
  let looking: LookState | undefined;
  let expected: Expected;
  let notice: string | undefined;
  const chronicle = createChronicle(commit);

  const isRunning = () => {
    const view = store.getSnapshot();
    return view.startedAt !== undefined && view.finished === undefined;
  };

  return {
    get isRunning() {
      return isRunning();
    },
    get isLooking() {
      return looking !== undefined;
    },
    get isMoving() {
      return isRunning() && totalsOf(store.getSnapshot()).running > 0;
    },
    expect(seconds) {
      expected = seconds;
    },
    heard(event) {
      if (event.type === 'step.started') commit(chronicle.retried(store.getSnapshot(), event.step));
      if (event.type !== 'run.planned') return;
      // Another round, with other answers: another board.
      run = newRunState;
      notice = undefined;
      chronicle.begin();
    },
    notice(text) {
      if (isRunning()) notice = text;
    },
    commitNews: (frame) => chronicle.write(store.getSnapshot(), expected, frame),
    look(step) {
      looking = lookAt(step);
    },
    closeLook() {
      looking = undefined;
    },
    pressRun(key, { view }) {
      if (!isRunning()) return undefined;
      const pressed = pressRun(view, run, key);
      if (pressed === 'passed' || 'reply' in pressed) return undefined;
      if ('look' in pressed) return pressed;
      run = pressed.state;
      return undefined;
    },
    pressLook(key, { view, frame }) {
      if (looking === undefined) return;
      const pressed = pressLook(view, looking, key, frame);
      if (pressed !== 'passed') looking = pressed === 'closed' ? undefined : pressed.state;
    },
    drawRun: ({ view, frame }) => (
      <RunScreen view={view} state={run} expected={expected} notice={notice} frame={frame} />
    ),
    drawLook({ view, frame }) {
      if (looking === undefined || stepOf(view, looking.step) === undefined) return null;
      return <LookInside view={view} state={looking} frame={frame} />;
    },
  };
}
