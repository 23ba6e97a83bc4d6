import { sanitise } from '../../../secrets/sanitise.ts';
import { cut, fill, wrap } from '../../text/width.ts';
import type { LineCells } from '../layout/cells.ts';
import type { Tone } from '../theme.ts';

/** Text broken into rows of so many columns; with a limit, the last row tells by its ellipsis that there is more. */
export function paragraph(text: string, columns: number, tone: Tone = 'plain', limit = Infinity): LineCells[] {
  const lines = wrap(sanitise(text).replace(/\s+/g, ' ').trim(), columns);
  const shown = lines.slice(0, limit);
  const last = shown.at(-1);
  if (last !== undefined && lines.length > shown.length)
    shown[shown.length - 1] = cut(`${last} ${lines[shown.length]}`, columns);
  return shown.map((line) => [{ text: line, tone }]);
}

/** A label and its text, which continues below itself: `Because   PostgreSQL does not accept the user…`. */
export function labelled(
  { label, text }: { label: string; text: string },
  {
    columns,
    labelWidth,
    tone = 'plain',
    limit = Infinity,
  }: { columns: number; labelWidth: number; tone?: Tone; limit?: number },
): LineCells[] {
  return paragraph(text, columns - labelWidth, tone, limit).map((cells, index) => [
    { text: fill(index === 0 ? label : '', labelWidth), tone: 'dim' },
    ...cells,
  ]);
}
