import { isIPv6 } from 'node:net';
import { invalid, StatusError, type FieldError } from '../../api/status-error.ts';
import type { Chance } from '../../chance.ts';
import type { Reader } from '../../controllers/client.ts';
import type { StoredObject } from '../../objects.ts';
import { isAddress, isWithin } from '../addresses.ts';
import { FieldErrors } from '../field-errors.ts';
import { checkClusterAddresses } from './validation.ts';
import { isHeadless, needsHealthCheck, needsNodePorts, specOf, type ServicePort, type ServiceSpec } from './types.ts';
import { nameOf } from '../sharing.ts';

/** Where services get their addresses and ports from: `--service-cluster-ip-range` and `--service-node-port-range`. */
const range = { block: '10.96.0.0/12', ends: ['10.96.0.0', '10.111.255.255'], first: 0x0a_60_00_00, size: 2 ** 20 };
const ports = { first: 30_000, last: 32_767 };
const portRange = `${ports.first}-${ports.last}`;

interface Allocator {
  reader: Reader;
  chance: Chance;
}

function refuse(service: StoredObject, add: (errors: FieldErrors) => void): never {
  const errors = new FieldErrors();
  add(errors);
  throw invalid({ group: '', kind: 'Service' }, nameOf(service), errors.list satisfies FieldError[]);
}

/** Addresses and node ports that the other services of the cluster have. */
function taken({ reader }: Allocator, own: StoredObject): { addresses: Set<string>; nodePorts: Set<number> } {
  const addresses = new Set<string>();
  const nodePorts = new Set<number>();
  for (const service of reader.list('v1 Service')) {
    if (service.metadata.uid === own.metadata.uid) continue;
    const { clusterIPs = [], ports: list = [], healthCheckNodePort = 0 } = specOf(service);
    for (const ip of clusterIPs) addresses.add(ip);
    for (const { nodePort = 0 } of list) if (nodePort !== 0) nodePorts.add(nodePort);
    if (healthCheckNodePort !== 0) nodePorts.add(healthCheckNodePort);
  }
  return { addresses, nodePorts };
}

/** The cluster has IPv4 only, so families follow from that (`initIPFamilyFields` of registry/core/service/storage). */
function withFamilies(service: StoredObject, spec: ServiceSpec, old: ServiceSpec | undefined): ServiceSpec {
  if (spec.type === 'ExternalName') return spec;
  const isWithoutSelector = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
  const policy = spec.ipFamilyPolicy ?? old?.ipFamilyPolicy ?? (isWithoutSelector ? 'RequireDualStack' : 'SingleStack');
  const own = new FieldErrors();
  checkClusterAddresses(own, { ...spec, ipFamilyPolicy: policy });
  if (own.list.length > 0) refuse(service, (errors) => errors.list.push(...own.list));
  const { clusterIPs = [], ipFamilies: given = [] } = spec;
  const path = 'spec.ipFamilyPolicy';
  const several = (what: string) =>
    `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
  if (policy === 'SingleStack' && clusterIPs.length === 2)
    refuse(service, (errors) => errors.invalid(path, policy, several('cluster IPs')));
  if (policy === 'SingleStack' && given.length === 2)
    refuse(service, (errors) => errors.invalid(path, policy, several('IP families')));
  const families = given.slice();
  for (const [index, ip] of clusterIPs.entries()) {
    if (ip === 'None' || index < families.length || !isAddress(ip)) continue;
    if (isIPv6(ip))
      refuse(service, (errors) =>
        errors.invalid(`spec.clusterIPs[${index}]`, clusterIPs, 'IPv6 is not configured on this cluster'),
      );
    families.push('IPv4');
  }
  if (isWithoutSelector) {
    if (families.length === 0) families.push('IPv4');
    if (families.length < 2 && policy !== 'SingleStack') families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
    return { ...spec, ipFamilyPolicy: policy, ipFamilies: families };
  }
  if (policy === 'RequireDualStack')
    refuse(service, (errors) => errors.invalid(path, policy, 'this cluster is not configured for dual-stack services'));
  const foreign = families.indexOf('IPv6');
  if (foreign !== -1)
    refuse(service, (errors) =>
      errors.invalid(`spec.ipFamilies[${foreign}]`, 'IPv6', 'not configured on this cluster'),
    );
  return { ...spec, ipFamilyPolicy: policy, ipFamilies: families.length === 0 ? ['IPv4'] : families };
}

const addressAt = (offset: number) => {
  const value = range.first + offset;
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
};

/** Addresses below this come last: they are left for services that ask for one (KEP-3070). */
const reserved = Math.min(Math.max(16, range.size / 16), 256);

function freeAddress(addresses: ReadonlySet<string>, chance: Chance): string {
  const start = chance.below(range.size - 2 - reserved);
  for (let step = 0; step < range.size - 2 - reserved; step += 1) {
    const address = addressAt(1 + reserved + ((start + step) % (range.size - 2 - reserved)));
    if (!addresses.has(address)) return address;
  }
  throw new StatusError(500, 'InternalError', 'Internal error occurred: failed to allocate a serviceIP: range is full');
}

/** Why the address cannot be had. */
function addressComplaint(address: string, used: ReadonlySet<string>): string | undefined {
  if (!isWithin(address, range.block) || range.ends.includes(address))
    return 'the provided network does not match the current range';
  return used.has(address) ? 'provided IP is already allocated' : undefined;
}

function withAddress(
  service: StoredObject,
  spec: ServiceSpec,
  allocator: Allocator,
  used: ReadonlySet<string>,
): ServiceSpec {
  if (spec.type === 'ExternalName' || isHeadless(spec)) return spec;
  const [wanted = ''] = spec.clusterIPs ?? [];
  if (wanted === '') {
    const address = freeAddress(used, allocator.chance);
    return { ...spec, clusterIP: address, clusterIPs: [address] };
  }
  const complaint = addressComplaint(wanted, used);
  if (complaint !== undefined)
    refuse(service, (errors) =>
      errors.invalid('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${wanted}: ${complaint}`),
    );
  return spec;
}

