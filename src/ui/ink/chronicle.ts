import type { StepId } from '../../plan/plan.ts';
import { stepOf, type StepView, type ViewModel } from '../session/view-model.ts';
import type { Frame } from './frame.ts';
import { retriedHistory, runHeading, stepHistory, unreachedHistory } from './history.ts';
import type { LineCells } from './layout/cells.ts';
import type { Expected } from './screens/run.tsx';

/** Puts what of a run is over into the terminal's history, each fact once. */
export interface Chronicle {
  write(view: ViewModel, expected: Expected, frame: Frame): void;
  /** A step that failed and is tried again: that it failed stays. */
  retried(view: ViewModel, step: StepId): LineCells[];
  /** Another run begins. */
  begin(): void;
}

export function createChronicle(commit: (lines: LineCells[]) => void): Chronicle {
  let isHeaded = false;
  let isEnded = false;
  const written = new Set<StepId>();

  return {
    retried(view, id) {
      const step = stepOf(view, id);
      return step?.state.is === 'failed' ? retriedHistory(step, step.state.failure.cause) : [];
    },
    begin() {
      isHeaded = isEnded = false;
      written.clear();
    },
    write(view, expected, frame) {
      if (view.startedAt === undefined) return;
      if (!isHeaded) commit(runHeading(view, expected));
      isHeaded = true;
      // Steps that the answers leave out are counted in the heading.
      const isNews = (step: StepView) => !written.has(step.id) && step.state.is !== 'skipped' && isOver(view, step);
      for (const step of view.steps.filter(isNews)) {
        written.add(step.id);
        commit(stepHistory(view, step, frame));
      }
      if (view.finished !== undefined && !isEnded) commit(unreachedHistory(view));
      isEnded = view.finished !== undefined;
    },
  };
}

/** A failed step can still be tried again until the run has ended. */
function isOver({ finished }: ViewModel, { state }: StepView): boolean {
  if (state.is === 'done' || state.is === 'skipped') return true;
  return finished !== undefined && state.is !== 'pending';
}
