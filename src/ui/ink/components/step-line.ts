import { conditionOf, stateText, stepTime, type Condition } from '../../session/step-text.ts';
import type { Moment, StepView, ViewModel } from '../../session/view-model.ts';
import { columnOf, type LineCells } from '../layout/cells.ts';
import { conditionMarks, type Tone } from '../theme.ts';

/** Columns of the titles, the same in the whole run so that its lines stand below each other. */
function titleColumn(view: ViewModel, width: number): number {
  return columnOf(
    view.steps.map(({ title }) => title),
    Math.floor(width * 0.36),
  );
}

/** One step on one line: glyph, title, how it stands, for how long. */
export function stepCells(
  { view, step, now, width }: { view: ViewModel; step: StepView; now: Moment; width: number },
  isSelected = false,
): LineCells {
  const condition = conditionOf(step.state);
  const { glyph, tone } = conditionMarks[condition];
  const isQuiet = condition === 'pending' || condition === 'unchanged' || condition === 'skipped';
  return [
    { text: glyph, tone },
    { text: ' ' },
    { text: step.title, width: titleColumn(view, width), tone: isSelected ? 'active' : isQuiet ? 'dim' : 'plain' },
    { text: '  ' },
    { text: stateText(view, step, now), grows: true, tone: textTones[condition] },
    { text: `  ${stepTime(step.state, now)}`.trimEnd(), tone: 'dim' },
  ];
}

const textTones: Record<Condition, Tone> = {
  pending: 'dim',
  running: 'plain',
  waiting: 'waiting',
  stalled: 'waiting',
  changed: 'plain',
  unchanged: 'dim',
  skipped: 'dim',
  failed: 'failed',
  stopped: 'waiting',
};
