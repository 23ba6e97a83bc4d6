import { factsOf, type Fact } from '../../session/failure-facts.ts';
import type { StepView } from '../../session/view-model.ts';
import type { LineCells } from '../layout/cells.ts';
import { labelled } from './paragraph.ts';

const labelWidth = 'Because'.length + 3;

/** The most needed of these rows where not all fit: the cause, then what to do, then what was seen, in their order. */
export function fittingFacts(
  step: StepView,
  { rows, ...layout }: { columns: number; indent: number; rows: number },
): LineCells[] {
  const all = factsOf(step).map((fact) => ({ fact, lines: linesOf(fact, layout) }));
  const wanted = new Set<(typeof all)[number]>();
  let left = rows;
  const take = (entry: (typeof all)[number]) => {
    if (wanted.has(entry) || entry.lines.length > left) return;
    wanted.add(entry);
    left -= entry.lines.length;
  };
  for (const label of ['What', 'Because', 'Do', 'Seen'] as const) {
    const [first] = all.filter(({ fact }) => fact.label === label);
    if (first !== undefined) take(first);
  }
  all.forEach(take);
  const kept = all.filter((entry) => wanted.has(entry));
  return kept.flatMap(({ fact, lines }, index) => {
    const isFirst = kept[index - 1]?.fact.label !== fact.label;
    return isFirst ? lines : linesOf(fact, layout, '');
  });
}

/** Why a step stands still or failed: labelled facts, each label said once, no fact longer than `limit` rows. */
export function factLines(
  step: StepView,
  { columns, indent, limit = Infinity }: { columns: number; indent: number; limit?: number },
): LineCells[] {
  const facts = factsOf(step);
  return facts.flatMap((fact, index) => {
    const isFirst = facts[index - 1]?.label !== fact.label;
    return linesOf(fact, { columns, indent, limit }, isFirst ? fact.label : '');
  });
}

function linesOf(
  { label, text }: Fact,
  { columns, indent, limit = Infinity }: { columns: number; indent: number; limit?: number },
  shown: string = label,
): LineCells[] {
  const tone = label === 'Because' ? 'failed' : 'plain';
  const lines = labelled({ label: shown, text }, { columns: columns - indent, labelWidth, tone, limit });
  return lines.map((cells): LineCells => [{ text: ' '.repeat(indent) }, ...cells]);
}
