import type { Summary } from '../../frontend.ts';
import { chromeRows } from '../components/key-bar.ts';
import { Lines } from '../components/line.tsx';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import type { Frame } from '../frame.ts';
import { summaryHistory } from '../history.ts';
import { isSign } from '../keys.ts';
import type { LineCells } from '../layout/cells.ts';
import type { Drawn, Screen } from '../screen.ts';

/** The last keys. What they are about stands above already, in the terminal's history, where it stays. */
export const summaryScreen: Screen<Summary, Record<string, never>, 'leave' | 'open' | 'undo'> = {
  open: () => ({}),
  press({ request }, key) {
    if (isSign(key, 'o') && canOpen(request)) return { reply: 'open' };
    if (isSign(key, 'u') && canUndo(request)) return { reply: 'undo' };
    if (key.key === 'enter' || key.key === 'escape' || isSign(key, 'q')) return { reply: 'leave' };
    return 'passed';
  },
  draw: (drawn) => <SummaryScreen {...drawn} />,
};

function SummaryScreen({ request, frame }: Drawn<Summary, Record<string, never>>) {
  const keys = [
    ...(canOpen(request) ? [{ keys: 'o', does: 'open' }] : []),
    ...(canUndo(request) ? [{ keys: 'u', does: 'undo' }] : []),
    { keys: 'enter', does: 'leave' },
  ];
  return (
    <ScreenFrame frame={frame} keys={keys}>
      <Lines lines={hiddenLines(request, frame)} frame={frame} />
    </ScreenFrame>
  );
}

/** On a low terminal the result has scrolled away above the commands: it is said again, right above the keys. */
function hiddenLines(request: Summary, frame: Frame): LineCells[] {
  const lines = summaryHistory(request, frame.width);
  const [, heading = []] = lines;
  if (lines.length + chromeRows < frame.rows) return [];
  return [heading, ...request.endpoints.map(({ title, url }): LineCells => [{ text: `  ${title}  ${url}` }])];
}

function canOpen({ endpoints }: Summary): boolean {
  return endpoints.length > 0;
}

function canUndo({ objects }: Summary): boolean {
  return objects > 0;
}
