import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { noise } from './by-nature.ts';

export const order = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
export const byText = (one: unknown, other: unknown): number => order(JSON.stringify(one), JSON.stringify(other));

/** Endpoints come in no order, and how many changes were written at once is chance. */
export function tidy(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'EndpointSlice' && object.kind !== 'Endpoints') return object;
  const trigger = 'endpoints.kubernetes.io/last-change-trigger-time';
  const { [trigger]: _, ...annotations } = object.metadata.annotations ?? {};
  const metadata = { ...(object.metadata as unknown as Record<string, unknown>) };
  const { generation } = metadata;
  for (const field of ['generation', 'managedFields', 'annotations']) delete metadata[field];
  const inOrder = (list: unknown) => (Array.isArray(list) ? list.toSorted(byText) : list);
  const subset = (value: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(value).map(([field, entry]) => [field, inOrder(entry)]));
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(generation === undefined ? {} : { generation: '<generation>' }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    } as unknown as KubernetesObject['metadata'],
    ...subset({ ports: object['ports'] }),
    ...(Array.isArray(object['subsets'])
      ? { subsets: (object['subsets'] as Record<string, unknown>[]).map(subset) }
      : {}),
  };
}

/** Fields in the order of their names. */
export function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => order(one, other))
      .map(([name, entry]) => [name, sorted(entry)]),
  );
}

/** Rows of generated names stand in the order of those names: neighbours are put into the order of the rest. */
export function sortGenerated(lines: string[]): string[] {
  const isGenerated = (line: string | undefined) => line !== undefined && /^\S*<(suffix|hash|minute)/.test(line);
  const result: string[] = [];
  for (let from = 0; from < lines.length;) {
    let to = from + 1;
    if (isGenerated(lines[from])) while (isGenerated(lines[to])) to += 1;
    result.push(...lines.slice(from, to).toSorted(order));
    from = to;
  }
  return result;
}

/** Events of `describe` stand in the order of their seconds, and are repeated where a scheduler repeats them. */
export function sortEvents(lines: string[]): string[] {
  const from = lines.findIndex((line, index) => /^ +-+ /.test(line) && lines[index - 2] === 'Events:') + 1;
  return from === 0
    ? lines
    : [...lines.slice(0, from), ...[...new Set(lines.slice(from).filter((line) => !noise.test(line)))].toSorted(order)];
}
