import { apiVersionOf, type Resource } from '../api/resource.ts';
import type { DeleteOptions } from '../api/requests.ts';
import { badRequest, invalid, StatusError } from '../api/status-error.ts';
import type { NewObject } from '../controllers/client.ts';
import type { JsonObject, StoredObject } from '../objects.ts';
import { viewFor } from './answers.ts';
import { objectIn, placed, valueIn } from './body.ts';
import type { Exchange } from './exchange.ts';
import { listOptions, writeToken, type ListOptions } from './list-options.ts';
import { requesterOf } from './requester.ts';
import { watchParameter } from '../turns/turn.ts';
import type { RestParts } from './rest-parts.ts';
import { methodNotAllowed, type NamedRequest, type ResourceRequest } from './resource-request.ts';
import { servePatch } from './serve-patch.ts';
import { serveWatch } from './watch.ts';

export async function serveResource(request: ResourceRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, name } = request;
  const { method } = exchange;
  if (resource.isNamespaced && request.namespace === undefined && (name !== undefined || method === 'POST'))
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  if (name === undefined) {
    if (method === 'GET' || method === 'HEAD') return serveList(request, parts);
    if (method === 'POST') return serveCreate(request, parts);
    if (method === 'DELETE') return serveDeleteCollection(request, parts);
  } else {
    const named = { ...request, name };
    if (method === 'GET' || method === 'HEAD') return serveGet(named, parts);
    if (method === 'PUT') return serveUpdate(named, parts);
    if (method === 'PATCH') return servePatch(named, parts);
    if (method === 'DELETE') return serveDelete(named, parts);
  }
  throw methodNotAllowed();
}

function serveGet({ exchange, resource, namespace, name }: NamedRequest, parts: RestParts): void {
  const view = viewFor(exchange, resource, parts);
  if (exchange.query.get('watch') === 'true' || exchange.query.get('watch') === '1') {
    return watch(
      { exchange, resource, namespace, name },
      parts,
      optionsOf({ exchange, resource, namespace, name }, parts),
    );
  }
  exchange.json(200, view.one(parts.api.read({ resource, namespace, name })));
}

function optionsOf({ exchange, resource, name }: ResourceRequest, parts: RestParts): ListOptions {
  return listOptions(exchange.query, resource, parts.rules(apiVersionOf(resource), resource.kind), name);
}

function serveList(request: ResourceRequest, parts: RestParts): void {
  const { exchange, resource, namespace } = request;
  if (!resource.verbs.includes('list')) throw methodNotAllowed();
  const options = optionsOf(request, parts);
  if (options.isWatch) return watch(request, parts, options);
  const view = viewFor(exchange, resource, parts);
  const { store } = parts.api;
  if (options.resourceVersion !== '' && Number(options.resourceVersion) > store.revision)
    throw new StatusError(
      504,
      'Timeout',
      `Too large resource version: ${options.resourceVersion}, current: ${store.revision}`,
      {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    );
  const all = store.list(resource, namespace);
  const from = options.continueFrom;
  const start = from === undefined ? 0 : firstAfter(all, from);
  const page: StoredObject[] = [];
  let index = start;
  for (; index < all.length && (options.limit <= 0 || page.length < options.limit); index += 1) {
    const object = all[index];
    if (object !== undefined && options.matches(object)) page.push(object);
  }
  const left = options.limit > 0 ? remaining(all, index, options) : 0;
  const last = page.at(-1);
  const resourceVersion = from?.revision ?? String(store.revision);
  exchange.json(
    200,
    view.list(page, {
      resourceVersion,
      ...(left > 0 && last !== undefined
        ? {
            continue: writeToken({
              revision: resourceVersion,
              namespace: last.metadata.namespace ?? '',
              name: last.metadata.name,
            }),
            // With a selector the API server does not count what is left.
            ...(options.isSelective ? {} : { remainingItemCount: left }),
          }
        : {}),
    }),
  );
}

function remaining(all: readonly StoredObject[], from: number, { isSelective, matches }: ListOptions): number {
  if (!isSelective) return all.length - from;
  for (let index = from; index < all.length; index += 1) if (matches(all[index] as StoredObject)) return 1;
  return 0;
}

function firstAfter(all: readonly StoredObject[], { namespace, name }: { namespace: string; name: string }): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { metadata } = all[middle] as StoredObject;
    const own = metadata.namespace ?? '';
    if (own < namespace || (own === namespace && metadata.name <= name)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function watch(request: ResourceRequest, parts: RestParts, options: ListOptions): void {
  const { exchange, resource, namespace, closeWatchAfter } = request;
  const view = viewFor(exchange, resource, parts);
  serveWatch(exchange.response, {
    store: parts.api.store,
    clock: parts.api.clock,
    served: () => parts.traffic.watches(exchange.query.get(watchParameter) ?? undefined),
    resource,
    namespace,
    options,
    encode: (type, object) => view.event(type, object),
    ...(closeWatchAfter === undefined ? {} : { closeAfter: closeWatchAfter }),
  });
}

/** The body of a write: decoded, checked against its kind and the URL. */
export async function objectFor({ exchange, resource, namespace, name }: ResourceRequest): Promise<JsonObject> {
  return placed(await objectIn(exchange, resource), { namespace, name, resource });
}

async function serveCreate(request: ResourceRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, namespace } = request;
  if (!resource.verbs.includes('create')) throw methodNotAllowed();
  const view = viewFor(exchange, resource, parts);
  const by = requesterOf(exchange, resource);
  const object = (await objectFor(request)) as unknown as StoredObject;
  const own = parts.convert(object, storedVersion(resource, parts)) as NewObject;
  exchange.json(201, view.one(parts.api.create(parts.api.registry.stored(resource), namespace, own, by)));
}

async function serveUpdate(request: NamedRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, namespace, name } = request;
  if (!resource.verbs.includes('update')) throw methodNotAllowed();
  const view = viewFor(exchange, resource, parts);
  const by = requesterOf(exchange, resource);
  const sent = (await objectFor(request)) as unknown as StoredObject;
  const object = parts.convert(sent, storedVersion(resource, parts));
  const target = { resource: parts.api.registry.stored(resource), namespace, name };
  exchange.json(200, view.one(parts.api.update(target, by, () => ({ object }))));
}

