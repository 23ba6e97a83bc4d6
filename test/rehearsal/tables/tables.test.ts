import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CustomResource } from '../../../src/rehearsal/api/resource.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { tableOf, type Table } from '../../../src/rehearsal/tables/table.ts';

interface RecordedTable {
  now: number;
  columns: object[];
  items: StoredObject[];
  rows: { cells: unknown[]; conditions?: unknown[] }[] | null;
  bookmark: { hasColumns: boolean; cells: unknown[]; object: unknown } | { refused: number };
}

interface Recording {
  customVersions: { name: string; additionalPrinterColumns?: CustomResource['columns'] }[];
  tables: Record<string, RecordedTable>;
}

const recording = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', 'tables.json'), 'utf8')) as Recording;

/** Paths of names and dots, which is all that the recorded definition has. */
const evaluate = (path: string, object: object): unknown[] => {
  let found: unknown = object;
  for (const name of path.split('.').slice(1)) {
    if (typeof found !== 'object' || found === null || !(name in found)) return [];
    found = (found as Record<string, unknown>)[name];
  }
  return [found];
};

function resourceOf(kind: string) {
  const [group = '', version = '', plural = ''] = kind.split('/');
  const definition = recording.customVersions.find(({ name }) => name === version);
  if (plural !== 'gadgets' || definition === undefined) return { group, version, plural };
  const columns = definition.additionalPrinterColumns ?? [];
  return { group, version, plural, custom: { schema: {}, hasStatus: false, columns } };
}

const options = { includeObject: 'None', withDefinitions: true, metadata: {}, evaluate } as const;
const rowsOf = (table: Table) => table.rows?.map(({ cells, conditions }) => ({ cells, conditions }));

/**
 * The version 1 of an autoscaler keeps in an annotation what it has no fields for; the server prints from version 2. Flow
 * schemas are printed by precedence, in whatever order they come.
 */
function itemsOf(kind: string, { items }: RecordedTable): StoredObject[] {
  if (kind.startsWith('autoscaling/v1/'))
    return recording.tables['autoscaling/v2/horizontalpodautoscalers']?.items ?? [];
  return kind.includes('flowschemas') ? items.toReversed() : items;
}

describe.each(Object.entries(recording.tables))('The table of %s', (kind, recorded) => {
  const resource = resourceOf(kind);

  it('prints every recorded object as the real server did', () => {
    const table = tableOf(resource, itemsOf(kind, recorded), { ...options, now: recorded.now });
    expect(rowsOf(table) ?? null).toEqual(
      recorded.rows?.map(({ cells, conditions }) => ({ cells, conditions })) ?? null,
    );
  });

  it('has the columns of the real server', () => {
    const { columnDefinitions } = tableOf(resource, [], { ...options, now: 0 });
    expect(columnDefinitions?.map(({ name, type, format, priority }) => ({ name, type, format, priority }))).toEqual(
      recorded.columns,
    );
  });

  it.skipIf('refused' in recorded.bookmark)(
    'prints the bookmark after the initial events as the real server did',
    () => {
      if ('refused' in recorded.bookmark) return;
      const metadata = { resourceVersion: '7', annotations: { 'k8s.io/initial-events-end': 'true' } };
      const bookmark = { metadata } as unknown as StoredObject;
      // Without objects it is the first event.
      const withDefinitions = recorded.items.length === 0;
      const answer = tableOf(resource, [bookmark], { ...options, now: recorded.now, withDefinitions });
      const { rows, columnDefinitions } = answer;
      const [row] = rows ?? [];
      expect(columnDefinitions !== null).toBe(recorded.bookmark.hasColumns);
      expect(row?.cells).toEqual(recorded.bookmark.cells);
      expect(row?.object).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata });
    },
  );
});
