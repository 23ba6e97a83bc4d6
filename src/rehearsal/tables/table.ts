import type { KubernetesObject } from '../../kubernetes/objects.ts';
import recorded from '../api/recorded/columns.json' with { type: 'json' };
import type { Resource } from '../api/resource.ts';
import type { StoredObject } from '../objects.ts';
import { accessCells } from './access-cells.ts';
import type { Cell, CellsOf } from './cell.ts';
import { customCells, customColumns, type PathEvaluator } from './custom-cells.ts';
import { networkCells } from './network-cells.ts';
import { otherCells } from './other-cells.ts';
import { podCells, podRowConditions } from './pod-cells.ts';
import { storageCells } from './storage-cells.ts';
import { workloadCells } from './workload-cells.ts';

interface ColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 0: always shown; more: only in wide output. */
  priority: number;
}

interface TableRow {
  cells: Cell[];
  /** Only of rows of pods that have ended. */
  conditions?: object[];
  object: KubernetesObject | null;
}

/** What the server answers to `Accept: application/json;as=Table;v=v1;g=meta.k8s.io`. */
export interface Table {
  kind: 'Table';
  apiVersion: 'meta.k8s.io/v1';
  metadata: ListMeta;
  /** null in the events of a watch but the first. */
  columnDefinitions: ColumnDefinition[] | null;
  /** null is how the server writes an empty list of a kind without columns of its own. */
  rows: TableRow[] | null;
}

interface ListMeta {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

export interface TableOptions {
  /** Milliseconds since 1970 that ages are reckoned from. */
  now: number;
  /** `includeObject` of the request; `Metadata` unless it says something. */
  includeObject: 'None' | 'Metadata' | 'Object';
  /** Events of a watch carry them only the first time. */
  withDefinitions: boolean;
  /** Of the list; of a single object its resourceVersion. */
  metadata: ListMeta;
  /** For the columns of custom resources. */
  evaluate: PathEvaluator;
}

const columns = recorded.columns as Record<
  string,
  (Omit<ColumnDefinition, 'description'> & { description?: string })[]
>;

const builtInCells: Readonly<Record<string, CellsOf>> = {
  '/pods': podCells,
  ...workloadCells,
  ...networkCells,
  ...storageCells,
  ...accessCells,
  ...otherCells,
};

/** Kinds without cells of their own: `rest.NewDefaultTableConvertor` of k8s.io/apiserver. */
const defaultCells: CellsOf = ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? '0001-01-01T00:00:00Z'];

/** Marks the object without content that ends the initial events of a watch: clients get its metadata in any case. */
const bookmarkAnnotation = 'k8s.io/initial-events-end';
const blank = { apiVersion: '', kind: '', metadata: { name: '' }, spec: {} };

/**
 * The table of a list, or of one object as a list of one. For a bookmark of a watch pass its object, which has nothing but
 * `metadata`. Kinds that have no columns of their own get name and time of creation.
 */
export function tableOf(
  resource: Pick<Resource, 'group' | 'version' | 'plural' | 'custom'>,
  objects: readonly StoredObject[],
  options: TableOptions,
): Table {
  const cells = cellsFor(resource, options);
  const key = `${resource.group}/${resource.plural}`;
  const isAggregated = resource.group === 'apiregistration.k8s.io';
  const rows =
    cells === defaultCells && objects.length === 0
      ? null
      : inOrder(key, objects).map((object) => {
          const conditions = key === '/pods' ? podRowConditions(object) : undefined;
          const isBookmark = object.metadata.annotations?.[bookmarkAnnotation] !== undefined;
          return {
            cells: cells(isBookmark ? blank : object, options.now),
            ...(conditions === undefined ? {} : { conditions }),
            object: rowObject(object, isBookmark ? 'Metadata' : options.includeObject),
          };
        });
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    // The aggregator repeats them in each event of a watch.
    columnDefinitions: options.withDefinitions || isAggregated ? definitionsOf(resource) : null,
    rows,
  };
}

function cellsFor(
  { group, plural, custom }: Pick<Resource, 'group' | 'plural' | 'custom'>,
  options: TableOptions,
): CellsOf {
  if (custom === undefined) return builtInCells[`${group}/${plural}`] ?? defaultCells;
  const chosen = customColumns(custom);
  return (object, now) => customCells(object, chosen, options.evaluate, now);
}

function definitionsOf(resource: Pick<Resource, 'group' | 'version' | 'plural' | 'custom'>): ColumnDefinition[] {
  const { group, version, plural, custom } = resource;
  if (custom !== undefined)
    return [
      nameColumn,
      ...customColumns(custom).map(({ name, type, jsonPath, format = '', priority = 0 }) => ({
        name,
        type,
        format,
        description: `Custom resource definition column (in JSONPath format): ${jsonPath}`,
        priority,
      })),
    ];
  const own = columns[`${group}/${version}/${plural}`];
  if (own === undefined) return [nameColumn, createdColumn];
  return own.map((column) => ({ description: '', ...column }));
}

const nameColumn: ColumnDefinition = { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 };
const createdColumn: ColumnDefinition = { name: 'Created At', type: 'date', format: '', description: '', priority: 0 };

/** Flow schemas are listed by precedence; all else in the order of the list. */
function inOrder(key: string, objects: readonly StoredObject[]): readonly StoredObject[] {
  if (key !== 'flowcontrol.apiserver.k8s.io/flowschemas') return objects;
  const precedence = ({ spec }: StoredObject) => (spec.matchingPrecedence as number | undefined) ?? 0;
  return objects.toSorted(
    (one, other) => precedence(one) - precedence(other) || (one.metadata.name < other.metadata.name ? -1 : 1),
  );
}

function rowObject(object: StoredObject, include: TableOptions['includeObject']): KubernetesObject | null {
  if (include === 'None') return null;
  if (include === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
