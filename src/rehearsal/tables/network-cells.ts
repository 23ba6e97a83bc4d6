import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { age, count, shortened, type CellsOf } from './cell.ts';
import { labelText, selectorCell } from './label-text.ts';

/** Kinds about reaching pods, by group and resource. */
export const networkCells: Readonly<Record<string, CellsOf>> = {
  '/services': (object, now) => [
    object.metadata.name,
    object.spec.type ?? '',
    object.spec.clusterIPs?.[0] ?? '<none>',
    externalAddress(object),
    servicePorts(object) || '<none>',
    age(object, now),
    labelText(object.spec.selector),
  ],
  '/endpoints': (object, now) => [object.metadata.name, endpointsText(object), age(object, now)],
  'discovery.k8s.io/endpointslices': (object, now) => [
    object.metadata.name,
    (object['addressType'] as string | undefined) ?? '',
    shortened(slicePorts(object), 3) || '<unset>',
    shortened(sliceAddresses(object), 3) || '<unset>',
    age(object, now),
  ],
  'networking.k8s.io/ingresses': (object, now) => [
    object.metadata.name,
    object.spec.ingressClassName ?? '<none>',
    hosts(object),
    balancerAddresses(object),
    count(object.spec.tls?.length) === 0 ? '80' : '80, 443',
    age(object, now),
  ],
  'networking.k8s.io/ingressclasses': (object, now) => [
    object.metadata.name,
    object.spec?.controller ?? '',
    parametersText(object),
    age(object, now),
  ],
  'networking.k8s.io/networkpolicies': (object, now) => [
    object.metadata.name,
    selectorCell(object.spec.podSelector),
    age(object, now),
  ],
  // These two have a cell more than they have columns, in the real server as well.
  'networking.k8s.io/ipaddresses': (object, now) => [object.metadata.name, parentText(object), age(object, now)],
  'networking.k8s.io/servicecidrs': (object, now) => [
    object.metadata.name,
    ((object.spec.cidrs ?? []) as string[]).join(','),
    age(object, now),
  ],
};

function externalAddress(service: KubernetesObject): string {
  const {
    type,
    externalIPs = [],
    externalName,
  } = service.spec as {
    type?: string;
    externalIPs?: string[];
    externalName?: string;
  };
  if (type === undefined) return '<unknown>';
  if (type === 'ExternalName') return externalName ?? '';
  if (type === 'LoadBalancer') {
    const addresses = balancerAddresses(service);
    return [...(addresses === '' ? [] : [addresses]), ...externalIPs].join(',') || '<pending>';
  }
  return externalIPs.join(',') || '<none>';
}

/** Addresses that a load balancer has given, sorted, each once. */
function balancerAddresses({ status }: KubernetesObject): string {
  const ingress = ((status as KubernetesObject | undefined)?.['loadBalancer']?.ingress ?? []) as {
    ip?: string;
    hostname?: string;
  }[];
  const addresses = ingress.map(({ ip, hostname }) => ip || hostname || '').filter((address) => address !== '');
  return [...new Set(addresses)].sort().join(',');
}

function servicePorts(service: KubernetesObject): string {
  const ports = (service.spec.ports ?? []) as { port: number; nodePort?: number; protocol?: string }[];
  return ports
    .map(({ port, nodePort = 0, protocol = 'TCP' }) => `${port}${nodePort > 0 ? `:${nodePort}` : ''}/${protocol}`)
    .join(',');
}

interface Subset {
  addresses?: { ip: string }[];
  ports?: { port: number }[];
}

function endpointsText(endpoints: KubernetesObject): string {
  const subsets = (endpoints['subsets'] ?? []) as Subset[];
  if (subsets.length === 0) return '<none>';
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
        ),
  );
  return shortened(all, 3);
}

function slicePorts(slice: KubernetesObject): string[] {
  const ports = (slice['ports'] ?? []) as { port?: number | null; name?: string }[];
  return ports.map(({ port, name }) => String(port ?? name ?? '*'));
}

const sliceAddresses = (slice: KubernetesObject) =>
  ((slice['endpoints'] ?? []) as { addresses?: string[] }[]).flatMap(({ addresses = [] }) => addresses);

/** The first three hosts. The number of further ones counts rules, also those without a host. */
function hosts(ingress: KubernetesObject): string {
  const rules = (ingress.spec.rules ?? []) as { host?: string }[];
  const shown: string[] = [];
  let hasMore = false;
  for (const { host = '' } of rules) {
    if (shown.length === 3) hasMore = true;
    else if (host !== '') shown.push(host);
  }
  if (shown.length === 0) return '*';
  return hasMore ? `${shown.join(',')} + ${rules.length - 3} more...` : shown.join(',');
}

function parametersText(ingressClass: KubernetesObject): string {
  const parameters = ingressClass.spec?.parameters as { kind: string; apiGroup?: string; name: string } | undefined;
  if (parameters === undefined) return '<none>';
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

function parentText(address: KubernetesObject): string {
  const parent = address.spec?.parentRef as
    { group?: string; resource?: string; namespace?: string; name?: string } | undefined;
  if (parent === undefined) return '<none>';
  const { group = '', resource = '', namespace = '', name = '' } = parent;
  const type = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
  return [type, ...(namespace === '' ? [] : [namespace]), name].join('/');
}
