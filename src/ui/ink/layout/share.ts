/** Rows that a part of a screen needs to make sense, and that it would fill. */
export interface Wish {
  least: number;
  want: number;
}

/**
 * Shares the rows of a screen out among its parts, the most important first: each gets its least while there is room,
 * then each what it wants. The sum is never more than `rows`, so that a frame never gets taller than the terminal.
 */
export function share<Part extends string>(rows: number, wishes: Record<Part, Wish>): Record<Part, number> {
  const parts = Object.keys(wishes) as Part[];
  const given = Object.fromEntries(parts.map((part) => [part, 0])) as Record<Part, number>;
  let left = Math.max(0, rows);
  for (const goal of ['least', 'want'] as const) {
    for (const part of parts) {
      const more = Math.max(0, Math.min(wishes[part][goal] - given[part], left));
      given[part] += more;
      left -= more;
    }
  }
  return given;
}

/** A part of a fixed number of rows that is left out when there is no room for it. */
export function optional(rows: number): Wish {
  return { least: 0, want: rows };
}

export function needed(rows: number): Wish {
  return { least: rows, want: rows };
}
