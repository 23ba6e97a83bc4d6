import type { Run } from './screen-buffer.ts';

const cell = { width: 8.43, height: 18 };
const margin = 14;
const titleHeight = 26;

/** The sixteen colours of a quiet dark palette; others do not occur on our screens. */
const palette = [
  '#20242c',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#dcdfe4',
  '#5a6374',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#ffffff',
];
const [background = '', foreground] = [palette[0], palette[7]];

/** A picture of a screen: the text of the cells in their colours, at exact columns. */
export function svgOf(rows: readonly Run[][], { columns, title }: { columns: number; title: string }): string {
  const width = Math.round(columns * cell.width + 2 * margin);
  const top = margin + (title === '' ? 0 : titleHeight);
  const height = Math.round(rows.length * cell.height + top + margin);
  const drawn = rows.flatMap((runs, row) => runs.flatMap((run) => drawRun(run, top + row * cell.height)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="6" fill="${background}"/>`,
    ...(title === ''
      ? []
      : [
          `<text x="${width / 2}" y="${margin + 8}" text-anchor="middle" fill="#8b93a3" ${font(13)}>${escaped(title)}</text>`,
        ]),
    `<g ${font(14)} xml:space="preserve">`,
    ...drawn,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawRun(run: Run, y: number): string[] {
  const colour = (run.colour === undefined ? foreground : palette[run.colour % 16]) ?? foreground;
  const box = run.isInverse
    ? [
        `<rect x="${xOf(run.column)}" y="${y}" width="${widthOf(run.columns)}" height="${cell.height}" fill="${colour}"/>`,
      ]
    : [];
  const text = run.text.trim();
  if (text === '') return box;
  // Spaces are one column each: what is cut off here is known in columns.
  const before = run.text.length - run.text.trimStart().length;
  const columns = run.columns - (run.text.length - text.length);
  const looks = [
    `fill="${run.isInverse ? background : colour}"`,
    ...(run.isBold ? ['font-weight="bold"'] : []),
    ...(run.isDim ? ['opacity="0.6"'] : []),
  ];
  const place = `x="${xOf(run.column + before)}" y="${(y + cell.height * 0.75).toFixed(2)}" textLength="${widthOf(columns)}"`;
  return [...box, `<text ${place} ${looks.join(' ')}>${escaped(text)}</text>`];
}

function xOf(column: number): string {
  return (margin + column * cell.width).toFixed(2);
}

function widthOf(columns: number): string {
  return (columns * cell.width).toFixed(2);
}

function font(size: number): string {
  return `font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${size}"`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
