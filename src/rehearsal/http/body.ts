import { apiVersionOf, type Resource } from '../api/resource.ts';
import { badRequest } from '../api/status-error.ts';
import type { JsonObject } from '../objects.ts';
import { isProtobuf, readBody, readRaw, type Body, type FieldValidation } from '../schema/body.ts';
import { readCustomBody } from '../schema/custom-body.ts';
import type { KindIn } from '../schema/refusals.ts';
import { decodeProtobuf } from '../wire/protobuf.ts';
import { invalidOption } from './requester.ts';
import type { Exchange } from './exchange.ts';

/** The object that a client sent: of the kind of the resource, decoded, its unknown fields treated as the client asked. */
export async function objectIn(exchange: Exchange, resource: Resource): Promise<JsonObject> {
  const validation = validationOf(exchange);
  const { object, warnings } = bodyOf(await exchange.body(), contentTypeOf(exchange), resource, validation);
  for (const warning of warnings) exchange.warn(warning);
  return object;
}

/** Of a built-in or a custom kind. */
export function bodyOf(bytes: Buffer, mediaType: string, resource: Resource, validation: FieldValidation): Body {
  return resource.custom === undefined
    ? readBody(bytes, mediaType, resource, validation)
    : readCustomBody(bytes, mediaType, resource, validation);
}

/** A body that is no object of a resource (options, a Scale, an Eviction); undefined when there is none. */
export async function valueIn(exchange: Exchange, wanted: KindIn): Promise<JsonObject | undefined> {
  const bytes = await exchange.body();
  if (bytes.length === 0) return undefined;
  const type = contentTypeOf(exchange);
  if (!isProtobuf(type)) return readRaw(bytes, type, wanted).value;
  return decodeProtobuf(bytes, wanted);
}

export function contentTypeOf(exchange: Exchange): string {
  return (exchange.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** `fieldValidation` of the query; Warn unless told. */
export function validationOf(exchange: Exchange): FieldValidation {
  const value = exchange.query.get('fieldValidation') ?? '';
  if (value === '') return 'Warn';
  if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value;
  throw invalidOption(
    exchange,
    'fieldValidation',
    `Invalid value: "${value}": fieldValidation parameter unsupported value: "${value}"`,
  );
}

/** Name and namespace of a body must be those of the URL; returns the body with both filled in. */
export function placed(
  value: JsonObject,
  { namespace, name, resource }: { namespace?: string | undefined; name?: string | undefined; resource: Resource },
): JsonObject {
  const metadata = (value['metadata'] ?? {}) as JsonObject;
  const ownNamespace = metadata['namespace'];
  if (namespace !== undefined && typeof ownNamespace === 'string' && ownNamespace !== '' && ownNamespace !== namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  if (!resource.isNamespaced && typeof ownNamespace === 'string' && ownNamespace !== '')
    throw badRequest(`namespace may not be set on cluster-scoped objects`);
  const ownName = metadata['name'];
  if (name !== undefined && typeof ownName === 'string' && ownName !== '' && ownName !== name)
    throw badRequest(`the name of the object (${ownName}) does not match the name on the URL (${name})`);
  return {
    ...value,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      ...metadata,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
}
