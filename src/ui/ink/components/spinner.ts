import type { Moment } from '../../session/view-model.ts';
import type { Cell } from '../layout/cells.ts';
import { spinnerFrames } from '../theme.ts';

/** Milliseconds between two pictures of the spinner: the clock of everything that moves. */
export const tick = 200;

/** The one thing on a screen that moves; what it stands for is said beside it. */
export function spinnerCell(now: Moment): Cell {
  return { text: spinnerFrames[Math.floor(now / tick) % spinnerFrames.length] ?? '', tone: 'active' };
}
