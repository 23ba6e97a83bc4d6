import type { Message, Summary } from '../frontend.ts';
import { summaryView, type SummaryView } from '../session/summary-view.ts';
import { totalsOf, type Moment, type StepView, type ViewModel } from '../session/view-model.ts';
import { counted } from '../text/counts.ts';
import { durationText } from '../text/durations.ts';
import { fill, widthOf } from '../text/width.ts';
import { factLines } from './components/facts.ts';
import { labelled, paragraph } from './components/paragraph.ts';
import { stepCells } from './components/step-line.ts';
import { columnOf, type LineCells } from './layout/cells.ts';
import type { Tone } from './theme.ts';
import type { Expected } from './screens/run.tsx';

// What is committed to the terminal's own history: facts that are over. Logs never.

/** `Todo list → minikube / todo      9 steps, about 2 min 40 s`. */
export function runHeading(view: ViewModel, expected: Expected): LineCells[] {
  const { plan } = view;
  const what = plan === undefined ? 'Run' : `${plan.recipe.title} → ${plan.target.name} / ${plan.namespace}`;
  const { steps } = totalsOf(view);
  const skipped = plan?.leftOut.length ?? 0;
  const size =
    counted(steps, 'step') +
    (skipped === 0 ? '' : `, ${skipped} left out`) +
    (expected === undefined ? '' : `, about ${durationText(Math.round(expected))}`);
  return [
    [],
    [
      { text: what, tone: 'strong' },
      { text: size, tone: 'dim', align: 'right', grows: true },
    ],
    [],
  ];
}

/** A step that is over, on one line; below a failed one, why. */
export function stepHistory(
  view: ViewModel,
  step: StepView,
  { now, width }: { now: Moment; width: number },
): LineCells[] {
  // Two columns as in the live list, where a mark shows which step is selected.
  const line: LineCells = [{ text: '  ' }, ...stepCells({ view, step, now, width: width - 2 })];
  const { state } = step;
  if (state.is === 'done')
    return [line, ...state.warnings.flatMap((text) => marked('▲', 'waiting', text, width - 6, 6))];
  if (state.is !== 'failed') return [line];
  return [line, ...factLines(step, { columns: width, indent: 6 })];
}

export function retriedHistory({ title }: StepView, cause: string): LineCells[] {
  return [[{ text: '  ' }, { text: '✗ ', tone: 'failed' }, { text: `${title}, tried again: ${cause}`, grows: true }]];
}

/** A text with a mark before its first line. */
function marked(glyph: string, tone: Tone, text: string, columns: number, indent: number): LineCells[] {
  return paragraph(text, columns - 2).map((cells, index) => [
    { text: ' '.repeat(indent) },
    { text: index === 0 ? `${glyph} ` : '  ', tone },
    ...cells,
  ]);
}

/** Steps that a run did not get to. */
export function unreachedHistory(view: ViewModel): LineCells[] {
  const { pending } = totalsOf(view);
  return pending === 0 ? [] : [[{ text: `  ${counted(pending, 'step')} not reached`, tone: 'dim' }]];
}

const marks = {
  info: { glyph: '·', tone: 'dim' },
  warning: { glyph: '▲', tone: 'waiting' },
  error: { glyph: '✗', tone: 'failed' },
} as const;

export function messageHistory(message: Message, width: number): LineCells[] {
  const { glyph, tone } = marks[message.level];
  const text = message.level === 'info' ? message.text : `${message.level}: ${message.text}`;
  const what = paragraph(text, width - 2, message.level === 'info' ? 'plain' : tone);
  return [
    ...what.map((cells, index): LineCells => [{ text: index === 0 ? `${glyph} ` : '  ', tone }, ...cells]),
    ...(message.detail ?? []).flatMap((line) => below(line, width)),
    ...(message.next ?? []).flatMap((line) => below(`→ ${line}`, width)),
  ];
}

function below(text: string, width: number): LineCells[] {
  return paragraph(text, width - 4).map((cells) => [{ text: '    ' }, ...cells]);
}

/** What was made and where it answers. Commands are broken over lines rather than cut: they are there to be copied. */
export function summaryHistory(summary: Summary, width: number): LineCells[] {
  const view = summaryView(summary);
  const [glyph, tone] = summary.ok ? (['✓', 'done'] as const) : (['✗', 'failed'] as const);
  return [
    [],
    ...headingLines(view, width).map((cells, index): LineCells => [
      { text: index === 0 ? `${glyph} ` : '  ', tone },
      ...cells,
    ]),
    [],
    ...view.rows.flatMap((row) => summaryRow(row, view, width)),
    ...(view.closing === undefined ? [] : [[], ...below(view.closing, width)]),
  ];
}

function headingLines(view: SummaryView, width: number): LineCells[] {
  const facts = { text: view.facts, tone: 'dim', align: 'right', grows: true } as const;
  const isFitting = widthOf(view.heading) + widthOf(view.facts) + 4 <= width;
  return isFitting
    ? [[{ text: view.heading, tone: 'strong' }, facts]]
    : [...paragraph(view.heading, width - 2, 'strong'), ...paragraph(view.facts, width - 2, 'dim')];
}

function summaryRow({ label, text, hint }: SummaryView['rows'][number], view: SummaryView, width: number): LineCells[] {
  const labelWidth =
    columnOf(
      view.rows.map((row) => row.label),
      16,
    ) + 3;
  const lines = labelled({ label, text }, { columns: width - 2, labelWidth });
  const remark = hint === undefined ? [] : paragraph(hint, width - 2 - labelWidth, 'dim');
  const textWidth = widthOf(text) + 3;
  const isBeside = 2 + labelWidth + textWidth + widthOf(hint ?? '') <= width;
  const all: LineCells[] =
    isBeside && remark.length > 0
      ? [[{ text: fill(label, labelWidth), tone: 'dim' }, { text, width: textWidth }, ...(remark[0] ?? [])]]
      : [...lines, ...remark.map((cells): LineCells => [{ text: ' '.repeat(labelWidth) }, ...cells])];
  return all.map((cells) => [{ text: '  ' }, ...cells]);
}
