/** Columns and rows. A terminal that tells no size (0 by 0, seen under `script`) counts as 80 by 24. */
export interface Size {
  columns: number;
  rows: number;
}

export const smallest: Size = { columns: 60, rows: 15 };

/** The size that the terminal tells now. */
export function sizeOf({ columns, rows }: Partial<Size>): Size {
  return {
    columns: columns === undefined || columns <= 0 ? 80 : columns,
    rows: rows === undefined || rows <= 0 ? 24 : rows,
  };
}

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}
