import type { Plan } from '../../plan/plan.ts';
import type { PreflightReport } from '../../plan/preflight/report.ts';
import { sanitiseLine } from '../../secrets/sanitise.ts';
import type { Estimates } from '../frontend.ts';
import { planView, type PlanRow, type PlanView } from '../session/plan-view.ts';
import { estimateText } from '../text/durations.ts';
import { fill, widthOf } from '../text/width.ts';
import { problemLines } from './message-lines.ts';

/**
 * The plan as text, for `plan`, for a terminal without Ink and for a file: the same plan gives the same bytes,
 * whatever the terminal's width. Ends with a line break.
 */
export function planText(plan: Plan, report: PreflightReport, estimates: Estimates): string {
  const view = planView(plan, report, estimates);
  const lines = [
    `${plan.recipe.title} on ${view.target}, environment ${plan.environment}`,
    view.fatal.length === 0
      ? 'Nothing has been changed yet. This is what will happen:'
      : 'Nothing has been changed, and nothing can be: see the problems below. This is what would happen:',
    '',
    ...stepLines(view.rows),
    ...section(
      'Left out',
      view.leftOut.map(({ title, when }) => `${title}, because not: ${when}`),
    ),
    ...section(
      'To look at yourself, afterwards',
      view.checksByHand.flatMap(({ text, commands }) => [text, ...commands.map((command) => `    $ ${command}`)]),
    ),
    ...section('Checked', view.proven),
    ...section('Problems', view.fatal.flatMap(problemLines)),
    ...section('Worth knowing', view.warnings.flatMap(problemLines)),
    '',
    criticalPathText(plan, view),
    view.time,
  ];
  return lines.map((line) => `${sanitiseLine(line)}\n`).join('');
}

const verbWidth = 'configure'.length;
const indent = ' '.repeat(2 + verbWidth + 2);

function stepLines(rows: readonly PlanRow[]): string[] {
  const texts = rows.map(({ title, detail }) => (detail === undefined ? title : `${title}  ${detail}`));
  const width = Math.max(0, ...texts.map(widthOf));
  return rows.flatMap((row, index) => {
    const estimate = row.estimate === undefined ? '' : estimateText(row.estimate);
    return [
      `  ${fill(row.verb, verbWidth)}  ${fill(texts[index] ?? '', width)}  ${estimate}`,
      ...(row.after.length === 0 ? [] : [`${indent}after ${row.after.join(', ')}`]),
      ...row.commands.map((command) => `${indent}$ ${command}`),
      ...(row.instead === undefined ? [] : [`${indent}(${row.instead})`]),
    ];
  });
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${heading}:`, ...lines.map((line) => `  ${line}`)];
}

function criticalPathText(plan: Plan, view: PlanView): string {
  const titles = plan.criticalPath.map((id) => view.rows.find(({ step }) => step === id)?.title ?? id);
  return titles.length === 0 ? 'No step waits for another.' : `The longest chain: ${titles.join(', then ')}.`;
}
