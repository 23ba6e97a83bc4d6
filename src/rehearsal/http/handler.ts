import { aggregatedDiscovery, coreVersions, groupDocument, groupList, resourceList } from '../api/discovery.ts';
import { openApiV2, openApiV3Document, openApiV3Index } from '../api/open-api.ts';
import type { Resource } from '../api/resource.ts';
import { StatusError } from '../api/status-error.ts';
import type { ApiFault, ApiRequest } from '../faults/api-faults.ts';
import { requireAllowed } from './authorization.ts';
import type { Control } from './control.ts';
import type { Exchange } from './exchange.ts';
import { acceptedOf } from './negotiation.ts';
import type { RestParts } from './rest-parts.ts';
import { routeOf, type ResourceRoute, type Route } from './route.ts';
import type { Handler } from './server.ts';
import { serveResource } from './serve-resource.ts';
import { isReview, serveReview } from './serve-review.ts';
import { isStream, serveStream, type StreamParts } from './serve-stream.ts';
import { serveSubresource } from './serve-subresource.ts';
import { serverVersion } from './version.ts';

export interface HandlerParts {
  rest: RestParts;
  streams: StreamParts;
  control: Control;
  requestFault(request: ApiRequest): ApiFault | undefined;
  /** Milliseconds that a fault puts the server's clock off by: seen in the Date header. */
  clockSkew(): number;
  bug(error: unknown): void;
}

/** Answers every request of the Kubernetes API. */
export function createHandler(parts: HandlerParts): Handler {
  return {
    bug: parts.bug,
    async request(exchange) {
      exchange.response.setHeader('Date', new Date(parts.rest.api.clock.now() + parts.clockSkew()).toUTCString());
      if (exchange.path.startsWith('/rehearsal/')) return parts.control(exchange);
      const answered = parts.rest.traffic.answers();
      try {
        return await serve(exchange, parts);
      } finally {
        answered();
      }
    },
    async upgrade(exchange, socket, head) {
      const route = routeOf(exchange.path);
      if (route?.is !== 'resource' || !isStream(route)) throw pathNotFound();
      requireAllowed(exchange, route, parts.rest.api.reader);
      await suffer(exchange, route, parts);
      return serveStream({ exchange, route, resource: resourceOf(route, parts.rest), socket, head }, parts.streams);
    },
  };
}

async function serve(exchange: Exchange, parts: HandlerParts): Promise<void> {
  const route = routeOf(exchange.path);
  if (route === undefined) throw pathNotFound();
  requireAllowed(exchange, route, parts.rest.api.reader);
  const closeWatchAfter = await suffer(exchange, route, parts);
  return answer(exchange, route, parts, closeWatchAfter);
}

/** What the fault leaves of a request; returns after which time it closes a watch. */
async function suffer(exchange: Exchange, route: Route, parts: HandlerParts): Promise<number | undefined> {
  const isWatch = ['1', 'true'].includes(exchange.query.get('watch') ?? '');
  const fault = parts.requestFault({
    method: exchange.method,
    isWatch,
    ...(route.is === 'resource' ? named(route) : {}),
  });
  switch (fault?.kind) {
    case undefined:
      return undefined;
    case 'close-watch':
      return fault.afterMilliseconds;
    case 'delay':
      await delay(fault.milliseconds, parts.rest);
      return undefined;
    case 'expired':
      throw new StatusError(410, 'Expired', 'The resourceVersion for the provided watch is too old.');
    case 'status': {
      if (fault.retryAfter !== undefined) exchange.response.setHeader('Retry-After', String(fault.retryAfter));
      const { code, reason = '', message = '', details } = fault.status;
      throw new StatusError(code, reason, message, details);
    }
  }
}

async function delay(milliseconds: number, { api, traffic }: RestParts): Promise<void> {
  const isOver = traffic.delays();
  await new Promise<void>((resolve) => void api.clock.after(milliseconds, resolve));
  isOver();
}

const named = ({ plural, namespace, name }: ResourceRoute) => ({
  resource: plural,
  ...(namespace === undefined ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
});

async function answer(
  exchange: Exchange,
  route: Route,
  parts: HandlerParts,
  closeWatchAfter: number | undefined,
): Promise<void> {
  const { registry } = parts.rest.api;
  const isAggregated = acceptedOf(exchange.header('accept'))?.as === 'APIGroupDiscoveryList';
  const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  switch (route.is) {
    case 'root':
      return exchange.json(200, {
        paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
      });
    case 'version':
      return exchange.json(200, serverVersion);
    case 'health':
      return exchange.text(200, 'ok');
    case 'core-versions':
      return isAggregated
        ? exchange.json(200, aggregatedDiscovery(registry, true), discovery)
        : exchange.json(200, coreVersions(exchange.header('host') ?? ''));
    case 'groups':
      return isAggregated
        ? exchange.json(200, aggregatedDiscovery(registry, false), discovery)
        : exchange.json(200, groupList(registry));
    case 'group':
      return exchange.json(200, found(groupDocument(registry, route.group)));
    case 'group-version':
      return exchange.json(200, found(resourceList(registry, route.group, route.version)));
    case 'openapi-v2': {
      const { body, contentType } = openApiV2(exchange.header('accept') ?? '');
      return exchange.text(200, Buffer.from(body), contentType);
    }
    case 'openapi-v3':
      return exchange.json(200, openApiV3Index([...registry.all()]));
    case 'openapi-v3-document':
      return serveOpenApi(exchange, route.path, parts);
    case 'resource':
      return serveRoute(exchange, route, parts, closeWatchAfter);
  }
}

function serveOpenApi(exchange: Exchange, path: string, { rest }: HandlerParts): void {
  const match = /^(?:api|apis\/(?<group>[^/]+))\/(?<version>[^/]+)$/.exec(path);
  if (match === null) throw pathNotFound();
  const { group = '', version = '' } = match.groups ?? {};
  // kubectl says which of its commands asks; only `explain` needs the types. Both answers have one address.
  exchange.response.setHeader('Vary', 'Kubectl-Command');
  const full = exchange.header('kubectl-command')?.includes('explain') === true;
  exchange.json(200, found(openApiV3Document(group, version, [...rest.api.registry.all()], { full })));
}

async function serveRoute(
  exchange: Exchange,
  route: ResourceRoute,
  parts: HandlerParts,
  closeWatchAfter: number | undefined,
): Promise<void> {
  const { rest } = parts;
  const resource = resourceOf(route, rest);
  if (route.namespace !== undefined && !resource.isNamespaced) throw pathNotFound();
  if (resource.storage === '/endpoints')
    exchange.warn('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice');
  if (isReview(resource)) return serveReview(exchange, resource, rest.api.reader);
  const { namespace, name, subresource } = route;
  if (isStream(route)) return serveStream({ exchange, route, resource }, parts.streams);
  if (subresource !== undefined && name !== undefined)
    return serveSubresource({ exchange, resource, namespace, name, subresource }, rest);
  return serveResource({ exchange, resource, namespace, name, closeWatchAfter }, rest);
}

function resourceOf({ group, version, plural }: ResourceRoute, { api }: RestParts): Resource {
  const resource = api.registry.find(group, version, plural);
  if (resource === undefined) throw pathNotFound();
  return resource;
}

function found(document: object | undefined): object {
  if (document === undefined) throw pathNotFound();
  return document;
}

function pathNotFound(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource');
}
