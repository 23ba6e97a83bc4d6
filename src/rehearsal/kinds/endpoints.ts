import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { checkAddress, checkEndpointAddress } from './addresses.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel, dnsSubdomain, labelValue, portNumber, qualifiedName } from './names.ts';
import { protocols } from './pod/containers.ts';
import { fill, fillZero, withinEach } from './sharing.ts';

interface Address {
  ip?: string;
  hostname?: string;
  nodeName?: string;
}

interface Port {
  name?: string;
  port?: number;
  protocol?: string;
  appProtocol?: string;
}

interface Subset {
  addresses?: Address[] | null;
  notReadyAddresses?: Address[];
  ports?: Port[];
}

const subsetsOf = (object: StoredObject) => (object['subsets'] as Subset[] | undefined) ?? [];

export const endpointsRules: KindRules = {
  defaults: (object) =>
    withinEach(object, 'subsets', (subset) =>
      withinEach(subset, 'ports', (port) => fillZero(port, { protocol: 'TCP' })),
    ),
  prepareCreate: (object, { warn }) => {
    warn('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice');
    return object;
  },
  prepareUpdate: (object, _, { warn }) => {
    warn('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice');
    return object;
  },
  validate: (object) => {
    const errors = new FieldErrors();
    for (const [index, subset] of subsetsOf(object).entries()) checkSubset(errors, `subsets[${index}]`, subset);
    return errors.list;
  },
};

function checkSubset(errors: FieldErrors, path: string, subset: Subset): void {
  const { notReadyAddresses = [], ports = [] } = subset;
  const addresses = subset.addresses ?? [];
  if (addresses.length + notReadyAddresses.length === 0)
    errors.required(path, 'must specify `addresses` or `notReadyAddresses`');
  for (const [field, list] of Object.entries({ addresses, notReadyAddresses }))
    for (const [index, { ip = '', hostname = '', nodeName }] of list.entries()) {
      const at = `${path}.${field}[${index}]`;
      checkAddress(errors, `${at}.ip`, ip);
      if (hostname !== '') errors.each(`${at}.hostname`, hostname, dnsLabel(hostname));
      if (nodeName !== undefined) errors.each(`${at}.nodeName`, nodeName, dnsSubdomain(nodeName));
      checkEndpointAddress(errors, `${at}.ip`, ip);
    }
  for (const [index, { name = '', port = 0, protocol, appProtocol }] of ports.entries()) {
    const at = `${path}.ports[${index}]`;
    if (name !== '') errors.each(`${at}.name`, name, dnsLabel(name));
    else if (ports.length > 1) errors.required(`${at}.name`);
    errors.each(`${at}.port`, port, portNumber(port));
    errors.oneOf(`${at}.protocol`, protocol, protocols);
    if (appProtocol !== undefined) errors.each(`${at}.appProtocol`, appProtocol, qualifiedName(appProtocol));
  }
}

interface Endpoint {
  addresses?: string[] | null;
  nodeName?: string;
  hostname?: string;
  hints?: { forZones?: { name?: string }[]; forNodes?: { name?: string }[] };
}

export const endpointSliceRules: KindRules = {
  defaults: (object) =>
    withinEach(
      withinEach(fill(object, { endpoints: null, ports: null }), 'ports', (port) =>
        fill(port, { name: '', protocol: 'TCP' }),
      ),
      'endpoints',
      (endpoint) => fill(endpoint, { conditions: {} }),
    ),
  validate: (object) => {
    const errors = new FieldErrors();
    const { addressType = '' } = object as StoredObject & { addressType?: string };
    errors.oneOf('addressType', addressType, ['FQDN', 'IPv4', 'IPv6']);
    checkSlicePorts(errors, (object['ports'] as Port[] | null | undefined) ?? []);
    const endpoints = (object['endpoints'] as Endpoint[] | null | undefined) ?? [];
    if (endpoints.length > 1000) errors.tooMany('endpoints', endpoints.length, 1000);
    else
      for (const [index, endpoint] of endpoints.entries())
        checkEndpoint(errors, `endpoints[${index}]`, endpoint, addressType);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    errors.immutable('addressType', object['addressType'], !isEqual(object['addressType'], old['addressType']));
    return errors.list;
  },
};

function checkSlicePorts(errors: FieldErrors, ports: readonly Port[]): void {
  if (ports.length > 20_000) return errors.tooMany('ports', ports.length, 20_000);
  const names = new Set<string>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const at = `ports[${index}]`;
    if (name !== '') errors.each(`${at}.name`, name, dnsLabel(name));
    if (names.has(name)) errors.duplicate(`${at}.name`, name);
    names.add(name);
    errors.oneOf(`${at}.protocol`, protocol, protocols);
    if (appProtocol !== undefined) errors.each(`${at}.appProtocol`, appProtocol, qualifiedName(appProtocol));
  }
}

function checkEndpoint(errors: FieldErrors, path: string, endpoint: Endpoint, type: string): void {
  const { nodeName, hostname, hints } = endpoint;
  const addresses = endpoint.addresses ?? [];
  if (addresses.length === 0) errors.required(`${path}.addresses`, 'must contain at least 1 address');
  else if (addresses.length > 100) errors.tooMany(`${path}.addresses`, addresses.length, 100);
  for (const [index, address] of addresses.entries()) {
    const at = `${path}.addresses[${index}]`;
    if (type !== 'IPv4' && type !== 'IPv6') continue;
    if (!checkAddress(errors, at, address)) continue;
    if (address.includes(':') !== (type === 'IPv6'))
      errors.invalid(`${path}.addresses`, address, `must be an ${type} address`);
    checkEndpointAddress(errors, at, address);
  }
  if (nodeName !== undefined) errors.each(`${path}.nodeName`, nodeName, dnsSubdomain(nodeName));
  if (hostname !== undefined) errors.each(`${path}.hostname`, hostname, dnsLabel(hostname));
  for (const [field, check] of [
    ['forZones', labelValue],
    ['forNodes', dnsSubdomain],
  ] as const) {
    const list = hints?.[field] ?? [];
    if (list.length > 8) errors.tooMany(`${path}.hints.${field}`, list.length, 8);
    else
      for (const [index, { name = '' }] of list.entries())
        errors.each(`${path}.hints.${field}[${index}].name`, name, check(name));
  }
}
