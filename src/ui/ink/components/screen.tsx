import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Frame } from '../frame.ts';
import { barCells, type KeyHint } from './key-bar.ts';
import { Blank, Line } from './line.tsx';

interface ScreenProps {
  keys: readonly KeyHint[];
  frame: Frame;
  children: ReactNode;
}

/**
 * The body of a screen and its key bar. Screens share out `frame.rows - chromeRows` rows themselves; the limit here makes
 * sure that a mistake in that sum cuts the body, and never lets the frame reach the height of the terminal.
 */
export function Screen({ keys, frame, children }: ScreenProps) {
  return (
    <Box flexDirection="column" maxHeight={frame.rows} overflow="hidden">
      <Box flexDirection="column" flexShrink={1} overflow="hidden">
        {children}
      </Box>
      <Blank />
      <Line frame={frame} cells={barCells(keys, frame.width)} />
    </Box>
  );
}
