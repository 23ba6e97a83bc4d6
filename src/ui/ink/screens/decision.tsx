import type { Decision, DecisionAction } from '../../../events/events.ts';
import { stepOf, type StepView } from '../../session/view-model.ts';
import { Blank, Line, Lines } from '../components/line.tsx';
import { factLines, fittingFacts } from '../components/facts.ts';
import { paragraph } from '../components/paragraph.ts';
import { chromeRows } from '../components/key-bar.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { conditionOf } from '../../session/step-text.ts';
import type { Frame } from '../frame.ts';
import { isSign, type Key } from '../keys.ts';
import { layoutLine, type Cell, type LineCells } from '../layout/cells.ts';
import { needed, optional, share } from '../layout/share.ts';
import { clamp } from '../layout/window.ts';
import type { Drawn, Screen } from '../screen.ts';
import { conditionMarks } from '../theme.ts';

interface State {
  option: number;
}

/** A step stands still or failed: cause, evidence, what to do, and the key that does it. */
export const decisionScreen: Screen<Decision, State, DecisionAction> = {
  open: () => ({ option: 0 }),
  press({ request, state }, key) {
    const by = stepOfKey(key);
    if (by !== undefined) return { state: { option: clamp(state.option + by, 0, request.options.length - 1) } };
    const option = request.options[state.option];
    if (key.key === 'enter' && option !== undefined) return { reply: option.action };
    return isSign(key, 'l') ? { look: request.step } : 'passed';
  },
  draw: (drawn) => <DecisionScreen {...drawn} />,
};

function stepOfKey(key: Key): 1 | -1 | undefined {
  if (key.key === 'right' || key.key === 'down' || key.key === 'tab' || isSign(key, 'j')) return 1;
  return key.key === 'left' || key.key === 'up' || isSign(key, 'k') ? -1 : undefined;
}

function DecisionScreen({ request, state, frame, view }: Drawn<Decision, State>) {
  const step = stepOf(view, request.step);
  const question = paragraph(questionText(request, step), frame.width - 2, 'strong', 3).map(indented);
  const options = optionLines(request, state, frame);
  const layout = { columns: frame.width, indent: 2 };
  const wanted = step === undefined ? 0 : factLines(step, layout).length;
  const rows = share(frame.rows - chromeRows, {
    options: needed(options.length),
    step: needed(step === undefined ? 0 : 1),
    question: needed(question.length),
    facts: { least: 0, want: wanted },
    gap: optional(1),
    factGap: optional(1),
  });
  return (
    <ScreenFrame
      frame={frame}
      keys={[
        { keys: '←→', does: 'choose' },
        { keys: 'enter', does: 'take it' },
        { keys: 'l', does: 'log' },
        { keys: 'ctrl-c', does: 'stop' },
      ]}
    >
      {step !== undefined && <Line frame={frame} cells={[{ text: '  ' }, ...headCells(step)]} />}
      <Blank rows={rows.factGap} />
      <Lines lines={step === undefined ? [] : fittingFacts(step, { ...layout, rows: rows.facts })} frame={frame} />
      <Blank rows={rows.gap} />
      <Lines lines={question} frame={frame} />
      <Lines lines={options} frame={frame} />
    </ScreenFrame>
  );
}

/** The cause stands below, whole. */
function headCells({ title, state }: StepView): LineCells {
  const { glyph, tone } = conditionMarks[conditionOf(state)];
  const code = state.is === 'failed' ? [{ text: `  ${state.failure.code}`, tone: 'dim' as const }] : [];
  return [{ text: `${glyph} `, tone }, { text: title, tone: 'strong' }, ...code];
}

/** A question that only repeats the cause, which stands above it, is put in two words. */
function questionText({ question }: Decision, step: StepView | undefined): string {
  return step?.state.is === 'failed' && step.state.failure.cause === question ? 'What now?' : question;
}

function indented(cells: LineCells): LineCells {
  return [{ text: '  ' }, ...cells];
}

/** The options beside each other when they fit into one line, else below each other. */
function optionLines({ options }: Decision, state: State, frame: Frame): LineCells[] {
  const cells = options.map(({ label }, index): Cell[] => [
    { text: index === state.option ? '› ' : '  ', tone: 'active' },
    { text: label, tone: index === state.option ? 'active' : 'plain' },
  ]);
  const inOne = cells.flatMap((option) => [{ text: '  ' }, ...option]);
  const isFitting = layoutLine(inOne, frame.width * 4).reduce((sum, { text }) => sum + text.length, 0) <= frame.width;
  return isFitting ? [inOne] : cells.map((option) => [{ text: '  ' }, ...option]);
}