const storedVersion = (resource: Resource, parts: RestParts) => apiVersionOf(parts.api.registry.stored(resource));

/** metav1.DeleteOptions, from the body or, without one, from the query. */
export async function deleteOptions(exchange: Exchange): Promise<DeleteOptions> {
  const sent = await valueIn(exchange, { group: '', version: 'v1', kind: 'DeleteOptions' });
  const grace = sent === undefined ? exchange.query.get('gracePeriodSeconds') : null;
  return optionsFrom(exchange, (sent ?? (grace === null ? {} : { gracePeriodSeconds: int64(grace) })) as SentOptions);
}

/** As strconv.ParseInt reads it. */
function int64(text: string): number {
  const problem = !/^[+-]?\d+$/.test(text)
    ? 'invalid syntax'
    : BigInt(text) === BigInt.asIntN(64, BigInt(text))
      ? undefined
      : 'value out of range';
  if (problem !== undefined) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${problem}`);
  return Number(text);
}

type SentOptions = DeleteOptions & { dryRun?: string[] };

/** The body may ask for a dry run as well; the requester reads the query. */
export function optionsFrom({ query }: Exchange, { dryRun = [], ...sent }: SentOptions): DeleteOptions {
  for (const value of dryRun) query.append('dryRun', value);
  const policy = sent.propagationPolicy ?? query.get('propagationPolicy') ?? undefined;
  if (policy !== undefined && !['Orphan', 'Background', 'Foreground'].includes(policy))
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      {
        reason: 'FieldValueNotSupported',
        field: 'propagationPolicy',
        detail: `Unsupported value: "${policy}": supported values: "Foreground", "Background", "Orphan", "nil"`,
      },
    ]);
  return {
    ...sent,
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
  };
}

/** Kinds whose deletion is answered with the object (ReturnDeletedObject of pkg/registry; tried on a 1.34.10 API server). */
const told = new Set(['/pods', '/podtemplates', '/resourcequotas', '/serviceaccounts', '/services']);

async function serveDelete(request: NamedRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, namespace, name } = request;
  if (!resource.verbs.includes('delete')) throw methodNotAllowed();
  const view = viewFor(exchange, resource, parts);
  const options = await deleteOptions(exchange);
  const { object, isGone } = parts.api.delete({ resource, namespace, name }, options, requesterOf(exchange));
  if (!isGone || told.has(resource.storage)) return exchange.json(200, view.one(object));
  exchange.json(200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: object.metadata.uid,
    },
  });
}

async function serveDeleteCollection(request: ResourceRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, namespace } = request;
  if (!resource.verbs.includes('deletecollection')) throw methodNotAllowed();
  const view = viewFor(exchange, resource, parts);
  const deletes = await deleteOptions(exchange);
  const by = requesterOf(exchange);
  const options = optionsOf(request, parts);
  const objects = parts.api.store.list(resource, namespace).filter(options.matches);
  for (const { metadata } of objects)
    parts.api.delete({ resource, namespace: metadata.namespace, name: metadata.name }, deletes, by);
  exchange.json(200, view.list(objects, { resourceVersion: String(parts.api.store.revision) }));
}
