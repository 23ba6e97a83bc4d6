/** The part of a list that is shown: `start` to `end` (not included); what is not shown is counted. */
export interface Window {
  start: number;
  end: number;
  above: number;
  below: number;
  /** A row is kept free to say how much is above and below. */
  hasMore: boolean;
}

/** The rows around the selected one that fit into `rows`; the selected one is always among them. */
export function windowAround(count: number, selected: number, rows: number): Window {
  if (count <= rows) return { start: 0, end: count, above: 0, below: 0, hasMore: false };
  const hasMore = rows > 1;
  const shown = hasMore ? rows - 1 : Math.max(0, rows);
  const wished = clamp(selected, 0, count - 1) - Math.floor(shown / 2);
  const start = clamp(wished, 0, count - shown);
  return { start, end: start + shown, above: start, below: count - start - shown, hasMore };
}

/** The rows from an offset on, as a pager shows them. */
export function windowFrom(count: number, offset: number, rows: number): { start: number; end: number } {
  const start = clamp(offset, 0, Math.max(0, count - rows));
  return { start, end: Math.min(count, start + rows) };
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
