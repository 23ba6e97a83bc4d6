import type { Json, JsonObject } from '../objects.ts';
import { goJson, goQuoted } from './go-format.ts';
import { Remembered } from './remembered.ts';

/**
 * One step of a path into an object, as fieldsV1 writes it: `f:NAME` a field, `k:{...}` the element of a list with these
 * keys, `v:VALUE` the element of a set, `i:INDEX` (sigs.k8s.io/structured-merge-diff, fieldpath/serialize-pe.go).
 */
export type PathElement = string;

export const fieldElement = (name: string): PathElement => fieldElements.of(name);
export const valueElement = (value: Json): PathElement => `v:${goJson(value)}`;
/** The keys must hold scalars. They are written in the order of their names. */
export const keyElement = (keys: JsonObject): PathElement => `k:${goJson(keys)}`;

/** The element of a list that is told apart by one key with a text: most are. */
export const textKeyElement = (key: string, text: string): PathElement => textKeys.of(key).of(text);

const fieldElements = new Remembered((name) => `f:${name}`);
const textKeys = new Remembered((key) => new Remembered((text) => `k:{${goJson(key)}:${goJson(text)}}`));
const contents = new Remembered<Json>(parse);
const keysIn = new Remembered((element: PathElement) => entries(parsed(element)));

/** The name in `f:NAME`; undefined for other elements. */
export const fieldName = (element: PathElement): string | undefined =>
  element.startsWith('f:') ? element.slice(2) : undefined;

const ranks: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

const compareText = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

/** The order in which a field set is written: fields, keys, values, indexes, and within them by what they hold. */
export function compareElements(one: PathElement, other: PathElement): number {
  if (one === other) return 0;
  const rank = (ranks[one[0] ?? ''] ?? 4) - (ranks[other[0] ?? ''] ?? 4);
  if (rank !== 0) return rank;
  if (one.startsWith('f:')) return compareText(one, other);
  return one.startsWith('k:') ? compareKeys(one, other) : compareScalars(parsed(one), parsed(other));
}

const parsed = (element: PathElement): Json => contents.of(element);

function parse(element: PathElement): Json {
  try {
    return JSON.parse(element.slice(2)) as Json;
  } catch {
    // Written by a client by hand; the server keeps what it cannot order by text.
    return element;
  }
}

function compareKeys(one: PathElement, other: PathElement): number {
  const [left, right] = [keysIn.of(one), keysIn.of(other)];
  for (const [index, [name, value]] of left.entries()) {
    const against = right[index];
    if (against === undefined) return 1;
    const order = compareText(name, against[0]) || compareScalars(value, against[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const entries = (keys: Json): [string, Json][] =>
  typeof keys === 'object' && keys !== null && !Array.isArray(keys)
    ? Object.entries(keys).sort(([one], [other]) => compareText(one, other))
    : [];

const scalarRank = (value: Json): number => ['number', 'string', 'boolean'].indexOf(typeof value);

function compareScalars(one: Json, other: Json): number {
  const rank = scalarRank(one) - scalarRank(other);
  if (rank !== 0) return rank;
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other);
  return compareText(printScalar(one), printScalar(other));
}

/** As messages print it: `.spec`, `[name="web"]`, `[="a"]`, `[0]`. */
export function printElement(element: PathElement): string {
  if (element.startsWith('f:')) return `.${element.slice(2)}`;
  if (element.startsWith('i:')) return `[${element.slice(2)}]`;
  if (element.startsWith('v:')) return `[=${printScalar(parsed(element))}]`;
  return `[${keysIn
    .of(element)
    .map(([name, key]) => `${name}=${printScalar(key)}`)
    .join(',')}]`;
}

const printScalar = (value: Json): string => (typeof value === 'string' ? goQuoted(value) : goJson(value));
