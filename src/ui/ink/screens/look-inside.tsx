import type { StepId } from '../../../plan/plan.ts';
import { stepOf, type StepView, type ViewModel } from '../../session/view-model.ts';
import { commandLines } from '../components/commands.ts';
import { factLines } from '../components/facts.ts';
import { Line, Lines } from '../components/line.tsx';
import { Rule } from '../components/rule.tsx';
import { chromeRows } from '../components/key-bar.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { stepCells } from '../components/step-line.ts';
import type { Frame } from '../frame.ts';
import { isSign, movement, type Key } from '../keys.ts';
import type { LineCells } from '../layout/cells.ts';
import { clamp } from '../layout/window.ts';

export interface LookState {
  step: StepId;
  /** Lines scrolled up from the end; at 0 the log is followed. */
  up: number;
  aspect: 'log' | 'commands';
}

export type LookPressed = { state: LookState } | 'closed' | 'passed';

export function lookAt(step: StepId): LookState {
  return { step, up: 0, aspect: 'log' };
}

export function pressLook(view: ViewModel, state: LookState, key: Key, frame: Frame): LookPressed {
  if (key.key === 'escape' || key.key === 'left' || key.key === 'enter' || isSign(key, 'q')) return 'closed';
  if (isSign(key, 'c')) return { state: { ...state, up: 0, aspect: state.aspect === 'log' ? 'commands' : 'log' } };
  if (key.key === 'tab' || isSign(key, 'n')) return { state: neighbour(view, state, 1) };
  if (isSign(key, 'p')) return { state: neighbour(view, state, -1) };
  const move = movement(key);
  if (move === undefined) return 'passed';
  const { lines, page } = pageOf(view, state, frame);
  const most = Math.max(0, lines.length - page);
  const by = { up: 1, down: -1, 'page-up': page, 'page-down': -page, home: most, end: -most }[move];
  return { state: { ...state, up: clamp(state.up + by, 0, most) } };
}

function neighbour(view: ViewModel, state: LookState, by: 1 | -1): LookState {
  const at = view.steps.findIndex(({ id }) => id === state.step);
  const step = view.steps[(at + by + view.steps.length) % view.steps.length];
  return step === undefined ? state : { ...state, step: step.id, up: 0 };
}

/** What a step has written, on a screen of its own: all that is kept, from any step, finished ones too. */
export function LookInside({ view, state, frame }: { view: ViewModel; state: LookState; frame: Frame }) {
  const step = stepOf(view, state.step);
  const { lines, page, top } = pageOf(view, state, frame);
  const end = lines.length - Math.min(state.up, Math.max(0, lines.length - page));
  const start = Math.max(0, end - page);
  return (
    <ScreenFrame frame={frame} keys={hints(view, state, lines.length > page)}>
      {step !== undefined && (
        <Line frame={frame} cells={stepCells({ view, step, now: frame.now, width: frame.width })} />
      )}
      <Lines lines={top} frame={frame} />
      <Rule
        frame={frame}
        left={state.aspect === 'log' ? 'log' : 'commands'}
        right={[{ text: placeText(lines.length, start, end) }]}
      />
      <Lines lines={lines.slice(start, end)} frame={frame} />
    </ScreenFrame>
  );
}

/** The lines of the chosen aspect, the facts above them, and how many lines fit. */
function pageOf(view: ViewModel, state: LookState, frame: Frame) {
  const step = stepOf(view, state.step);
  const room = frame.rows - chromeRows - 2;
  const why = step?.state.is === 'failed' ? factLines(step, { columns: frame.width, indent: 2, limit: 3 }) : [];
  const facts = why.slice(0, Math.floor(room / 2));
  const lines =
    step === undefined ? [] : state.aspect === 'commands' ? commandLines(step, frame.width) : logLines(step);
  return { lines, top: facts, page: Math.max(1, room - facts.length) };
}

function logLines({ log }: StepView): LineCells[] {
  if (log.lines.length === 0) return [[{ text: '  nothing written', tone: 'dim' }]];
  const gone: LineCells[] =
    log.dropped === 0 ? [] : [[{ text: `  ${log.dropped} earlier lines are in the log file`, tone: 'dim' }]];
  return [...gone, ...log.lines.map((text): LineCells => [{ text: '  ' }, { text, grows: true }])];
}

function placeText(count: number, start: number, end: number): string {
  if (count === 0) return 'empty';
  return end === count ? `lines ${start + 1} to ${end}, the end` : `lines ${start + 1} to ${end} of ${count}`;
}

function hints(view: ViewModel, { aspect }: LookState, canScroll: boolean) {
  return [
    ...(canScroll ? [{ keys: '↑↓', does: 'scroll' }] : []),
    ...(view.steps.length > 1
      ? [
          { keys: 'n', does: 'next step' },
          { keys: 'p', does: 'previous' },
        ]
      : []),
    { keys: 'c', does: aspect === 'log' ? 'command' : 'log' },
    { keys: 'esc', does: 'back' },
  ];
}