/** Why the port cannot be had. */
function portComplaint(port: number, used: ReadonlySet<number>): string | undefined {
  if (port < ports.first || port > ports.last)
    return `provided port is not in the valid range. The range of valid ports is ${portRange}`;
  return used.has(port) ? 'provided port is already allocated' : undefined;
}

/** Ports below this come last, as with addresses (KEP-3668). */
const staticPorts = Math.min(Math.max(16, (ports.last - ports.first + 1) / 32), 128);

function freePort(used: Set<number>, chance: Chance): number {
  const [first, count] = [
    ports.first + Math.floor(staticPorts),
    ports.last - ports.first + 1 - Math.floor(staticPorts),
  ];
  const start = chance.below(count);
  for (let step = 0; step < count; step += 1) {
    const port = first + ((start + step) % count);
    if (used.has(port)) continue;
    used.add(port);
    return port;
  }
  throw new StatusError(500, 'InternalError', 'Internal error occurred: failed to allocate a nodePort: range is full');
}

const requestedFor = (number: number, { ports: list = [] }: ServiceSpec) =>
  list.find(({ port, nodePort = 0 }) => port === number && nodePort !== 0)?.nodePort ?? 0;

function withNodePorts(
  service: StoredObject,
  spec: ServiceSpec,
  { chance }: Allocator,
  used: Set<number>,
  old: ServiceSpec | undefined,
): ServiceSpec {
  if (!needsNodePorts(spec)) return spec;
  const kept = new Set((old?.ports ?? []).map(({ nodePort = 0 }) => nodePort));
  const allocates = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
  const byPort = new Map<number, number>();
  const list = (spec.ports ?? []).map((port, index): ServicePort => {
    const { port: number = 0, nodePort = 0 } = port;
    if (nodePort === 0 && !allocates) return port;
    // A new service has one node port for all protocols of a port; a changed one gets what it asks for.
    const shared = old === undefined ? byPort.get(number) : undefined;
    const asked = nodePort !== 0 || old !== undefined ? nodePort : requestedFor(number, spec);
    const wanted = asked !== 0 ? asked : (shared ?? 0);
    if (wanted === 0) {
      const free = freePort(used, chance);
      byPort.set(number, free);
      return { ...port, nodePort: free };
    }
    if (wanted !== shared && !kept.has(wanted)) {
      const complaint = portComplaint(wanted, used);
      if (complaint !== undefined)
        refuse(service, (errors) => errors.invalid(`spec.ports[${index}].nodePort`, wanted, complaint));
      used.add(wanted);
    }
    byPort.set(number, wanted);
    return nodePort === wanted ? port : { ...port, nodePort: wanted };
  });
  return { ...spec, ports: list };
}

function withHealthCheckPort(
  spec: ServiceSpec,
  { chance }: Allocator,
  used: Set<number>,
  old?: ServiceSpec,
): ServiceSpec {
  if (!needsHealthCheck(spec) || (old !== undefined && needsHealthCheck(old))) return spec;
  const { healthCheckNodePort: wanted = 0 } = spec;
  if (wanted === 0) return { ...spec, healthCheckNodePort: freePort(used, chance) };
  const complaint = portComplaint(wanted, used);
  if (complaint !== undefined)
    throw new StatusError(
      500,
      'InternalError',
      `Internal error occurred: failed to allocate requested HealthCheck NodePort ${wanted}: ${complaint}`,
    );
  return spec;
}

/**
 * Gives a service its addresses and node ports; none is given out twice. Throws 422 for one that was asked for and cannot
 * be had (pkg/registry/core/service/storage/alloc.go).
 */
export function withAllocations(
  service: StoredObject,
  old: StoredObject | undefined,
  allocator: Allocator,
): StoredObject {
  const { addresses, nodePorts } = taken(allocator, service);
  const before = old === undefined ? undefined : specOf(old);
  let spec = withFamilies(service, specOf(service), before);
  if (before === undefined || before.type === 'ExternalName') spec = withAddress(service, spec, allocator, addresses);
  spec = withNodePorts(service, spec, allocator, nodePorts, before);
  spec = withHealthCheckPort(spec, allocator, nodePorts, before);
  return { ...service, spec };
}
