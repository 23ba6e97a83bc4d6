import { parseDocument } from 'yaml';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import { badRequest, StatusError } from '../api/status-error.ts';
import type { JsonObject } from '../objects.ts';
import { decodeProtobuf } from '../wire/protobuf.ts';
import type { Exchange } from './exchange.ts';

/** A decoded request body, and its text where there is one: duplicate fields can only be seen there. */
export interface Body {
  value: JsonObject;
  text?: string;
}

/** Nothing that a client sends nests deeper; what does is made to break parsers. */
const maxDepth = 200;

/** Reads the body by its Content-Type. Undefined when there is none. */
export async function readBody(exchange: Exchange): Promise<Body | undefined> {
  const bytes = await exchange.body();
  if (bytes.length === 0) return undefined;
  const type = contentTypeOf(exchange);
  switch (type) {
    case 'application/vnd.kubernetes.protobuf':
      return { value: decodeProtobuf(bytes) };
    case 'application/json':
    case '':
      return parseJson(bytes.toString());
    case 'application/yaml':
      return parseYaml(bytes.toString());
    default:
      throw new StatusError(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
      );
  }
}

export function contentTypeOf(exchange: Exchange): string {
  return (exchange.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function parseJson(text: string): Body {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
  return { value: requireObject(value), text };
}

export function parseYaml(text: string): Body {
  let value: unknown;
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: false, strict: false });
    if (document.errors[0] !== undefined) throw document.errors[0];
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: yaml: ${(error as Error).message}`);
  }
  return { value: requireObject(value), text };
}

function requireObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  if (depthOf(value, 0) > maxDepth) throw badRequest(`exceeded max depth`);
  return value as JsonObject;
}

const jsonType = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function depthOf(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return depth;
  let deepest = depth;
  for (const one of Object.values(value)) deepest = Math.max(deepest, depthOf(one, depth + 1));
  return deepest;
}

/** A body that says what it is must say what the URL says (apiserver handlers/create.go, update.go). */
export function requireKind(value: JsonObject, resource: { group: string; version: string; kind: string }): void {
  const wanted = apiVersionOf(resource);
  const apiVersion = value['apiVersion'] ?? wanted;
  const kind = value['kind'] ?? resource.kind;
  if (apiVersion !== wanted && apiVersion !== '')
    throw badRequest(
      `the API version in the data (${apiVersion as string}) does not match the expected API version (${wanted})`,
    );
  if (kind !== resource.kind && kind !== '')
    throw badRequest(
      `${kind as string} in version "${resource.version}" cannot be handled as a ${resource.kind}: no kind "${kind as string}" is registered for version "${wanted}"`,
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
