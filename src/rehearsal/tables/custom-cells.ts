import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { CustomResource } from '../api/resource.ts';
import type { Cell } from './cell.ts';
import { since } from './elapsed.ts';

export type CustomColumn = CustomResource['columns'][number];

/**
 * Finds what a JSONPath without braces (`.spec.size`) selects in an object, in order; nothing for a path that leads
 * nowhere or that cannot be evaluated.
 */
export type PathEvaluator = (path: string, object: KubernetesObject) => readonly unknown[];

/** What a definition without columns gets (apiextensions-apiserver, `serveDefaultColumnsIfEmpty`). */
const ageColumn: CustomColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export const customColumns = ({ columns }: CustomResource) => (columns.length === 0 ? [ageColumn] : columns);

/** The cells of a custom object: its name, then one for each column of its definition; null where there is nothing. */
export function customCells(
  object: KubernetesObject,
  columns: readonly CustomColumn[],
  evaluate: PathEvaluator,
  now: number,
): Cell[] {
  return [
    object.metadata.name,
    ...columns.map(({ type, jsonPath }) => {
      const found = evaluate(jsonPath, object);
      return found.length === 0 ? null : cellOf(type, found[0], now);
    }),
  ];
}

function cellOf(type: string, value: unknown, now: number): Cell {
  switch (type) {
    case 'string':
      return printed(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value, now) : null;
    default:
      return null;
  }
}

/** Go's print of a value: `<no value>` for null, objects and lists as JSON. */
function printed(value: unknown): string {
  if (value === null) return '<no value>';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function dateCell(value: string, now: number): string {
  if (value === '' || value === 'null') return '<unknown>';
  const [, date] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.exec(value) ?? [];
  // The 30th of February is the 2nd of March to JavaScript, and an error to Go.
  const isDate = date !== undefined && isoOf(Date.parse(`${date}Z`)) === date;
  return isDate && !Number.isNaN(Date.parse(value)) ? since(value, now) : '<invalid>';
}

function isoOf(milliseconds: number): string {
  return Number.isNaN(milliseconds) ? '' : new Date(milliseconds).toISOString().slice(0, 19);
}
