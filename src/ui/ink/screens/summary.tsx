import type { Summary } from '../../frontend.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { isSign } from '../keys.ts';
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
      {null}
    </ScreenFrame>
  );
}

function canOpen({ endpoints }: Summary): boolean {
  return endpoints.length > 0;
}

function canUndo({ objects }: Summary): boolean {
  return objects > 0;
}
