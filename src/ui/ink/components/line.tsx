import { Box, Text } from 'ink';
import { layoutLine, type LineCells } from '../layout/cells.ts';
import type { Frame } from '../frame.ts';

/** One row of the terminal. All text on the screen is drawn by this component. */
export function Line({ cells, frame }: { cells: LineCells; frame: Frame }) {
  const spans = layoutLine([{ text: ' ' }, ...cells], frame.width + 1);
  return (
    <Box height={1} flexShrink={0}>
      <Text wrap="truncate">
        {spans.map(({ text, tone }, index) => (
          // Spans have no identity besides their place.
          // eslint-disable-next-line react/no-array-index-key
          <Text key={index} {...frame.theme[tone]}>
            {text}
          </Text>
        ))}
      </Text>
    </Box>
  );
}

/** Rows without anything on them. */
export function Blank({ rows = 1 }: { rows?: number }) {
  return <Box height={rows} flexShrink={0} />;
}

/** Lines that have been laid out already. */
export function Lines({ lines, frame }: { lines: readonly LineCells[]; frame: Frame }) {
  return lines.map((cells, index) => (
    // eslint-disable-next-line react/no-array-index-key -- rows of a screen have no identity besides their place
    <Line key={index} cells={cells} frame={frame} />
  ));
}
