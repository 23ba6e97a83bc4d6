/** A port of a Service, by number or name. */
export interface Backend {
  namespace: string;
  service: string;
  port: number | string;
}

/** Where requests go that an ingress controller takes. */
export interface Route {
  /** Host names, `*.` for one label; without them every host. */
  hosts?: readonly string[];
  /** Whether a path belongs to it. */
  fits(path: string): boolean;
  /** The route of most weight is taken. */
  weight: number;
  entry: 'http' | 'https' | 'any';
  backend: Backend;
  /** Requests that do not come by this scheme are sent there. */
  redirect?: { scheme: string; status: number };
  /** Taken off the path before the backend sees it. */
  strip?: readonly string[];
}

/** Exact, or prefix by whole segments (Kubernetes documentation, Ingress path types). */
export function pathFits(type: 'Exact' | 'Prefix', path: string, asked: string): boolean {
  if (type === 'Exact') return asked === path;
  const prefix = path.replace(/\/$/, '');
  return asked === prefix || asked.startsWith(`${prefix}/`);
}

export function hostFits(hosts: readonly string[] | undefined, asked: string): boolean {
  if (hosts === undefined || hosts.length === 0) return true;
  return hosts.some((host) =>
    host.startsWith('*.') ? asked.replace(/^[^.]+/, '*') === host : host.toLowerCase() === asked,
  );
}
