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
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (
    end < one.length - start &&
    end < other.length - start &&
    one[one.length - 1 - end] === other[other.length - 1 - end]
  )
    end += 1;
  const same = (text: string): Line => ({ kind: ' ', text });
  return [
    ...one.slice(0, start).map(same),
    ...middle(one.slice(start, one.length - end), other.slice(start, other.length - end)),
    ...one.slice(one.length - end).map(same),
  ];
}

/** Longest common subsequence: what differs between two versions of one object is short. */
function middle(one: readonly string[], other: readonly string[]): Line[] {
  const width = other.length + 1;
  const lengths = new Uint32Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        one[i] === other[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    const [left, right] = [one[i], other[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: ' ', text: left });
      i += 1;
      j += 1;
    } else if (
      left !== undefined &&
      (right === undefined || (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push({ kind: '-', text: left });
      i += 1;
    } else {
      lines.push({ kind: '+', text: right ?? '' });
      j += 1;
    }
  }
  return lines;
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
