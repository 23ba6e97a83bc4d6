import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';
import { hostFits, pathFits, type Route } from './route.ts';

interface IngressRouteSpec {
  entryPoints?: string[];
  routes?: {
    match: string;
    priority?: number;
    middlewares?: { name: string; namespace?: string }[];
    services?: { name: string; namespace?: string; port: number | string }[];
  }[];
}

interface MiddlewareSpec {
  redirectScheme?: { scheme?: string; permanent?: boolean };
  stripPrefix?: { prefixes?: string[] };
}

/** The routes of IngressRoutes; a longer rule has precedence, as in Traefik 3. */
export const traefikRoutes = (reader: Reader): Route[] =>
  reader.list('traefik.io/v1alpha1 IngressRoute').flatMap((route) => {
    const { namespace = '' } = route.metadata;
    const { entryPoints = [], routes = [] } = (route['spec'] ?? {}) as IngressRouteSpec;
    const [entry] = entryPoints.length === 1 ? entryPoints : [];
    return routes.flatMap(({ match, priority, middlewares = [], services: [service] = [] }) => {
      if (service === undefined) return [];
      const specs = middlewares.map((each) =>
        middleware(reader.get('traefik.io/v1alpha1 Middleware', each.namespace ?? namespace, each.name)),
      );
      const redirect = specs.find(({ redirectScheme }) => redirectScheme !== undefined)?.redirectScheme;
      const strip = specs.flatMap(({ stripPrefix }) => stripPrefix?.prefixes ?? []);
      return alternatives(match).map(({ hosts, fits }): Route => ({
        ...(hosts === undefined ? {} : { hosts }),
        fits,
        weight: priority ?? 1000 + match.length,
        entry: entry === 'web' ? 'http' : entry === 'websecure' ? 'https' : 'any',
        backend: { namespace: service.namespace ?? namespace, service: service.name, port: service.port },
        ...(redirect === undefined
          ? {}
          : { redirect: { scheme: redirect.scheme ?? 'https', status: redirect.permanent === true ? 301 : 302 } }),
        ...(strip.length === 0 ? {} : { strip }),
      }));
    });
  });

const middleware = (found: StoredObject | undefined) => (found?.['spec'] ?? {}) as MiddlewareSpec;

/**
 * The parts of a rule between `||`: matchers Host, PathPrefix and Path joined by `&&`. Of a part with any other matcher, with
 * brackets or with a negation nothing is known: it takes no request.
 */
function alternatives(match: string): { hosts?: string[]; fits(path: string): boolean }[] {
  return match.split('||').flatMap((part) => {
    const matchers = part.split('&&').map((text) => /^\s*(Host|PathPrefix|Path)\(\s*`([^`]*)`\s*\)\s*$/.exec(text));
    if (matchers.some((matcher) => matcher === null)) return [];
    const valuesOf = (name: string) => matchers.flatMap((matcher) => (matcher?.[1] === name ? [matcher[2] ?? ''] : []));
    const [hosts, prefixes, paths] = [valuesOf('Host'), valuesOf('PathPrefix'), valuesOf('Path')];
    return [
      {
        ...(hosts.length === 0
          ? {}
          : { hosts: hosts.filter((host) => hosts.every((other) => hostFits([other], host))) }),
        // Traefik's prefixes are of characters, not of segments.
        fits: (asked: string) =>
          prefixes.every((prefix) => asked.startsWith(prefix)) && paths.every((path) => pathFits('Exact', path, asked)),
      },
    ];
  });
}
