import { isEqual } from '../store/equal.ts';
import { badRequest, StatusError } from '../api/status-error.ts';
import type { JsonObject, ManagedFieldsEntry, StoredObject } from '../objects.ts';
import { applyConflict } from './conflict.ts';
import { afterChange, Change, claimsOn, reconciled, tracked, withFields } from './field-owners.ts';
import type { Claim, FieldTerms } from './field-owners.ts';
import { isEmpty } from './field-set.ts';
import { remainingClaims, takesOver, withLastApplied } from './last-applied.ts';
import { isSameEntries, updateManagers } from './managed-fields.ts';
import { managerId, readManagers, writeManagers, type FieldManager } from './managers.ts';
import { mergeApplied } from './merge.ts';
import { prune } from './prune.ts';
import { validateApplied } from './validate-applied.ts';
import { fieldsOfValue } from './value-fields.ts';
import { normalized } from './normalize.ts';

/** One server-side apply. */
interface ApplyRequest extends FieldTerms {
  kind: string;
  /** Undefined when the object does not exist: it is created. */
  live?: StoredObject | undefined;
  patch: JsonObject;
  /** `?fieldManager=`, which an apply must name. */
  manager: string;
  force: boolean;
  /** RFC 3339, whole seconds. */
  time: string;
  subresource?: string | undefined;
}

interface Applied {
  /** Before defaults. The live object itself when nothing has changed, not even who manages what. */
  object: JsonObject;
  managedFields: ManagedFieldsEntry[] | undefined;
}

/** Who manages the fields that were there before anybody applied. */
const beforeFirstApply = 'before-first-apply';

interface Attempt {
  /** Undefined when the configuration says what the live object says. */
  merged: JsonObject | undefined;
  managers: FieldManager[];
}

/**
 * Server-side apply: merges a configuration into the live object, removes what this manager applied before and does not
 * any more, and says who manages what (apimachinery, pkg/util/managedfields; structured-merge-diff, merge/update.go).
 * Throws StatusError: 400 for another type or managed fields in the configuration, 409 for conflicts, 500 for what does
 * not fit the type, as the server answers it.
 */
export function applyPatch(request: ApplyRequest): Applied {
  check(request);
  const { live, patch, shape, lookup, force, manager } = request;
  const before = normalized((live as JsonObject | undefined) ?? {}, shape, lookup);
  const attempt = attemptApply(request, before, force);
  const { merged, managers } = Array.isArray(attempt) ? takeOver(request, before, attempt) : attempt;
  const complete = merged === undefined ? before : normalized(merged, shape, lookup);
  const object = takesOver(manager) ? withLastApplied(complete, patch) : complete;
  const entries = writeManagers(managers);
  const isSame = live !== undefined && isSameEntries(entries, live.metadata.managedFields);
  if (object === before && isSame && live !== undefined)
    return { object: live, managedFields: live.metadata.managedFields };
  const managedFields = isSame ? live.metadata.managedFields : entries;
  return { object: withEntries(object, managedFields), managedFields };
}

function withEntries(object: JsonObject, entries: ManagedFieldsEntry[] | undefined): JsonObject {
  const { managedFields: _, ...metadata } = (object['metadata'] as JsonObject | undefined) ?? {};
  const more = entries === undefined ? {} : { managedFields: entries as unknown as JsonObject[] };
  return { ...object, metadata: { ...metadata, ...more } };
}

function check({ patch, apiVersion, kind, shape, lookup }: ApplyRequest): void {
  if (patch['apiVersion'] !== apiVersion || patch['kind'] !== kind)
    throw badRequest(`invalid object type: ${typeName(patch['apiVersion'], patch['kind'])}`);
  const metadata = (patch['metadata'] as JsonObject | undefined) ?? {};
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null)
    throw badRequest('metadata.managedFields must be nil');
  const problem = validateApplied(patch, shape, lookup);
  if (problem === undefined) return;
  const { namespace = '', name = '' } = metadata as { namespace?: string; name?: string };
  const what = `${namespace}/${name}; ${typeName(apiVersion, kind)}`;
  throw new StatusError(500, '', `failed to create typed patch object (${what}): ${problem}`);
}

/** `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
function typeName(apiVersion: unknown, kind: unknown): string {
  const version = typeof apiVersion === 'string' ? apiVersion : '';
  return `${version.includes('/') ? version : `/${version}`}, Kind=${typeof kind === 'string' ? kind : ''}`;
}

/** One try; the claims that stand against it when others manage what it would change. */
function attemptApply(request: ApplyRequest, before: JsonObject, force: boolean): Attempt | Claim[] {
  const { live, patch, shape, lookup, apiVersion, subresource, time } = request;
  const identity = { manager: request.manager, operation: 'Apply', apiVersion, subresource } as const;
  const id = managerId(identity);
  const known = reconciled(managersOf(request, before), request);
  const last = known.find((manager) => manager.id === id);
  const mentioned = fieldsOfValue(patch, shape, lookup);
  const fields = request.reset === undefined ? mentioned : request.reset(mentioned);
  const own: FieldManager = { ...identity, id, time: last?.time, fields };
  const managers = [...known.filter((manager) => manager !== last), own];
  const merged = prune({ merged: mergeApplied(before, patch, shape, lookup), managers, own, last, terms: request });
  const change = new Change(before, merged, request);
  const claims = claimsOn(managers, change, id);
  if (claims.length > 0 && !force) return claims;
  const isNew = live === undefined || !isEqual(before, merged);
  const kept = afterChange(managers, change, id).flatMap((manager) => {
    if (manager.id !== id) return [manager];
    const rest = tracked(manager.fields);
    if (isEmpty(rest)) return [];
    const next = withFields(manager, rest);
    return [isNew ? { ...next, time } : next];
  });
  return { merged: isNew ? merged : undefined, managers: kept };
}

function managersOf(request: ApplyRequest, before: JsonObject): readonly FieldManager[] {
  const { live, time } = request;
  const managers = readManagers(live?.metadata.managedFields);
  if (managers === undefined) throw new StatusError(500, '', 'failed to decode managed fields');
  if (managers.length > 0 || live === undefined) return managers;
  // As an update of an object that has nothing yet, by nobody.
  return updateManagers([], {}, before, { ...request, manager: beforeFirstApply, time });
}

function takeOver(request: ApplyRequest, before: JsonObject, claims: readonly Claim[]): Attempt {
  const { live, manager } = request;
  const against = live !== undefined && takesOver(manager) ? remainingClaims(claims, live, request) : claims;
  if (against.length > 0) throw applyConflict(against);
  const forced = attemptApply(request, before, true);
  if (Array.isArray(forced)) throw applyConflict(forced);
  return forced;
}
