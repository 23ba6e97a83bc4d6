import { apiVersionOf, type Resource } from '../api/resource.ts';
import { StatusError } from '../api/status-error.ts';
import type { StoredObject } from '../objects.ts';
import { findByPath } from '../schema/json-path.ts';
import { tableOf, type TableOptions } from '../tables/table.ts';
import type { Exchange } from './exchange.ts';
import { acceptedOf, type Accepted } from './negotiation.ts';
import type { RestParts } from './rest-parts.ts';

/** JSON of an object in its stored version: written once however many watch it. */
const written = new WeakMap<StoredObject, string>();

export function jsonOf(object: StoredObject): string {
  const known = written.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(inFieldOrder(object));
  written.set(object, text);
  return text;
}

/** kind, apiVersion and metadata first, as Go writes its structs. */
function inFieldOrder({ kind, apiVersion, metadata, ...rest }: StoredObject): object {
  return { kind, apiVersion, metadata, ...rest };
}

/** How one client wants objects of one resource to be written. */
export interface View {
  one(object: StoredObject): string;
  event(type: string, object: StoredObject): string;
  list(objects: readonly StoredObject[], metadata: ListMeta): string;
}

export interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** 406 when the client takes nothing that this server can write. */
export function viewFor(exchange: Exchange, resource: Resource, parts: RestParts): View {
  const accepted = acceptedOf(exchange.header('accept'));
  if (accepted === undefined)
    throw new StatusError(
      406,
      'NotAcceptable',
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor',
    );
  const convert = (object: StoredObject) =>
    object.apiVersion === apiVersionOf(resource) ? object : parts.convert(object, apiVersionOf(resource));
  if (accepted.as === 'Table') return tableView(exchange, resource, parts, convert);
  return plainView(resource, accepted, convert);
}

function plainView(resource: Resource, accepted: Accepted, convert: (object: StoredObject) => StoredObject): View {
  const isPartial = accepted.as === 'PartialObjectMetadata' || accepted.as === 'PartialObjectMetadataList';
  const shown = (object: StoredObject): string =>
    isPartial
      ? JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata })
      : jsonOf(convert(object));
  // Built-in types write no kind and apiVersion in the items of a list: Go's lists are typed.
  const item = (object: StoredObject): string => {
    const text = shown(object);
    return isPartial || resource.custom !== undefined
      ? text
      : text.replace(/^\{"kind":"[^"]*","apiVersion":"[^"]*",/, '{');
  };
  return {
    one: shown,
    event: (type, object) => `{"type":"${type}","object":${shown(object)}}`,
    list(objects, metadata) {
      const kind = isPartial ? 'PartialObjectMetadataList' : `${resource.kind}List`;
      const apiVersion = isPartial ? 'meta.k8s.io/v1' : apiVersionOf(resource);
      return `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[${objects.map(item).join(',')}]}`;
    },
  };
}

function tableView(
  exchange: Exchange,
  resource: Resource,
  { api }: RestParts,
  convert: (object: StoredObject) => StoredObject,
): View {
  const wanted = exchange.query.get('includeObject');
  const includeObject = wanted === 'None' || wanted === 'Object' ? wanted : 'Metadata';
  let withDefinitions = true;
  const table = (objects: readonly StoredObject[], metadata: TableOptions['metadata']): string => {
    const made = tableOf(resource, objects.map(convert), {
      now: api.clock.now(),
      includeObject,
      withDefinitions,
      metadata,
      evaluate: findByPath,
    });
    return JSON.stringify(made);
  };
  return {
    one: (object) => table([object], { resourceVersion: object.metadata.resourceVersion }),
    event(type, object) {
      const text = table([object], { resourceVersion: object.metadata.resourceVersion });
      withDefinitions = false;
      return `{"type":"${type}","object":${text}}`;
    },
    list: (objects, metadata) => table(objects, metadata),
  };
}
