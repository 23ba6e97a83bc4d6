import chalk from 'chalk';
import type { RecipeChoice } from '../frontend.ts';
import { appearanceOf } from './appearance.ts';
import { barCells } from './components/key-bar.ts';
import { frameOf, type Frame } from './frame.ts';
import { layoutLine, type LineCells } from './layout/cells.ts';
import { chooseLines, chooseStart } from './screens/choose-lines.ts';
import { isTooSmall, sizeOf } from './size.ts';
import { Terminal, type TerminalInput, type TerminalOutput } from './terminal.ts';
import type { Tone } from './theme.ts';

export interface FirstPaintRequest {
  stdin: TerminalInput;
  stdout: TerminalOutput & { hasColors?(): boolean };
  version: string;
  environment: NodeJS.ProcessEnv;
  colour?: boolean;
}

/**
 * Draws the first screen before Ink is loaded, which takes longer than everything else at the start. Ink's first frame
 * then takes its place, equal cell for cell; keys typed meanwhile wait in the terminal and are Ink's. Returns the terminal
 * for Ink to draw on; undefined where it is too small for the screen.
 */
export function paintFirst(request: FirstPaintRequest, recipes: readonly RecipeChoice[]): Terminal | undefined {
  const size = sizeOf(request.stdout);
  if (isTooSmall(size)) return undefined;
  const { theme, isAscii } = appearanceOf(request);
  const frame = frameOf(size, { theme, version: request.version, now: 0, beat: 0 });
  const { lines, keys } = chooseLines(recipes, chooseStart, frame);
  const terminal = new Terminal({ ...request, isAscii });
  terminal.paint([...lines, [], barCells(keys, frame.width)].map((cells) => `${lineText(cells, frame)}\n`).join(''));
  return terminal;
}

function lineText(cells: LineCells, { width, theme }: Frame): string {
  return layoutLine([{ text: ' ' }, ...cells], width + 1)
    .map(({ text, tone }) => styled(text, theme[tone]))
    .join('');
}

/** As Ink styles a text. */
function styled(text: string, { dimColor, color, bold, inverse }: Frame['theme'][Tone]): string {
  let styled = dimColor === true ? chalk.dim(text) : text;
  if (color !== undefined) styled = chalk[color](styled);
  if (bold === true) styled = chalk.bold(styled);
  return inverse === true ? chalk.inverse(styled) : styled;
}
