import type { StepId } from '../../../plan/plan.ts';
import type { StepView, ViewModel } from '../../session/view-model.ts';
import type { Frame } from '../frame.ts';
import { windowAround } from '../layout/window.ts';
import { Line } from './line.tsx';
import { moreText } from './select-list.ts';
import { stepCells } from './step-line.ts';

interface StepListProps {
  view: ViewModel;
  steps: readonly StepView[];
  selected: StepId | undefined;
  rows: number;
  frame: Frame;
}

/** The steps around the selected one. */
export function StepList({ view, steps, selected, rows, frame }: StepListProps) {
  const at = steps.findIndex(({ id }) => id === selected);
  const shown = windowAround(steps.length, Math.max(0, at), rows);
  const about = { view, now: frame.now, width: frame.width - 2 };
  return (
    <>
      {steps.slice(shown.start, shown.end).map((step) => (
        <Line
          key={step.id}
          frame={frame}
          cells={[
            step.id === selected ? { text: '› ', tone: 'active' } : { text: '  ' },
            ...stepCells({ ...about, step }, step.id === selected),
          ]}
        />
      ))}
      {shown.hasMore && <Line frame={frame} cells={[{ text: moreText(shown.above, shown.below), tone: 'dim' }]} />}
    </>
  );
}
