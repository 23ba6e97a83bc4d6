import type { StepView } from '../../session/view-model.ts';
import { commandLine } from '../../text/command-line.ts';
import type { LineCells } from '../layout/cells.ts';
import { paragraph } from './paragraph.ts';

/** The exact commands of a step, whole: what cannot be read cannot be copied. */
export function commandLines(step: Pick<StepView, 'commands' | 'instead'>, columns: number): LineCells[] {
  const lines = step.commands.flatMap((argv) => indented(`$ ${commandLine(argv)}`, columns));
  if (step.instead !== undefined) lines.push(...indented(step.instead, columns));
  return lines.length > 0 ? lines : [[{ text: '  runs no command', tone: 'dim' }]];
}

function indented(text: string, columns: number): LineCells[] {
  return paragraph(text, columns - 4).map((cells, index) => [{ text: index === 0 ? '  ' : '    ' }, ...cells]);
}
