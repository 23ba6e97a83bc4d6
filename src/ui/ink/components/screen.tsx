import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Frame } from '../frame.ts';
import { KeyBar, type KeyHint } from './key-bar.tsx';
import { Blank } from './line.tsx';

/** Rows that a screen keeps for the key bar and the blank row above it. */
export const chromeRows = 2;

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
      <KeyBar hints={keys} frame={frame} />
    </Box>
  );
}
