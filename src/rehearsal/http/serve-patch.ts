import { builtInType } from '../api/types.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import { badRequest, invalid, StatusError } from '../api/status-error.ts';
import type { NewObject } from '../controllers/client.ts';
import type { Json, JsonObject, StoredObject } from '../objects.ts';
import { applyPatch } from '../patch/apply.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { resetFilter } from '../patch/reset-fields.ts';
import { conversionOf } from '../patch/versions.ts';
import { readRaw } from '../schema/body.ts';
import { conversionError } from '../patch/conversion-error.ts';
import { goValue } from '../patch/go-format.ts';
import { applyStrategicMerge } from '../patch/strategic-merge.ts';
import { readAgain } from './read-again.ts';
import { viewFor } from './answers.ts';
import { contentTypeOf, placed, validationOf } from './body.ts';
import type { Exchange } from './exchange.ts';
import { isTrue } from './list-options.ts';
import { invalidOption, requesterOf } from './requester.ts';
import type { RestParts } from './rest-parts.ts';
import { methodNotAllowed, type NamedRequest } from './resource-request.ts';

export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** PATCH of an object or of its status; the four types of patch. */
export async function servePatch(request: NamedRequest, parts: RestParts): Promise<void> {
  const { exchange, resource } = request;
  if (!resource.verbs.includes('patch')) throw methodNotAllowed();
  const type = requirePatchType(exchange, resource.custom !== undefined);
  const bytes = await exchange.body();
  return type === patchTypes.apply ? serveApply(request, bytes, parts) : serveChange(request, type, bytes, parts);
}

