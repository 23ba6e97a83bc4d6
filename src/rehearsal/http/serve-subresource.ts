import { apiVersionOf } from '../api/resource.ts';
import { StatusError } from '../api/status-error.ts';
import type { StoredObject } from '../objects.ts';
import { viewFor } from './answers.ts';
import { placed, valueIn } from './body.ts';
import { requesterOf } from './requester.ts';
import type { RestParts } from './rest-parts.ts';
import { servePatch } from './serve-patch.ts';
import { methodNotAllowed, type NamedRequest } from './resource-request.ts';
import { objectFor, optionsFrom } from './serve-resource.ts';
import { serveScale } from './serve-scale.ts';

type Serve = (request: NamedRequest, parts: RestParts) => Promise<void>;

/** Subresources that are answered at once; those that become streams stand in `serve-stream.ts`. */
const subresources: Readonly<Record<string, Serve>> = {
  status: servePart,
  resize: servePart,
  ephemeralcontainers: servePart,
  approval: servePart,
  finalize: serveFinalize,
  scale: serveScale,
  binding: serveBinding,
  eviction: serveEviction,
  token: serveToken,
};

export async function serveSubresource(request: NamedRequest, parts: RestParts): Promise<void> {
  const { resource, subresource = '' } = request;
  const isKnown =
    resource.subresources.some(({ name }) => name === subresource) ||
    (resource.storage === '/namespaces' && subresource === 'finalize');
  const serve = subresources[subresource];
  if (!isKnown || serve === undefined)
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  return serve(request, parts);
}

/** A part of the object that is read and written under an address of its own. */
async function servePart(request: NamedRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, namespace, name, subresource } = request;
  const view = viewFor(exchange, resource, parts);
  switch (exchange.method) {
    case 'GET':
      return exchange.json(200, view.one(parts.api.read({ resource, namespace, name })));
    case 'PATCH':
      return servePatch(request, parts);
    case 'PUT': {
      const stored = parts.api.registry.stored(resource);
      const object = parts.convert((await objectFor(request)) as unknown as StoredObject, apiVersionOf(stored));
      const target = { resource: stored, namespace, name, subresource };
      return exchange.json(
        200,
        view.one(parts.api.update(target, requesterOf(exchange, resource), () => ({ object }))),
      );
    }
    default:
      throw methodNotAllowed();
  }
}

/** Writes only `spec.finalizers` of a namespace; the last one lets it go. */
async function serveFinalize(request: NamedRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, name } = request;
  if (exchange.method !== 'PUT') throw methodNotAllowed();
  const sent = (await objectFor(request)) as unknown as StoredObject;
  const finalizers = (sent['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? [];
  const target = { resource, namespace: undefined, name, subresource: 'finalize' };
  const result = parts.api.update(target, requesterOf(exchange), (latest) => {
    const live = latest as StoredObject;
    return { object: { ...live, spec: { ...(live['spec'] as object), finalizers } } };
  });
  exchange.json(200, viewFor(exchange, resource, parts).one(result));
}

async function serveBinding({ exchange, resource, namespace, name }: NamedRequest, parts: RestParts): Promise<void> {
  if (exchange.method !== 'POST') throw methodNotAllowed();
  const binding = await valueIn(exchange, { group: '', version: 'v1', kind: 'Binding' });
  const node = (binding?.['target'] as { name?: string } | undefined)?.name ?? '';
  parts.api.update({ resource, namespace, name, subresource: 'binding' }, requesterOf(exchange), (latest) => {
    const pod = latest as StoredObject;
    const spec = pod['spec'] as { nodeName?: string };
    if (spec.nodeName !== undefined && spec.nodeName !== '')
      throw new StatusError(
        409,
        'Conflict',
        `Operation cannot be fulfilled on pods/binding "${name}": pod ${name} is already assigned to node "${spec.nodeName}"`,
        {
          name,
          kind: 'pods/binding',
        },
      );
    return { object: { ...pod, spec: { ...spec, nodeName: node } }, managedFields: pod.metadata.managedFields };
  });
  exchange.json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

async function serveEviction({ exchange, resource, namespace, name }: NamedRequest, parts: RestParts): Promise<void> {
  if (exchange.method !== 'POST') throw methodNotAllowed();
  const eviction = await valueIn(exchange, { group: 'policy', version: 'v1', kind: 'Eviction' });
  placed(eviction ?? {}, { namespace, name, resource });
  const options = optionsFrom(exchange, (eviction?.['deleteOptions'] ?? {}) as Parameters<typeof optionsFrom>[1]);
  parts.api.evict({ resource, namespace, name }, options, requesterOf(exchange));
  exchange.json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** A token that nothing accepts: no service of a rehearsal asks for one, and it says what it is. */
async function serveToken({ exchange, resource, namespace, name }: NamedRequest, parts: RestParts): Promise<void> {
  if (exchange.method !== 'POST') throw methodNotAllowed();
  const request = await valueIn(exchange, { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' });
  const account = parts.api.read({ resource, namespace, name });
  const spec = (request?.['spec'] ?? {}) as { audiences?: string[]; expirationSeconds?: number };
  const seconds = spec.expirationSeconds ?? 3600;
  const expires = parts.api.clock.now() + seconds * 1000;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = [
    part({ alg: 'none', typ: 'JWT' }),
    part({
      iss: 'rehearsal',
      sub: `system:serviceaccount:${namespace ?? ''}:${name}`,
      exp: Math.floor(expires / 1000),
      uid: account.metadata.uid,
    }),
    'rehearsal',
  ].join('.');
  exchange.json(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: parts.api.clock.timestamp() },
    spec: {
      audiences: spec.audiences ?? ['https://kubernetes.default.svc.cluster.local'],
      expirationSeconds: seconds,
      boundObjectRef: null,
    },
    status: { token, expirationTimestamp: `${new Date(expires).toISOString().slice(0, 19)}Z` },
  });
}
