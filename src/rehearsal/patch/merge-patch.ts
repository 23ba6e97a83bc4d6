import { badRequest } from '../api/status-error.ts';
import type { Json, JsonObject } from '../objects.ts';
import { jsonKind } from './go-format.ts';
import { isObject } from './structure.ts';

/**
 * RFC 7386. What the patch does not mention is shared with the document. Throws StatusError (400) for a patch that is no
 * object.
 */
export function applyMergePatch(document: JsonObject, patch: Json): JsonObject {
  if (patch === null) throw badRequest('Invalid JSON Patch');
  if (!isObject(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type map[string]interface {}`,
    );
  return mergedObject(document, patch);
}

function mergedObject(document: JsonObject, patch: JsonObject): JsonObject {
  let result: JsonObject | undefined;
  const edit = () => (result ??= { ...document });
  for (const [field, value] of Object.entries(patch)) {
    const known = document[field];
    if (value === null) {
      if (field in document) delete edit()[field];
      continue;
    }
    const next =
      isObject(known) && isObject(value) ? mergedObject(known, value) : isObject(known) ? value : pruned(value);
    if (next !== known) edit()[field] = next;
  }
  return result ?? document;
}

/** A value that is new has no nulls in its objects: there is nothing that they could delete. */
function pruned(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => (item === null ? item : pruned(item)));
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(fields.map(([field, child]) => [field, pruned(child)]));
}
