import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Made when it is first needed: its tables take longer to load than the first screen to draw. */
let segmenter: Intl.Segmenter | undefined;

/** What a person takes for single characters: an emoji of several code points is one. */
export function graphemes(text: string): string[] {
  // Of ASCII only CR LF is one grapheme of two characters.
  if (/^[\u0020-\u007E]*$/.test(text)) return text.split('');
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text in at most so many columns; what is cut off leaves an ellipsis. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  return `${headOf(text, columns - 1).trimEnd()}…`;
}

/** As many graphemes from the start as fit. */
function headOf(text: string, columns: number): string {
  let head = '';
  let width = 0;
  for (const grapheme of graphemes(text)) {
    width += widthOf(grapheme);
    if (width > columns) return head;
    head += grapheme;
  }
  return head;
}

/** Cut or filled with spaces to exactly so many columns. */
export function fill(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, columns);
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(short)));
  return align === 'left' ? short + spaces : spaces + short;
}

/** The text in lines of at most so many columns, broken between words where possible. */
export function wrap(text: string, columns: number): string[] {
  return wrapAnsi(text, Math.max(1, columns), { hard: true }).split('\n');
}
