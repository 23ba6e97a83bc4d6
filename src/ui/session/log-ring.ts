/** The last lines of a step's output: for the eye; the whole is in a file. Immutable. */
export interface LogRing {
  readonly lines: readonly string[];
  /** Lines that were here and made room. */
  readonly dropped: number;
}

/** Lines kept of each step. */
const ringSize = 200;

export const emptyRing: LogRing = { lines: [], dropped: 0 };

export function appendLines(ring: LogRing, lines: readonly string[], size = ringSize): LogRing {
  if (lines.length === 0) return ring;
  const all = lines.length >= size ? lines.slice(-size) : [...ring.lines.slice(lines.length - size), ...lines];
  return { lines: all, dropped: ring.dropped + ring.lines.length + lines.length - all.length };
}
