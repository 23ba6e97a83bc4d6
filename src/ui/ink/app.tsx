import { Box, Static, useInput, usePaste } from 'ink';
import { useLayoutEffect, type ReactNode } from 'react';
import { Line } from './components/line.tsx';
import type { Frame } from './frame.ts';
import { keysOf, type Key } from './keys.ts';
import type { LineCells } from './layout/cells.ts';

/** A line of the terminal's history: drawn once, then the terminal's. */
export interface Committed {
  id: number;
  cells: LineCells;
}

export interface AppProps {
  /** A new array whenever there are more. */
  history: Committed[];
  body: ReactNode;
  frame: Frame;
  onKey: (key: Key) => void;
  /** The application is taken down: by its end, a signal, or an error. */
  onUnmount: () => void;
}

/** The whole application: what is over, above; the screen, below; and the one place where keys come in. */
export function App({ history, body, frame, onKey, onUnmount }: AppProps) {
  // One owner of the keyboard for the whole life of the program: raw mode is never left between two screens.
  useInput((input, key) => keysOf(input, key).forEach(onKey));
  usePaste((text) => onKey({ key: 'paste', text }));
  useLayoutEffect(() => onUnmount, [onUnmount]);
  return (
    <Box flexDirection="column">
      <Static items={history}>{({ id, cells }) => <Line key={id} cells={cells} frame={frame} />}</Static>
      {body}
    </Box>
  );
}
