import type { Problem } from '../../../plan/preflight/report.ts';
import type { PlanRow, PlanView } from '../../session/plan-view.ts';
import { estimateText } from '../../text/durations.ts';
import { paragraph } from '../components/paragraph.ts';
import { columnOf, type Cell, type LineCells } from '../layout/cells.ts';

/** What of a plan is shown. */
export type PlanAspect = 'steps' | 'commands' | 'details';

/** The plan as rows of so many columns; what would fail comes first. */
export function planLines(view: PlanView, aspect: PlanAspect, columns: number): LineCells[] {
  const problems = [...view.fatal, ...view.warnings].flatMap((problem) => problemLines(problem, columns));
  const gap: LineCells[] = problems.length === 0 ? [] : [[]];
  return [...problems, ...gap, ...aspectLines(view, aspect, columns)];
}

function aspectLines(view: PlanView, aspect: PlanAspect, columns: number): LineCells[] {
  switch (aspect) {
    case 'steps':
      return [...stepLines(view.rows, columns), ...leftOutNames(view, columns)];
    case 'commands':
      return view.rows.flatMap((row) => [headCells(row), ...commandsOf(row, columns)]);
    case 'details':
      return [
        ...view.rows.flatMap((row) => [headCells(row), ...detailsOf(row, columns)]),
        ...leftOutLines(view, columns),
        ...byHandLines(view, columns),
      ];
    default:
      return aspect satisfies never;
  }
}

const verbWidth = 'configure'.length + 1;

function stepLines(rows: readonly PlanRow[], columns: number): LineCells[] {
  const titleWidth = columnOf(
    rows.map(({ title }) => title),
    Math.floor(columns * 0.4),
  );
  const estimates = rows.map(({ estimate }) => (estimate === undefined ? '' : `  ${estimateText(estimate)}`));
  const estimateWidth = columnOf(estimates, 16);
  const detailWidth = columnOf(
    rows.map(({ detail = '' }) => detail),
    columns,
  );
  const left = columns - 2 - verbWidth - titleWidth - 2 - detailWidth - estimateWidth;
  // Stumps of words tell nothing: `d` shows the details whole.
  const hasDetails = left + detailWidth > 12;
  const besides = besideTexts(rows, left);
  const besideWidth = columnOf(besides, columns);
  return rows.map((row, index) => [
    { text: '  ' },
    { text: row.verb, tone: 'dim', width: verbWidth },
    { text: row.title, width: titleWidth },
    { text: '  ' },
    { text: hasDetails ? (row.detail ?? '') : '', tone: 'dim', grows: true },
    { text: estimates[index] ?? '', align: 'right', width: estimateWidth },
    { text: besides[index] ?? '', tone: 'dim', width: besideWidth },
  ]);
}

const corners = { first: ' ┐', middle: ' │', last: ' ┘' } as const;

/** A bracket around steps that run at the same time, and in its middle the words for it where there is room. */
function besideTexts(rows: readonly PlanRow[], room: number): string[] {
  const texts = rows.map(({ beside }, index) => {
    if (beside === undefined) return '';
    const before = rows[index - 1]?.beside;
    const after = rows[index + 1]?.beside;
    const words =
      beside === 'first' && after === 'last'
        ? ' side'
        : beside === 'last' && before === 'first'
          ? ' by side'
          : beside === 'middle' && before === 'first'
            ? ' side by side'
            : '';
    return corners[beside] + words;
  });
  if (columnOf(texts, room + 1) <= room) return texts;
  return rows.map(({ beside }) => (beside === undefined ? '' : corners[beside]));
}

function headCells({ verb, title }: PlanRow): LineCells {
  return [{ text: '  ' }, { text: `${verb} `, tone: 'dim' }, { text: title }];
}

function commandsOf(row: PlanRow, columns: number): LineCells[] {
  const lines = row.commands.flatMap((command) => below(`$ ${command}`, columns, 'plain'));
  return row.instead === undefined ? lines : [...lines, ...below(row.instead, columns, 'dim')];
}

function detailsOf(row: PlanRow, columns: number): LineCells[] {
  return [
    ...(row.detail === undefined ? [] : below(row.detail, columns, 'plain')),
    ...(row.after.length === 0 ? [] : below(`after ${row.after.join(', ')}`, columns, 'dim')),
  ];
}

function leftOutNames({ leftOut }: PlanView, columns: number): LineCells[] {
  if (leftOut.length === 0) return [];
  const names = leftOut.map(({ title }) => title).join(', ');
  return paragraph(`Left out by the answers: ${names}`, columns - 2, 'dim').map((cells) => [{ text: '  ' }, ...cells]);
}

function leftOutLines({ leftOut }: PlanView, columns: number): LineCells[] {
  if (leftOut.length === 0) return [];
  const lines = leftOut.flatMap(({ title, when }) => below(`${title}, because not: ${when}`, columns, 'dim'));
  return [[], [{ text: '  Left out', tone: 'dim' }], ...lines];
}

function byHandLines({ checksByHand }: PlanView, columns: number): LineCells[] {
  if (checksByHand.length === 0) return [];
  const lines = checksByHand.flatMap(({ text, commands }) => [
    ...below(text, columns, 'plain'),
    ...commands.flatMap((command) => below(`$ ${command}`, columns, 'dim')),
  ]);
  return [[], [{ text: '  To look at yourself, afterwards', tone: 'dim' }], ...lines];
}

function below(text: string, columns: number, tone: Cell['tone']): LineCells[] {
  return paragraph(text, columns - 6, tone).map((cells) => [{ text: '      ' }, ...cells]);
}

function problemLines(problem: Problem, columns: number): LineCells[] {
  const [glyph, tone] = problem.isFatal ? (['✗', 'failed'] as const) : (['▲', 'waiting'] as const);
  const more = [
    ...(problem.neededBy === undefined ? [] : [`needed by ${problem.neededBy}`]),
    ...(problem.answers.length === 0 ? [] : [`depends on the answer ${problem.answers.join(', ')}`]),
    ...problem.remedy,
  ];
  const what = paragraph(problem.message, columns - 4);
  return [
    ...what.map((cells, index): LineCells => [{ text: index === 0 ? `${glyph} ` : '  ', tone }, ...cells]),
    ...more.flatMap((text) => below(text, columns, 'dim')),
  ];
}
