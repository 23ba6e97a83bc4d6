import { factsOf } from '../../session/failure-facts.ts';
import type { StepView } from '../../session/view-model.ts';
import type { LineCells } from '../layout/cells.ts';
import { labelled } from './paragraph.ts';

const labelWidth = 'Because'.length + 3;

/** Why a step stands still or failed: labelled facts, each label said once, no fact longer than `limit` rows. */
export function factLines(
  step: StepView,
  { columns, indent, limit = Infinity }: { columns: number; indent: number; limit?: number },
): LineCells[] {
  const facts = factsOf(step);
  return facts.flatMap(({ label, text }, index) => {
    const isFirst = facts[index - 1]?.label !== label;
    const tone = label === 'Because' ? 'failed' : 'plain';
    const lines = labelled(
      { label: isFirst ? label : '', text },
      { columns: columns - indent, labelWidth, tone, limit },
    );
    return lines.map((cells): LineCells => [{ text: ' '.repeat(indent) }, ...cells]);
  });
}
