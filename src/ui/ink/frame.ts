import type { Moment } from '../session/view-model.ts';
import type { Size } from './size.ts';
import type { Theme } from './theme.ts';

/** What every screen is drawn in: how large, how it looks, what time it is. */
export interface Frame {
  /** Columns that a line may fill. */
  width: number;
  /** Rows for the whole screen, key bar included: less than the terminal has. */
  rows: number;
  theme: Theme;
  /** In the time of the run: that of a rehearsal is its own. */
  now: Moment;
  /** In that of the person who looks: what moves the spinner. */
  beat: Moment;
  version: string;
}

/** Longer lines put what belongs together too far apart for the eye. */
const widest = 110;

export function frameOf(size: Size, rest: Omit<Frame, 'width' | 'rows'>): Frame {
  // One column at each side; the last one also because some terminals scroll when their last cell is written.
  return { width: Math.min(widest, size.columns - 2), rows: size.rows - 1, ...rest };
}
