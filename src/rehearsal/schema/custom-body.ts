import type { Resource } from '../api/resource.ts';
import { badRequest } from '../api/status-error.ts';
import type { JsonObject } from '../objects.ts';
import { type Body, type FieldValidation, isProtobuf, problemsOfLists, readRaw, unsupportedMediaType } from './body.ts';
import { schemaOf } from './custom-validation.ts';
import { decode } from './decode.ts';
import { embeddedProblems } from './embedded-resources.ts';
import { cannotBeHandled, DecodeError, type KindIn, strictRefusal, unrecognized } from './refusals.ts';
import { defaulted, isObject, pruned } from './structural-schema.ts';

/**
 * The custom object in the body of a create or update: metadata read as that of any object, unknown fields dropped, and
 * refused or warned of as `fieldValidation` says; nulls without meaning dropped. Throws StatusError 400 and 415.
 */
export function readCustomBody(
  bytes: Uint8Array,
  mediaType: string,
  resource: Resource,
  validation: FieldValidation,
): Body {
  if (isProtobuf(mediaType)) throw unsupportedMediaType(false);
  const raw = readRaw(bytes, mediaType, resource, false);
  if (raw.value['kind'] === undefined || raw.value['kind'] === '') {
    const text = raw.text ?? JSON.stringify(raw.value);
    throw unrecognized(resource, `Object 'Kind' is missing in '${text}'`, bytes);
  }
  const { object, unknown } = customForm(raw.value, resource, raw.found);
  const named = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  const problems = validation === 'Ignore' ? [] : problemsOfLists(raw.duplicates, named);
  if (validation === 'Strict' && problems.length > 0) throw strictRefusal(raw.found, resource, problems);
  const { group, version } = raw.found;
  if (group !== resource.group || version !== resource.version)
    throw badRequest(
      `the API version in the data (${group === '' ? version : `${group}/${version}`}) does not match the expected API version (${resource.group}/${resource.version})`,
    );
  return {
    object,
    warnings: problems.flatMap((text) => text.replace(/^yaml: unmarshal errors:\n {2}/, '').split('\n  ')),
  };
}

/**
 * A custom object as the server keeps it, before defaults: for what came out of a patch too. `found` is the kind that the
 * object says it is. Throws StatusError 400 for metadata that is none.
 */
export function customForm(
  object: JsonObject,
  resource: Resource,
  found: KindIn = resource,
): { object: JsonObject; unknown: string[] } {
  const schema = schemaOf(resource);
  const { metadata } = object;
  const unknown: string[] = [];
  let result = object;
  try {
    if (metadata !== undefined && metadata !== null) {
      if (!isObject(metadata))
        throw new DecodeError(`json: cannot unmarshal ${jsonType(metadata)} into Go value of type v1.ObjectMeta`);
      const meta = decode(metadata, 'meta.v1.ObjectMeta');
      unknown.push(...meta.unknown.map((field) => `metadata.${field}`).toSorted());
      if (meta.object !== metadata) result = { ...object, metadata: meta.object };
    }
    if (found.group === resource.group && found.kind === resource.kind) {
      const isServed = found.version === resource.version;
      const kept = pruned(result, isServed ? schema : { type: 'object' });
      unknown.push(...kept.unknown);
      const within = embeddedProblems(kept.object, schema);
      if (within.wrong !== undefined) throw new DecodeError(within.wrong);
      unknown.push(...within.unknown);
      result = kept.object;
    }
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(found, resource, error.message);
    throw error;
  }
  return { object: result, unknown };
}

/** Fills in what the definition says of absent fields. Idempotent; shares what it does not change. */
export function customDefaults(object: JsonObject, resource: Resource): JsonObject {
  const result = defaulted(object, schemaOf(resource));
  return isObject(result) ? result : object;
}

function jsonType(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
}
