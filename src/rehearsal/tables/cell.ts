import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { since } from './elapsed.ts';

export type Cell = string | number | boolean | null;

/** The cells of one object's row, one for each column of its kind. `now` in milliseconds since 1970. */
export type CellsOf = (object: KubernetesObject, now: number) => Cell[];

export const age = (object: KubernetesObject, now: number) => since(object.metadata.creationTimestamp, now);

/** Go's zero value of a count that is not there. */
export const count = (value: number | null | undefined) => value ?? 0;

/** At most `limit` entries, and how many more there are: `a,b,c + 2 more...`. */
export function shortened(list: readonly string[], limit: number, separator = ','): string {
  const text = list.slice(0, limit).join(separator);
  return list.length > limit ? `${text} + ${list.length - limit} more...` : text;
}

interface NamedContainer {
  name: string;
  image?: string;
}

/** Names and images of containers, in one cell each. */
export function containerCells(spec: { containers?: NamedContainer[] } | null | undefined): [string, string] {
  const containers = spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
}
