import type { StepId } from '../../../plan/plan.ts';
import { conditionOf } from '../../session/step-text.ts';
import { elapsedOf, totalsOf, type StepView, type ViewModel } from '../../session/view-model.ts';
import { clockText } from '../../text/durations.ts';
import { commandLines } from '../components/commands.ts';
import { factLines } from '../components/facts.ts';
import { Blank, Lines } from '../components/line.tsx';
import { logTail } from '../components/log-tail.ts';
import { paragraph } from '../components/paragraph.ts';
import { Rule } from '../components/rule.tsx';
import { chromeRows } from '../components/key-bar.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { spinnerCell } from '../components/spinner.ts';
import { StepList } from '../components/step-list.tsx';
import type { Frame } from '../frame.ts';
import { isSign, movement, type Key } from '../keys.ts';
import type { Cell, LineCells } from '../layout/cells.ts';
import { needed, optional, share } from '../layout/share.ts';
import { clamp } from '../layout/window.ts';
import type { Pressed } from '../screen.ts';

export interface RunState {
  /** Absent until the person moves: then the most telling step is selected by itself. */
  selected?: StepId;
  panel: 'log' | 'commands' | 'none';
}

export const newRunState: RunState = { panel: 'log' };

/** Seconds that the whole was expected to take, when somebody knows. */
export type Expected = number | undefined;

/** Steps that still matter: those that are over stand above, in the terminal's history. */
function liveSteps(view: ViewModel): StepView[] {
  return view.steps.filter(({ state }) => state.is !== 'done' && state.is !== 'skipped');
}

/** The step that the person looks at, or that is most worth a look. */
function selectedStep(view: ViewModel, state: RunState): StepView | undefined {
  const live = liveSteps(view);
  const chosen = live.find(({ id }) => id === state.selected);
  if (chosen !== undefined) return chosen;
  const worth = (['failed', 'stalled', 'running', 'waiting'] as const).map((condition) => {
    const such = live.filter((step) => conditionOf(step.state) === condition);
    // Of those at work the one that decides how long it takes.
    return such.find(({ id }) => view.plan?.criticalPath.includes(id)) ?? such[0];
  });
  return worth.find((step) => step !== undefined) ?? live[0];
}

export function pressRun(view: ViewModel, state: RunState, key: Key): Pressed<RunState, never> {
  const selected = selectedStep(view, state);
  const move = movement(key);
  if (move !== undefined) return { state: moved(view, state, selected, move) };
  if (key.key === 'enter') return selected === undefined ? 'passed' : { look: selected.id };
  if (isSign(key, 'l')) return { state: { ...state, panel: state.panel === 'log' ? 'none' : 'log' } };
  if (isSign(key, 'c')) return { state: { ...state, panel: state.panel === 'commands' ? 'log' : 'commands' } };
  return 'passed';
}

function moved(view: ViewModel, state: RunState, selected: StepView | undefined, move: string): RunState {
  const live = liveSteps(view);
  const at = selected === undefined ? 0 : live.indexOf(selected);
  const by: Record<string, number> = {
    up: -1,
    down: 1,
    home: -live.length,
    end: live.length,
    'page-up': -10,
    'page-down': 10,
  };
  const step = live[clamp(at + (by[move] ?? 0), 0, Math.max(0, live.length - 1))];
  return step === undefined ? state : { ...state, selected: step.id };
}

/** Where there is room, some rows are left to the history: a person sees the last steps that are over. */
const roomy = 20;
const historyRows = 4;
/** What of a log is shown at most beside the steps. */
const logRows = 12;

interface RunScreenProps {
  view: ViewModel;
  state: RunState;
  expected: Expected;
  /** What the person was told last, while the run goes on. */
  notice: string | undefined;
  frame: Frame;
}

/** What is happening, what is waited for, for how long. */
export function RunScreen({ view, state, expected, notice, frame }: RunScreenProps) {
  const live = liveSteps(view);
  const selected = selectedStep(view, state);
  const hasLog = state.panel === 'log' && (selected?.log.lines.length ?? 0) > 0;
  const panel = panelLines(selected, state, frame);
  const said = notice === undefined ? [] : paragraph(notice, frame.width, 'waiting', 2);
  const room = frame.rows >= roomy ? frame.rows - historyRows : frame.rows;
  const rows = share(room - chromeRows, {
    rule: needed(1),
    notice: needed(said.length),
    steps: { least: Math.min(4, live.length), want: live.length },
    panel: { least: Math.min(4, panel.length), want: panel.length },
    gap: optional(1),
  });
  return (
    <ScreenFrame frame={frame} keys={hints(state, selected, hasLog)}>
      <StepList view={view} steps={live} selected={selected?.id} rows={rows.steps} frame={frame} />
      <Blank rows={rows.gap} />
      <Rule
        frame={frame}
        left={state.panel === 'none' ? '' : (selected?.title ?? '')}
        right={statusCells(view, expected, frame)}
      />
      <Lines lines={hasLog ? panel.slice(panel.length - rows.panel) : panel.slice(0, rows.panel)} frame={frame} />
      <Lines lines={said.slice(0, rows.notice)} frame={frame} />
    </ScreenFrame>
  );
}

/** Below the rule: the commands of a step, its log, or, where it writes none, why it waits. */
function panelLines(selected: StepView | undefined, { panel }: RunState, frame: Frame): LineCells[] {
  if (selected === undefined || panel === 'none') return [];
  if (panel === 'commands') return commandLines(selected, frame.width);
  return selected.log.lines.length > 0
    ? logTail(selected.log, logRows)
    : factLines(selected, { columns: frame.width, indent: 2 });
}

function statusCells(view: ViewModel, expected: Expected, frame: Frame): Cell[] {
  const totals = totalsOf(view);
  const over = totals.changed + totals.unchanged;
  const time =
    clockText(elapsedOf(view, frame.now)) +
    (expected === undefined ? '' : ` of about ${clockText(Math.round(expected))}`);
  const moving = totals.running > 0 ? [spinnerCell(frame.beat), { text: ' ' }] : [];
  return [...moving, { text: time }, { text: ` · ${over} of ${totals.steps} done`, tone: 'dim' }];
}

function hints({ panel }: RunState, selected: StepView | undefined, hasLog: boolean) {
  const stop = { keys: 'ctrl-c', does: 'stop' };
  if (selected === undefined) return [stop];
  return [
    { keys: '↑↓', does: 'step' },
    { keys: 'enter', does: 'look inside', short: 'look' },
    ...(hasLog || panel !== 'log' ? [{ keys: 'l', does: panel === 'log' ? 'hide log' : 'log', short: 'log' }] : []),
    { keys: 'c', does: panel === 'commands' ? 'hide command' : 'command', short: 'cmd' },
    stop,
  ];
}
