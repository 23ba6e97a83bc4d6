import { StatusError } from '../api/status-error.ts';
import type { Claim } from './field-owners.ts';
import { printPaths } from './field-set.ts';
import { printManager } from './managers.ts';

/** 409: others manage fields that an apply would change (apimachinery, managedfields/internal/conflict.go). */
export function applyConflict(claims: readonly Claim[]): StatusError {
  const sorted = [...claims].sort(({ manager: one }, { manager: other }) => (one.id < other.id ? -1 : 1));
  const found = sorted.map(({ manager, fields }) => ({ who: printManager(manager), paths: printPaths(fields) }));
  const causes = found.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const [first] = causes;
  const message =
    causes.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${causes.length} conflicts: ${found.map(printed).join('\n')}`;
  return new StatusError(409, 'Conflict', message, { causes });
}

const printed = ({ who, paths }: { who: string; paths: string[] }): string =>
  [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)].join('\n');
