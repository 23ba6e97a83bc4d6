import { cut, widthOf } from '../../text/width.ts';
import type { Frame } from '../frame.ts';
import type { Cell } from '../layout/cells.ts';
import { Line } from './line.tsx';

/** A line that parts: `── todo-frontend ──────────────── 1:12 of about 2:40 ──`. */
export function Rule({ left, right, frame }: { left: string; right: readonly Cell[]; frame: Frame }) {
  const rightWidth = right.reduce((sum, { text }) => sum + widthOf(text), 0);
  const title = cut(left, Math.max(0, frame.width - rightWidth - 10));
  const rest = Math.max(2, frame.width - widthOf(title) - rightWidth - (title === '' ? 6 : 8));
  return (
    <Line
      frame={frame}
      cells={[
        { text: title === '' ? '──' : '── ', tone: 'dim' },
        { text: title, tone: 'strong' },
        { text: `${title === '' ? '' : ' '}${'─'.repeat(rest)} `, tone: 'dim' },
        ...right,
        { text: ' ──', tone: 'dim' },
      ]}
    />
  );
}
