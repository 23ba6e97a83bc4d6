import type { Answer, Plain } from './answer.ts';

/** One place where two answers are not equal. */
export interface Difference {
  /** `scenario / client / step: path`, for instance `deployment / kubectl 1.35 / observe v1/pods: [0].status.phase`. */
  where: string;
  /** What was recorded; undefined where there was nothing. */
  expected: Plain | undefined;
  actual: Plain | undefined;
}

/** A difference that is no bug. */
export interface AllowedDifference {
  /** As the `where` of a difference; `*` stands for anything, also over several words. */
  where: string;
  why: string;
  /** The difference is allowed only between these. */
  expected?: RegExp;
  actual?: RegExp;
}

/** Field by field, the differences between what was recorded and what was answered. */
export function compareAnswers(prefix: string, expected: readonly Answer[], actual: readonly Answer[]): Difference[] {
  const differences: Difference[] = [];
  for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
    const [one, other] = [expected[index], actual[index]];
    const step = one?.step ?? other?.step ?? '';
    if (one === undefined || other === undefined || one.step !== other.step) {
      differences.push({ where: `${prefix} / ${step}: step`, expected: one?.step, actual: other?.step });
      break;
    }
    differences.push(...compareAnswer(prefix, one, other));
  }
  return differences;
}

export function compareAnswer(prefix: string, expected: Answer, actual: Answer): Difference[] {
  const { step, objects, ...rest } = expected;
  const { step: _, objects: actualObjects, ...actualRest } = actual;
  const start = `${prefix} / ${step}`;
  return [
    ...compareValues(`${start}: `, rest as Plain, actualRest as Plain),
    ...Object.entries(objects ?? {}).flatMap(([path, value]) =>
      compareValues(`${start}: ${path}`, value, actualObjects?.[path]),
    ),
  ];
}

function compareValues(where: string, expected: Plain | undefined, actual: Plain | undefined): Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual)) return compareLists(where, expected, actual);
  if (isObject(expected) && isObject(actual)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    const dot = where.endsWith(' ') ? '' : '.';
    return names.flatMap((name) => compareValues(`${where}${dot}${name}`, expected[name], actual[name]));
  }
  return expected === actual ? [] : [{ where, expected, actual }];
}

/** Entries that are equal are paired in their order first, so that one more or less does not make all that follow differ. */
function compareLists(where: string, expected: readonly Plain[], actual: readonly Plain[]): Difference[] {
  const differences: Difference[] = [];
  const flush = (oneFrom: number, oneTo: number, otherFrom: number, otherTo: number) => {
    for (let step = 0; step < Math.max(oneTo - oneFrom, otherTo - otherFrom); step += 1) {
      const one = oneFrom + step < oneTo ? expected[oneFrom + step] : undefined;
      const other = otherFrom + step < otherTo ? actual[otherFrom + step] : undefined;
      differences.push(...compareValues(`${where}[${oneFrom + step}]`, one, other));
    }
  };
  let [one, other] = [0, 0];
  for (const [nextOne, nextOther] of [...commonEntries(expected, actual), [expected.length, actual.length] as const]) {
    flush(one, nextOne, other, nextOther);
    [one, other] = [nextOne + 1, nextOther + 1];
  }
  return differences;
}

/** Longest common subsequence: pairs of indices. */
function commonEntries(expected: readonly Plain[], actual: readonly Plain[]): (readonly [number, number])[] {
  const [ones, others] = [expected.map(key), actual.map(key)];
  const width = others.length + 1;
  const lengths = new Uint32Array((ones.length + 1) * width);
  const at = (one: number, other: number) => lengths[one * width + other] ?? 0;
  for (let one = ones.length - 1; one >= 0; one -= 1)
    for (let other = others.length - 1; other >= 0; other -= 1)
      lengths[one * width + other] =
        ones[one] === others[other] ? at(one + 1, other + 1) + 1 : Math.max(at(one + 1, other), at(one, other + 1));
  const pairs: (readonly [number, number])[] = [];
  for (let one = 0, other = 0; one < ones.length && other < others.length;) {
    if (ones[one] === others[other]) pairs.push([one++, other++]);
    else if (at(one + 1, other) >= at(one, other + 1)) one += 1;
    else other += 1;
  }
  return pairs;
}

const key = (value: Plain) => JSON.stringify(value);
const isObject = (value: Plain | undefined): value is { [field: string]: Plain } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tells allowed differences from bugs, and remembers which entries were of use. */
export class Allowance {
  readonly #entries: readonly (AllowedDifference & { pattern: RegExp })[];
  readonly #used = new Set<AllowedDifference>();

  constructor(entries: readonly AllowedDifference[]) {
    this.#entries = entries.map((entry) => ({ ...entry, pattern: patternOf(entry.where) }));
  }

  allows(difference: Difference): boolean {
    const entry = this.#entries.find(
      ({ pattern, expected, actual }) =>
        pattern.test(difference.where) &&
        (expected?.test(key(difference.expected ?? null)) ?? true) &&
        (actual?.test(key(difference.actual ?? null)) ?? true),
    );
    if (entry !== undefined) this.#used.add(entry);
    return entry !== undefined;
  }

  /** Entries that matched nothing so far: in a whole comparison they are not needed. */
  unneeded(): AllowedDifference[] {
    return this.#entries.filter((entry) => !this.#used.has(entry));
  }
}

const patternOf = (where: string) =>
  new RegExp(
    `^${where
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
    's',
  );
