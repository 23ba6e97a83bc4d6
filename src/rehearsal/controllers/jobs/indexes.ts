/** `0,2-4`: as `status.completedIndexes` is written. Indexes from `completions` on are left out; what is no number as well. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) continue;
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
    for (let index = Number(match[1]); index <= last; index += 1) indexes.add(index);
  }
  return indexes;
}

export function formatIndexes(indexes: Iterable<number>): string {
  const parts: string[] = [];
  let first: number | undefined;
  let last: number | undefined;
  const close = () => {
    if (first === undefined || last === undefined) return;
    // Two that follow each other are written with a comma, three with a dash (pkg/controller/job, orderedIntervals).
    parts.push(first === last ? String(first) : last === first + 1 ? `${first},${last}` : `${first}-${last}`);
  };
  for (const index of [...indexes].sort((one, other) => one - other)) {
    if (last !== undefined && index === last + 1) last = index;
    else {
      close();
      first = index;
      last = index;
    }
  }
  close();
  return parts.join(',');
}

/** The first so many indexes that are in none of the sets. */
export function missingIndexes(count: number, completions: number, ...taken: readonly ReadonlySet<number>[]): number[] {
  const missing: number[] = [];
  for (let index = 0; index < completions && missing.length < count; index += 1)
    if (taken.every((set) => !set.has(index))) missing.push(index);
  return missing;
}
