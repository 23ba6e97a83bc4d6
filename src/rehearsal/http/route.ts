/** What a path of the Kubernetes API means. */
export type Route =
  | { is: 'version' | 'health' | 'groups' | 'core-versions' | 'openapi-v2' | 'openapi-v3' | 'root' }
  | { is: 'openapi-v3-document'; path: string }
  | { is: 'group'; group: string }
  | { is: 'group-version'; group: string; version: string }
  | ResourceRoute;

export interface ResourceRoute {
  is: 'resource';
  group: string;
  version: string;
  namespace?: string;
  plural: string;
  name?: string;
  subresource?: string;
  /** What stands behind the subresource (`.../proxy/health/live`). */
  rest?: string;
}

/** Takes a path apart; undefined for one that the API does not have. Segments are decoded. */
export function routeOf(path: string): Route | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  let segments: string[];
  try {
    segments = parts.map((part) => decodeURIComponent(part));
  } catch {
    return undefined;
  }
  const [first, second, third, ...rest] = segments;
  switch (first) {
    case undefined:
      return { is: 'root' };
    case 'version':
      return second === undefined ? { is: 'version' } : undefined;
    case 'healthz':
    case 'livez':
    case 'readyz':
      return { is: 'health' };
    case 'openapi':
      if (second === 'v2' && third === undefined) return { is: 'openapi-v2' };
      if (second !== 'v3') return undefined;
      return third === undefined
        ? { is: 'openapi-v3' }
        : { is: 'openapi-v3-document', path: [third, ...rest].join('/') };
    case 'api':
      if (second === undefined) return { is: 'core-versions' };
      return third === undefined
        ? { is: 'group-version', group: '', version: second }
        : resourceRoute('', second, [third, ...rest]);
    case 'apis': {
      if (second === undefined) return { is: 'groups' };
      if (third === undefined) return { is: 'group', group: second };
      return rest.length === 0
        ? { is: 'group-version', group: second, version: third }
        : resourceRoute(second, third, rest);
    }
    default:
      return undefined;
  }
}

function resourceRoute(group: string, version: string, segments: string[]): ResourceRoute {
  const [plural = '', name, third, ...more] = segments;
  // `namespaces/x/pods` is a collection in a namespace; `namespaces/x/status` and `/finalize` are of the namespace itself.
  if (plural === 'namespaces' && name !== undefined && third !== undefined && !['status', 'finalize'].includes(third)) {
    const [object, subresource, ...rest] = more;
    return made({ group, version, namespace: name, plural: third, name: object, subresource, rest });
  }
  return made({ group, version, plural, name, subresource: third, rest: more });
}

function made({
  name,
  namespace,
  subresource,
  rest,
  ...route
}: {
  group: string;
  version: string;
  plural: string;
  namespace?: string;
  name: string | undefined;
  subresource: string | undefined;
  rest: string[];
}): ResourceRoute {
  return {
    is: 'resource',
    ...route,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(rest.length === 0 ? {} : { rest: rest.join('/') }),
  };
}
