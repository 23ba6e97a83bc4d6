import type { LogRing } from '../../session/log-ring.ts';
import type { Frame } from '../frame.ts';
import { Line } from './line.tsx';

/** The last lines of a log, oldest first. */
export function LogTail({ log, rows, frame }: { log: LogRing; rows: number; frame: Frame }) {
  const start = Math.max(0, log.lines.length - rows);
  return log.lines
    .slice(start)
    .map((text, index) => (
      <Line
        key={log.dropped + start + index}
        frame={frame}
        cells={[{ text: '  ' }, { text, tone: 'dim', grows: true }]}
      />
    ));
}
