import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';
import { traefikRoutes } from './traefik-routes.ts';
import { pathFits, type Backend, type Route } from './route.ts';

/** A program that serves Ingresses and Gateways, and what it answers where it has nothing. */
export interface IngressProgram {
  /** `app.kubernetes.io/name` of its pods. */
  name: string;
  /** `spec.controller` of its IngressClasses. */
  ingress: string;
  /** `spec.controllerName` of its GatewayClasses. */
  gateway?: string;
  /** Whether a host with a certificate is served by HTTPS alone. */
  redirectsToHttps: boolean;
  answers: Record<404 | 503, { type: string; body: string }>;
}

const nginxPage = (title: string) => ({
  type: 'text/html',
  body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
});
const plain = (body: string) => ({ type: 'text/plain; charset=utf-8', body });

export const ingressPrograms: readonly IngressProgram[] = [
  {
    name: 'traefik',
    ingress: 'traefik.io/ingress-controller',
    gateway: 'traefik.io/gateway-controller',
    redirectsToHttps: false,
    answers: { 404: plain('404 page not found\n'), 503: plain('no available server\n') },
  },
  {
    name: 'ingress-nginx',
    ingress: 'k8s.io/ingress-nginx',
    redirectsToHttps: true,
    answers: { 404: nginxPage('404 Not Found'), 503: nginxPage('503 Service Temporarily Unavailable') },
  },
];

/** Every route that the program has now, the most special first. */
export function routesOf(program: IngressProgram, reader: Reader): Route[] {
  const routes = [
    ...reader.list('networking.k8s.io/v1 Ingress').flatMap((ingress) => ingressRoutes(program, ingress, reader)),
    ...(program.gateway === undefined ? [] : gatewayRoutes(program.gateway, reader)),
    ...(program.name === 'traefik' ? traefikRoutes(reader) : []),
  ];
  return routes.sort((one, other) => other.weight - one.weight);
}

interface IngressBackend {
  service?: { name: string; port?: { name?: string; number?: number } };
}

interface IngressSpec {
  ingressClassName?: string;
  defaultBackend?: IngressBackend;
  tls?: { hosts?: string[]; secretName?: string }[];
  rules?: { host?: string; http?: { paths: { path?: string; pathType: string; backend: IngressBackend }[] } }[];
}

function ingressRoutes(program: IngressProgram, ingress: StoredObject, reader: Reader): Route[] {
  const { ingressClassName, defaultBackend, rules = [], tls = [] } = (ingress['spec'] ?? {}) as IngressSpec;
  const { namespace = '', annotations = {} } = ingress.metadata;
  const className = ingressClassName ?? annotations['kubernetes.io/ingress.class'];
  const found =
    className === undefined ? undefined : reader.get('networking.k8s.io/v1 IngressClass', undefined, className);
  if ((found?.['spec'] as { controller?: string } | undefined)?.controller !== program.ingress) return [];
  const isForced = annotations['nginx.ingress.kubernetes.io/ssl-redirect'] !== 'false' && program.redirectsToHttps;
  const backendOf = ({ service }: IngressBackend): Backend[] =>
    service === undefined
      ? []
      : [{ namespace, service: service.name, port: service.port?.number ?? service.port?.name ?? 0 }];
  const own = rules.flatMap(({ host, http }) =>
    (http?.paths ?? []).flatMap(({ path = '/', pathType, backend }) =>
      backendOf(backend).map((target): Route => {
        const isTls = tls.some(({ hosts = [] }) => host === undefined || hosts.includes(host));
        return {
          ...(host === undefined ? {} : { hosts: [host] }),
          fits: (asked) => pathFits(pathType === 'Exact' ? 'Exact' : 'Prefix', path, asked),
          weight: path.length * 2 + (pathType === 'Exact' ? 1 : 0) + (host === undefined ? 0 : 1000),
          entry: 'any',
          backend: target,
          ...(isForced && isTls ? { redirect: { scheme: 'https', status: 308 } } : {}),
        };
      }),
    ),
  );
  const rest = defaultBackend === undefined ? [] : backendOf(defaultBackend);
  return [...own, ...rest.map((backend): Route => ({ fits: () => true, weight: -1, entry: 'any', backend }))];
}

interface RouteSpec {
  hostnames?: string[];
  parentRefs?: { name: string; namespace?: string }[];
  rules?: {
    matches?: { path?: { type?: string; value?: string } }[];
    backendRefs?: { name: string; namespace?: string; port?: number }[];
  }[];
}

function gatewayRoutes(controllerName: string, reader: Reader): Route[] {
  const isServed = (namespace: string, name: string) => {
    const gateway = reader.get('gateway.networking.k8s.io/v1 Gateway', namespace, name);
    const { gatewayClassName = '' } = (gateway?.['spec'] ?? {}) as { gatewayClassName?: string };
    const found = reader.get('gateway.networking.k8s.io/v1 GatewayClass', undefined, gatewayClassName);
    return (found?.['spec'] as { controllerName?: string } | undefined)?.controllerName === controllerName;
  };
  return reader.list('gateway.networking.k8s.io/v1 HTTPRoute').flatMap((route) => {
    const { namespace: home = '' } = route.metadata;
    const { hostnames, parentRefs = [], rules = [] } = (route['spec'] ?? {}) as RouteSpec;
    if (!parentRefs.some(({ namespace = home, name }) => isServed(namespace, name))) return [];
    return rules.flatMap(({ matches = [{}], backendRefs: [backend] = [] }) =>
      backend === undefined
        ? []
        : matches.map(({ path: { type = 'PathPrefix', value = '/' } = {} }): Route => ({
            ...(hostnames === undefined ? {} : { hosts: hostnames }),
            fits: (asked) => pathFits(type === 'Exact' ? 'Exact' : 'Prefix', value, asked),
            weight: value.length * 2 + (type === 'Exact' ? 1 : 0) + (hostnames === undefined ? 0 : 1000),
            entry: 'any',
            backend: { namespace: backend.namespace ?? home, service: backend.name, port: backend.port ?? 0 },
          })),
    );
  });
}
