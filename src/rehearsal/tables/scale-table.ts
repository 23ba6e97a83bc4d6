import type { StoredObject } from '../objects.ts';
import { since } from './elapsed.ts';
import type { Table } from './table.ts';

const columns = [
  ['Name', 'string', 'name'],
  ['Desired', 'integer', ''],
  ['Available', 'integer', ''],
  ['Age', 'string', ''],
] as const;

/** The one table of a subresource (pkg/printers/internalversion, printScale). */
export function scaleTable({ metadata, spec, status, ...scale }: StoredObject, now: number): Table {
  const count = (part: unknown) => (part as { replicas?: number } | undefined)?.replicas ?? 0;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: metadata.resourceVersion },
    columnDefinitions: columns.map(([name, type, format]) => ({ name, type, format, description: '', priority: 0 })),
    rows: [
      {
        cells: [metadata.name, count(spec), count(status), since(metadata.creationTimestamp, now)],
        object: { ...scale, kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
      },
    ],
  };
}
