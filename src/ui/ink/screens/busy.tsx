import { Line } from '../components/line.tsx';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { spinnerCell } from '../components/spinner.ts';
import type { Frame } from '../frame.ts';

/** What goes on while there is nothing to show yet. */
export function Busy({ message, frame }: { message: string; frame: Frame }) {
  return (
    <ScreenFrame frame={frame} keys={[{ keys: 'ctrl-c', does: 'stop' }]}>
      <Line frame={frame} cells={[spinnerCell(frame.beat), { text: ` ${message}` }]} />
    </ScreenFrame>
  );
}
