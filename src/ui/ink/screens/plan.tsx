import type { Plan } from '../../../plan/plan.ts';
import type { PreflightReport } from '../../../plan/preflight/report.ts';
import type { Estimates, PlanReply } from '../../frontend.ts';
import { planView, type PlanView } from '../../session/plan-view.ts';
import { Blank, Line, Lines } from '../components/line.tsx';
import { paragraph } from '../components/paragraph.ts';
import { chromeRows, type KeyHint } from '../components/key-bar.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { moreText } from '../components/select-list.ts';
import type { Frame } from '../frame.ts';
import { isSign, movement, type Key } from '../keys.ts';
import type { LineCells } from '../layout/cells.ts';
import { needed, optional, share } from '../layout/share.ts';
import { clamp, windowFrom } from '../layout/window.ts';
import type { Drawn, Pressed, Screen } from '../screen.ts';
import { planLines, type PlanAspect } from './plan-lines.ts';

export interface PlanRequest {
  plan: Plan;
  report: PreflightReport;
  estimates: Estimates;
}

interface State {
  aspect: PlanAspect;
  /** Rows scrolled down. */
  offset: number;
}

/** The last moment at which nothing has happened. */
export const planScreen: Screen<PlanRequest, State, PlanReply> = {
  open: () => ({ aspect: 'steps', offset: 0 }),
  press({ request, state, frame }, key) {
    const view = viewOf(request);
    if (key.key === 'enter') return view.fatal.length === 0 ? { reply: { reply: 'start' } } : 'passed';
    if (key.key === 'escape' || key.key === 'left') return { reply: { reply: 'back' } };
    if (isSign(key, 's')) return { reply: { reply: 'save' } };
    if (isSign(key, 'q')) return { reply: { reply: 'quit' } };
    if (isSign(key, 'c')) return { state: { aspect: state.aspect === 'commands' ? 'steps' : 'commands', offset: 0 } };
    if (isSign(key, 'd')) return { state: { aspect: state.aspect === 'details' ? 'steps' : 'details', offset: 0 } };
    return scrolled(view, state, frame, key);
  },
  draw: (drawn) => <PlanScreen {...drawn} />,
};

function PlanScreen({ request, state, frame }: Drawn<PlanRequest, State>) {
  const view = viewOf(request);
  const layout = layoutOf(view, state, frame);
  const { start, end } = windowFrom(layout.body.length, state.offset, layout.page);
  const isScrolling = layout.body.length > layout.rows.body;
  return (
    <ScreenFrame frame={frame} keys={hints(view, state, isScrolling)}>
      <Lines lines={layout.heading} frame={frame} />
      <Blank rows={layout.rows.gap} />
      <Lines lines={layout.body.slice(start, end)} frame={frame} />
      {isScrolling && <Line frame={frame} cells={[{ text: moreText(start, layout.body.length - end), tone: 'dim' }]} />}
      <Blank rows={layout.rows.footGap} />
      <Lines lines={layout.foot.slice(layout.foot.length - layout.rows.foot)} frame={frame} />
    </ScreenFrame>
  );
}

function layoutOf(view: PlanView, state: State, frame: Frame) {
  const heading = paragraph(headingText(view), frame.width, view.fatal.length === 0 ? 'strong' : 'failed');
  const body = planLines(view, state.aspect, frame.width);
  const time = paragraph(view.time, frame.width);
  const foot = [...checkedLines(view, frame), ...time];
  const rows = share(frame.rows - chromeRows, {
    heading: needed(heading.length),
    body: { least: 4, want: body.length },
    foot: { least: time.length, want: foot.length },
    gap: optional(1),
    footGap: optional(1),
  });
  // A list that is cut keeps a row to say so.
  const page = body.length > rows.body ? rows.body - 1 : rows.body;
  return { heading, body, foot, rows, page };
}

function scrolled(view: PlanView, state: State, frame: Frame, key: Key): Pressed<State, PlanReply> {
  const move = movement(key);
  if (move === undefined) return 'passed';
  const { body, page } = layoutOf(view, state, frame);
  const last = Math.max(0, body.length - page);
  const to = {
    up: state.offset - 1,
    down: state.offset + 1,
    home: 0,
    end: last,
    'page-up': state.offset - page,
    'page-down': state.offset + page,
  }[move];
  return { state: { ...state, offset: clamp(to, 0, last) } };
}

function viewOf({ plan, report, estimates }: PlanRequest): PlanView {
  return planView(plan, report, estimates);
}

function headingText(view: PlanView): string {
  return view.fatal.length === 0
    ? `Nothing has been changed yet. This is what will happen on ${view.target}:`
    : `Nothing has been changed. It would fail on ${view.target}:`;
}

function checkedLines(view: PlanView, frame: Frame): LineCells[] {
  return view.proven.length === 0 ? [] : paragraph(`Checked: ${view.proven.join(' · ')}`, frame.width);
}

function hints(view: PlanView, { aspect }: State, isScrolling: boolean): KeyHint[] {
  return [
    ...(view.fatal.length === 0 ? [{ keys: 'enter', does: 'start' }] : []),
    { keys: '←', does: 'change an answer', short: 'back' },
    ...(isScrolling ? [{ keys: '↑↓', does: 'scroll' }] : []),
    { keys: 'c', does: aspect === 'commands' ? 'steps' : 'commands', short: aspect === 'commands' ? 'steps' : 'cmds' },
    { keys: 'd', does: aspect === 'details' ? 'steps' : 'details' },
    { keys: 'q', does: 'quit' },
    { keys: 's', does: 'save answers', short: 'save' },
  ];
}
