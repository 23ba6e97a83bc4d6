import { Line } from '../components/line.tsx';
import type { Frame } from '../frame.ts';
import { smallest, type Size } from '../size.ts';

/** One line, so that it is seen whatever the size; everything goes on behind it. */
export function TooSmall({ size, frame }: { size: Size; frame: Frame }) {
  const text = `Enlarge to ${smallest.columns}x${smallest.rows}: ${size.columns}x${size.rows} is too small`;
  return <Line frame={frame} cells={[{ text, tone: 'waiting' }]} />;
}