/** 415 for a type that is none of a patch; custom resources have no strategic merge. */
export function requirePatchType(exchange: Exchange, isCustom: boolean): string {
  const type = contentTypeOf(exchange);
  const takes: string[] = Object.values(patchTypes).filter((one) => one !== patchTypes.strategic || !isCustom);
  if (takes.includes(type)) return type;
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${takes.join(', ')}`,
  );
}

function serveChange(
  { exchange, resource, namespace, name, subresource }: NamedRequest,
  type: string,
  bytes: Buffer,
  parts: RestParts,
): void {
  const view = viewFor(exchange, resource, parts);
  const by = requesterOf(exchange, resource);
  const change = patcherOf(type, bytes, resource);
  const storage = parts.api.registry.stored(resource);
  const validation = validationOf(exchange);
  const result = parts.api.update({ resource: storage, namespace, name, subresource }, by, (latest) => {
    const live = parts.convert(latest as StoredObject, apiVersionOf(resource)) as unknown as JsonObject;
    const patched = change(live);
    requireSame(patched, live, resource, name);
    const { object, warnings } = readAgain(patched, resource, validation);
    for (const warning of warnings) exchange.warn(warning);
    return { object: parts.convert(object as unknown as StoredObject, apiVersionOf(storage)) };
  });
  exchange.json(200, view.one(result));
}

/** What a patch that is no apply makes of an object. */
export function patcherOf(
  type: string,
  bytes: Buffer,
  { shape }: Pick<Resource, 'shape'>,
): (live: JsonObject) => JsonObject {
  let patch: Json;
  try {
    patch = JSON.parse(bytes.toString()) as Json;
  } catch (error) {
    throw badRequest(`error decoding patch: ${(error as Error).message}`);
  }
  switch (type) {
    case patchTypes.json:
      return (live) => applyJsonPatch(live, patch) as JsonObject;
    case patchTypes.strategic:
      return (live) => {
        const patched = applyStrategicMerge(live, patch, shape, builtInType);
        const problem = conversionError(patched, shape, builtInType);
        if (problem !== undefined) throw unconvertible(patch, problem);
        return patched;
      };
    default:
      return (live) => applyMergePatch(live, patch);
  }
}

/** 422 of no kind (apiserver/pkg/endpoints/handlers/patch.go, applyPatchToObject). */
const unconvertible = (patch: Json, problem: string): StatusError =>
  invalid({ group: '', kind: '' }, '', [
    {
      reason: 'FieldValueInvalid',
      field: 'patch',
      detail: `Invalid value: ${JSON.stringify(goValue(patch))}: ${problem}`,
    },
  ]);

/** What no patch may change: apiVersion, kind, name. */
function requireSame(patched: JsonObject, live: JsonObject, resource: Resource, name: string): void {
  if (patched['apiVersion'] !== live['apiVersion'])
    throw badRequest(
      `the API version in the data (${JSON.stringify(patched['apiVersion'])}) does not match the expected API version (${JSON.stringify(live['apiVersion'])})`,
    );
  const renamed = (patched['metadata'] as JsonObject | undefined)?.['name'];
  if (renamed === name) return;
  throw invalid(resource, name, [
    {
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      detail: `Invalid value: ${JSON.stringify(renamed ?? '')}: field is immutable`,
    },
  ]);
}

/** Unlike any other body, a configuration must say what it is (apimachinery, managedfields/internal/structuredmerge.go). */
function requireType(bytes: Buffer, resource: Resource): JsonObject {
  const { value } = readRaw(bytes, 'application/yaml', resource);
  const { apiVersion, kind } = value;
  const version = typeof apiVersion === 'string' ? apiVersion : '';
  const named = typeof kind === 'string' ? kind : '';
  if (version === apiVersionOf(resource) && named === resource.kind) return value;
  throw badRequest(`invalid object type: ${version.includes('/') ? version : `/${version}`}, Kind=${named}`);
}

function serveApply(request: NamedRequest, bytes: Buffer, parts: RestParts): void {
  const { exchange, resource, namespace, name, subresource } = request;
  const view = viewFor(exchange, resource, parts);
  const by = requesterOf(exchange);
  const manager = exchange.query.get('fieldManager') ?? '';
  if (manager === '') throw invalidOption(exchange, 'fieldManager', 'Required value: is required for apply patch');
  validationOf(exchange);
  // What is applied is what was sent: decoded, it would hold fields that nobody wrote, and they would be managed.
  const sent = requireType(bytes, resource);
  const patch = placed(sent, { namespace, name, resource });
  const storage = parts.api.registry.stored(resource);
  const toStorage = (object: JsonObject) => parts.convert(object as unknown as StoredObject, apiVersionOf(storage));
  const applyTo = (live: StoredObject | undefined) =>
    applyPatch({
      live,
      patch,
      manager,
      force: isTrue(exchange.query.get('force')),
      kind: resource.kind,
      shape: resource.shape,
      lookup: builtInType,
      reset: resetFilter(resource, subresource),
      convert: conversionOf(resource, parts.api.registry),
      apiVersion: apiVersionOf(resource),
      time: parts.api.clock.timestamp(),
      subresource,
    });
  const target = { resource: storage, namespace, name, subresource };
  if (parts.api.store.get(storage, namespace, name) === undefined) {
    // Only an object can be made by applying it, and only one that names no uid.
    if (subresource !== undefined || (patch['metadata'] as JsonObject)['uid'] !== undefined) parts.api.read(target);
    const { object, managedFields } = applyTo(undefined);
    const { metadata, ...rest } = toStorage(object);
    const { managedFields: _, ...meta } = metadata;
    const made = { ...rest, metadata: meta } as unknown as NewObject;
    return exchange.json(201, view.one(parts.api.create(storage, namespace, made, by, managedFields)));
  }
  const result = parts.api.update(target, by, (latest) => {
    const live = latest === undefined ? undefined : parts.convert(latest, apiVersionOf(resource));
    const { object, managedFields } = applyTo(live);
    return { object: object === (live as unknown) ? (latest as StoredObject) : toStorage(object), managedFields };
  });
  exchange.json(200, view.one(result));
}
