import type { LogRing } from '../../session/log-ring.ts';
import type { LineCells } from '../layout/cells.ts';

/** The last lines of a log, oldest first. */
export function logTail(log: LogRing, rows: number): LineCells[] {
  const start = Math.max(0, log.lines.length - rows);
  return log.lines.slice(start).map((text) => [{ text: '  ' }, { text, tone: 'dim', grows: true }]);
}
