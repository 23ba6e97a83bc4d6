import { apiVersionOf } from '../api/resource.ts';
import type { NewObject } from '../controllers/client.ts';
import { badRequest, invalid, StatusError } from '../api/status-error.ts';
import type { Json, JsonObject, StoredObject } from '../objects.ts';
import { viewFor } from './answers.ts';
import { contentTypeOf, parseJson, parseYaml, placed, requireKind } from './body.ts';
import { isTrue } from './list-options.ts';
import { requesterOf } from './requester.ts';
import type { RestParts } from './rest-parts.ts';
import { methodNotAllowed, storageOf, strictly, type NamedRequest } from './serve-resource.ts';

const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** PATCH of an object or of its status; the four types of patch. */
export async function servePatch(request: NamedRequest, parts: RestParts): Promise<void> {
  const { exchange, resource } = request;
  if (!resource.verbs.includes('patch')) throw methodNotAllowed(exchange.method);
  const type = contentTypeOf(exchange);
  const takes: string[] = Object.values(types).filter(
    (one) => one !== types.strategic || resource.custom === undefined,
  );
  if (!takes.includes(type))
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${takes.join(', ')}`,
    );
  const bytes = await exchange.body();
  return type === types.apply ? serveApply(request, bytes.toString(), parts) : serveChange(request, type, bytes, parts);
}

function serveChange(
  { exchange, resource, namespace, name, subresource }: NamedRequest,
  type: string,
  bytes: Buffer,
  parts: RestParts,
): void {
  const view = viewFor(exchange, resource, parts);
  const by = requesterOf(exchange);
  const { patch, change } = patcherOf(type, bytes, parts);
  const storage = storageOf(resource, parts);
  const result = parts.api.update({ resource: storage, namespace, name, subresource }, by, (latest) => {
    const live = parts.convert(latest as StoredObject, apiVersionOf(resource)) as unknown as JsonObject;
    const patched = change(live, patch, resource.shape);
    requireSame(patched, live, resource, name);
    const object = strictly(
      exchange,
      parts,
      { value: patched },
      { ...resource, isCustom: resource.custom !== undefined },
    );
    return { object: parts.convert(object as unknown as StoredObject, apiVersionOf(storage)) };
  });
  exchange.json(200, view.one(result));
}

function patcherOf(
  type: string,
  bytes: Buffer,
  { patches }: RestParts,
): {
  patch: Json;
  change: (live: JsonObject, patch: Json, shape: Parameters<typeof patches.strategic>[2]) => JsonObject;
} {
  let patch: unknown;
  try {
    patch = JSON.parse(bytes.toString());
  } catch (error) {
    throw badRequest(`error decoding patch: ${(error as Error).message}`);
  }
  if (type === types.json) return { patch: patch as Json, change: (live, one) => patches.json(live, one) };
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type map[string]interface {}`,
    );
  const fields = patch as JsonObject;
  return type === types.merge
    ? { patch: fields, change: (live) => patches.merge(live, fields) }
    : { patch: fields, change: (live, _patch, shape) => patches.strategic(live, fields, shape) };
}

/** What no patch may change: apiVersion, kind, name. */
function requireSame(patched: JsonObject, live: JsonObject, resource: NamedRequest['resource'], name: string): void {
  if (patched['apiVersion'] !== live['apiVersion'] || patched['kind'] !== live['kind']) {
    requireKind(patched, resource);
    throw badRequest(`unable to find api field in struct ${resource.kind} for the json field "kind"`);
  }
  const renamed = (patched['metadata'] as JsonObject | undefined)?.['name'];
  if (renamed !== name)
    throw invalid(resource, name, [
      {
        reason: 'FieldValueInvalid',
        field: 'metadata.name',
        detail: `Invalid value: ${JSON.stringify(renamed ?? '')}: field is immutable`,
      },
    ]);
}

function serveApply(request: NamedRequest, text: string, parts: RestParts): void {
  const { exchange, resource, namespace, name, subresource } = request;
  const view = viewFor(exchange, resource, parts);
  const by = requesterOf(exchange);
  const manager = exchange.query.get('fieldManager') ?? '';
  if (manager === '')
    throw new StatusError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {
        group: 'meta.k8s.io',
        kind: 'PatchOptions',
        causes: [
          {
            reason: 'FieldValueRequired',
            message: 'Required value: is required for apply patch',
            field: 'fieldManager',
          },
        ],
      },
    );
  const body = /^\s*\{/.test(text) ? parseJson(text) : parseYaml(text);
  requireKind(body.value, resource);
  const value = placed(body.value, { namespace, name, resource });
  const kind = { ...resource, isCustom: resource.custom !== undefined };
  const patch = strictly(exchange, parts, { ...body, value }, kind);
  const storage = storageOf(resource, parts);
  const applyTo = (live: StoredObject | undefined) =>
    parts.patches.apply({
      live,
      patch,
      manager,
      isForced: isTrue(exchange.query.get('force')),
      resource,
      shape: resource.shape,
      apiVersion: apiVersionOf(resource),
      time: parts.api.clock.timestamp(),
      subresource,
    });
  const target = { resource: storage, namespace, name, subresource };
  const existing = parts.api.store.get(storage, namespace, name);
  if (existing === undefined) {
    if (subresource !== undefined || (patch['metadata'] as JsonObject)['uid'] !== undefined) parts.api.read(target);
    const { object, managedFields } = applyTo(undefined);
    const created = parts.api.create(storage, namespace, toStorage(object) as unknown as NewObject, by, managedFields);
    return exchange.json(201, view.one(created));
  }
  const result = parts.api.update(target, by, (latest) => {
    const live = latest === undefined ? undefined : parts.convert(latest, apiVersionOf(resource));
    const { object, managedFields } = applyTo(live);
    return { object: toStorage(object), managedFields };
  });
  exchange.json(200, view.one(result));

  function toStorage(object: StoredObject): StoredObject {
    return parts.convert(object, apiVersionOf(storage));
  }
}
