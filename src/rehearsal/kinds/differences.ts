import { internalText } from './internal-json.ts';

interface Line {
  kind: ' ' | '-' | '+';
  text: string;
}

const context = 3;

/**
 * How an object of an internal type has changed, as the server tells it: a unified diff of its JSON
 * (k8s.io/apimachinery/pkg/util/diff, which is github.com/pmezard/go-difflib with three lines of context).
 */
export function differences(ref: string, before: object, after: object): string {
  const lines = compared(internalText(ref, before).split('\n'), internalText(ref, after).split('\n'));
  return hunksOf(lines)
    .map(([first, last]) => hunkText(lines, first, last))
    .join('');
}

/** Lines of both, in order: what only the first has before what only the second has. */
function compared(one: readonly string[], other: readonly string[]): Line[] {
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  for (const { a, b, length } of [...matches(one, other), { a: one.length, b: other.length, length: 0 }]) {
    for (const text of one.slice(i, a)) lines.push({ kind: '-', text });
    for (const text of other.slice(j, b)) lines.push({ kind: '+', text });
    for (const text of one.slice(a, a + length)) lines.push({ kind: ' ', text });
    [i, j] = [a + length, b + length];
  }
  return lines;
}

interface Match {
  a: number;
  b: number;
  length: number;
}

/** The longest stretch that both have, then those before and after it (difflib, SequenceMatcher.GetMatchingBlocks). */
function matches(one: readonly string[], other: readonly string[]): Match[] {
  const places = placesOf(other);
  const between = (a: number, aEnd: number, b: number, bEnd: number): Match[] => {
    const found = longest(one, other, places, { a, aEnd, b, bEnd });
    if (found.length === 0) return [];
    return [
      ...between(a, found.a, b, found.b),
      found,
      ...between(found.a + found.length, aEnd, found.b + found.length, bEnd),
    ];
  };
  return between(0, one.length, 0, other.length);
}

/** Where each line stands. In a long text no stretch begins with a line that stands everywhere. */
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) places.set(line, [...(places.get(line) ?? []), index]);
  if (lines.length < 200) return places;
  const most = Math.floor(lines.length / 100) + 1;
  return new Map([...places].filter(([, found]) => found.length <= most));
}

function longest(
  one: readonly string[],
  other: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  { a, aEnd, b, bEnd }: { a: number; aEnd: number; b: number; bEnd: number },
): Match {
  let best: Match = { a, b, length: 0 };
  let lengths = new Map<number, number>();
  for (let i = a; i < aEnd; i += 1) {
    const next = new Map<number, number>();
    for (const j of places.get(one[i] ?? '') ?? []) {
      if (j < b || j >= bEnd) continue;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > best.length) best = { a: i - length + 1, b: j - length + 1, length };
    }
    lengths = next;
  }
  while (best.a > a && best.b > b && one[best.a - 1] === other[best.b - 1])
    best = { a: best.a - 1, b: best.b - 1, length: best.length + 1 };
  while (
    best.a + best.length < aEnd &&
    best.b + best.length < bEnd &&
    one[best.a + best.length] === other[best.b + best.length]
  )
    best = { ...best, length: best.length + 1 };
  return best;
}

/** Stretches of changed lines with what is around them; those that touch are one. */
function hunksOf(lines: readonly Line[]): [first: number, last: number][] {
  const hunks: [number, number][] = [];
  for (const [index, { kind }] of lines.entries()) {
    if (kind === ' ') continue;
    const first = Math.max(0, index - context);
    const last = Math.min(lines.length - 1, index + context);
    const previous = hunks.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = last;
    else hunks.push([first, last]);
  }
  return hunks;
}

function hunkText(lines: readonly Line[], first: number, last: number): string {
  const before = lines.slice(0, first);
  const own = lines.slice(first, last + 1);
  const count = (list: readonly Line[], other: Line['kind']) => list.filter(({ kind }) => kind !== other).length;
  const range = (other: Line['kind']) => {
    const length = count(own, other);
    const start = count(before, other) + (length === 0 ? 0 : 1);
    return length === 1 ? String(start) : `${start},${length}`;
  };
  return `@@ -${range('+')} +${range('-')} @@\n${own.map(({ kind, text }) => `${kind}${text}\n`).join('')}`;
}
