import type { StoredObject } from '../objects.ts';
import { isAddress, checkBlock, isStrictSubset } from './addresses.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  httpPathComplaint,
  isHttpPath,
  pathSegment,
  portName,
  portNumber,
  wildcardSubdomain,
} from './names.ts';
import { checkSelector, type LabelSelector } from './selectors.ts';
import { fill, isAbsent, set, within, withinEach, type Fields } from './sharing.ts';

interface Reference {
  apiGroup?: string;
  kind?: string;
  name?: string;
}

interface Backend {
  service?: { name?: string; port?: { name?: string; number?: number } };
  resource?: Reference;
}

interface IngressSpec {
  ingressClassName?: string;
  defaultBackend?: Backend;
  rules?: { host?: string; http?: { paths?: { path?: string; pathType?: string | null; backend?: Backend }[] } }[];
  tls?: { hosts?: string[]; secretName?: string }[];
}

const classAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function checkBackend(errors: FieldErrors, path: string, { service, resource }: Backend): void {
  if (service !== undefined && resource !== undefined)
    return errors.invalid(path, '', 'cannot set both resource and service backends');
  if (resource !== undefined) return checkReference(errors, `${path}.resource`, resource);
  if (service === undefined) return errors.invalid(path, '', 'resource or service backend is required');
  const { name = '', port = {} } = service;
  if (name === '') errors.required(`${path}.service.name`);
  else errors.each(`${path}.service.name`, name, dns1035Label(name));
  const { name: byName = '', number = 0 } = port;
  if (byName !== '' && number !== 0) errors.invalid(path, '', 'cannot set both port name & port number');
  else if (byName !== '') errors.each(`${path}.service.port.name`, byName, portName(byName));
  else if (number !== 0) errors.each(`${path}.service.port.number`, number, portNumber(number));
  else errors.required(path, 'port name or number is required');
}

function checkReference(errors: FieldErrors, path: string, { apiGroup, kind = '', name = '' }: Reference): void {
  if (apiGroup !== undefined) errors.each(`${path}.apiGroup`, apiGroup, dnsSubdomain(apiGroup));
  if (kind === '') errors.required(`${path}.kind`);
  else errors.each(`${path}.kind`, kind, pathSegment(kind));
  if (name === '') errors.required(`${path}.name`);
  else errors.each(`${path}.name`, name, pathSegment(name));
}

const forbiddenIn = ['//', '/./', '/../', '%2f', '%2F'];
const forbiddenAtEnd = ['/..', '/.'];

function checkIngressPath(errors: FieldErrors, path: string, type: string, value: string): void {
  if (type === 'ImplementationSpecific') {
    if (value !== '' && !value.startsWith('/')) errors.invalid(path, value, 'must be an absolute path');
    return;
  }
  if (!value.startsWith('/')) errors.invalid(path, value, 'must be an absolute path');
  for (const part of forbiddenIn) if (value.includes(part)) errors.invalid(path, value, `must not contain '${part}'`);
  for (const end of forbiddenAtEnd) if (value.endsWith(end)) errors.invalid(path, value, `cannot end with '${end}'`);
}

const hostComplaints = (host: string) => (host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host));

function checkIngress(errors: FieldErrors, spec: IngressSpec): void {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined)
    errors.invalid('spec', null, 'either `defaultBackend` or `rules` must be specified');
  if (defaultBackend !== undefined) checkBackend(errors, 'spec.defaultBackend', defaultBackend);
  for (const [index, { host = '', http }] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    if (host !== '') {
      if (isAddress(host)) errors.invalid(`${at}.host`, host, 'must be a DNS name, not an IP address');
      errors.each(`${at}.host`, host, hostComplaints(host));
    }
    if (http === undefined) continue;
    const paths = http.paths ?? [];
    if (paths.length === 0) errors.required(`${at}.http.paths`);
    for (const [position, { path = '', pathType, backend = {} }] of paths.entries()) {
      const place = `${at}.http.paths[${position}]`;
      if (pathType === undefined || pathType === null) {
        errors.required(`${place}.pathType`, 'pathType must be specified');
        continue;
      }
      if (pathTypes.includes(pathType)) checkIngressPath(errors, `${place}.path`, pathType, path);
      else errors.notSupported(`${place}.pathType`, pathType, pathTypes);
      checkBackend(errors, `${place}.backend`, backend);
    }
  }
  for (const [index, { hosts = [], secretName = '' }] of tls.entries()) {
    for (const [position, host] of hosts.entries())
      errors.each(`spec.tls[${index}].hosts[${position}]`, host, hostComplaints(host));
    if (secretName !== '') errors.each(`spec.tls[${index}].secretName`, secretName, dnsSubdomain(secretName));
  }
  if (ingressClassName !== undefined)
    errors.each('spec.ingressClassName', ingressClassName, dnsSubdomain(ingressClassName));
}

const specOf = (object: StoredObject) => (object['spec'] ?? {}) as IngressSpec;

/** A service port within a backend is always written, even when it is empty. */
const withPort = (backend: Fields) => within(backend, 'service', (service) => fill(service, { port: {} }));

export const ingressRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: { loadBalancer: {} } }), 'spec', (spec) =>
      withinEach(within(spec, 'defaultBackend', withPort), 'rules', (rule) =>
        within(rule, 'http', (http) =>
          withinEach(isAbsent(http['paths']) ? set(http, 'paths', null) : http, 'paths', (path) =>
            within(fill(path, { backend: {} }), 'backend', withPort),
          ),
        ),
      ),
    ),
  prepareCreate: (object, { warn }) => {
    if (object.metadata.annotations?.[classAnnotation] !== undefined && specOf(object).ingressClassName === undefined)
      warn(`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`);
    return set(object, 'status', { loadBalancer: {} });
  },
  validate: (object) => {
    const errors = new FieldErrors();
    checkIngress(errors, specOf(object));
    const named = object.metadata.annotations?.[classAnnotation];
    const { ingressClassName } = specOf(object);
    if (object.metadata.resourceVersion === undefined && named !== undefined && ingressClassName !== undefined && named !== ingressClassName)
      errors.invalid(
        `annotations.${classAnnotation}`,
        named,
        'must match `ingressClassName` when both are specified',
      );
    return errors.list;
  },
};

interface IngressClassSpec {
  controller?: string;
  parameters?: Reference & { scope?: string; namespace?: string };
}

function checkController(errors: FieldErrors, controller: string): void {
  const path = 'spec.controller';
  if (controller.length > 250) errors.tooLong(path, 250);
  const slash = controller.indexOf('/');
  const [host, rest] = [controller.slice(0, slash), controller.slice(slash + 1)];
  if (controller === '') errors.required(path);
  else if (slash <= 0 || rest === '')
    errors.invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
  else {
    errors.each(path, host, dnsSubdomain(host));
    if (!isHttpPath(rest)) errors.invalid(path, rest, httpPathComplaint);
  }
}

export const ingressClassRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {} }), 'spec', (spec) =>
      within(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' })),
    ),
  validate: (object) => {
    const errors = new FieldErrors();
    const { controller = '', parameters } = (object['spec'] ?? {}) as IngressClassSpec;
    checkController(errors, controller);
    if (parameters === undefined) return errors.list;
    const path = 'spec.parameters';
    checkReference(errors, path, parameters);
    const { scope, namespace } = parameters;
    errors.oneOf(`${path}.scope`, scope, ['Cluster', 'Namespace']);
    if (scope === 'Namespace' && namespace === undefined)
      errors.required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'");
    if (scope === 'Namespace' && namespace !== undefined)
      errors.each(`${path}.namespace`, namespace, dnsLabel(namespace));
    if (scope === 'Cluster' && namespace !== undefined)
      errors.forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'");
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    const [now, before] = [(object['spec'] as IngressClassSpec).controller, (old['spec'] as IngressClassSpec).controller];
    errors.immutable('spec.controller', now, now !== before);
    return errors.list;
  },
};

interface PolicyPort {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr?: string; except?: string[] };
}

interface PolicySpec {
  podSelector?: LabelSelector;
  ingress?: { ports?: PolicyPort[]; from?: Peer[] }[];
  egress?: { ports?: PolicyPort[]; to?: Peer[] }[];
  policyTypes?: string[];
}

function checkPolicyPort(errors: FieldErrors, path: string, { protocol, port, endPort }: PolicyPort): void {
  errors.oneOf(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP'], true);
  if (typeof port === 'number') {
    errors.each(`${path}.port`, port, portNumber(port));
    if (endPort === undefined) return;
    if (endPort < port) errors.invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`');
    errors.each(`${path}.endPort`, endPort, portNumber(endPort));
  } else if (port === undefined) {
    if (endPort !== undefined)
      errors.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified');
  } else {
    if (endPort !== undefined)
      errors.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
    errors.each(`${path}.port`, port, portName(port));
  }
}

function checkPeer(errors: FieldErrors, path: string, { podSelector, namespaceSelector, ipBlock }: Peer): void {
  checkSelector(errors, `${path}.podSelector`, podSelector);
  checkSelector(errors, `${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock !== undefined) {
    const { cidr = '', except = [] } = ipBlock;
    if (cidr === '') errors.required(`${path}.ipBlock.cidr`);
    else if (checkBlock(errors, `${path}.ipBlock.cidr`, cidr))
      for (const [index, block] of except.entries()) {
        const at = `${path}.ipBlock.except[${index}]`;
        if (checkBlock(errors, at, block) && !isStrictSubset(block, cidr))
          errors.invalid(at, block, 'must be a strict subset of `cidr`');
      }
  }
  const others = (podSelector === undefined ? 0 : 1) + (namespaceSelector === undefined ? 0 : 1);
  if (others === 0 && ipBlock === undefined) errors.required(path, 'must specify a peer');
  else if (others > 0 && ipBlock !== undefined) errors.forbidden(path, 'may not specify both ipBlock and another peer');
}

export const networkPolicyRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {} }), 'spec', (fields) => {
      let spec = fill(fields, { podSelector: {} });
      const withPorts = (rule: Fields) => withinEach(rule, 'ports', (port) => fill(port, { protocol: 'TCP' }));
      spec = withinEach(withinEach(spec, 'ingress', withPorts), 'egress', withPorts);
      const { policyTypes = [], egress = [] } = spec as PolicySpec;
      if (policyTypes.length > 0) return spec;
      return set(spec, 'policyTypes', egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
    }),
  validate: (object) => {
    const errors = new FieldErrors();
    const { podSelector, ingress = [], egress = [], policyTypes = [] } = (object['spec'] ?? {}) as PolicySpec;
    checkSelector(errors, 'spec.podSelector', podSelector);
    for (const [index, { ports = [], from = [] }] of ingress.entries()) {
      for (const [position, port] of ports.entries())
        checkPolicyPort(errors, `spec.ingress[${index}].ports[${position}]`, port);
      for (const [position, peer] of from.entries()) checkPeer(errors, `spec.ingress[${index}].from[${position}]`, peer);
    }
    for (const [index, { ports = [], to = [] }] of egress.entries()) {
      for (const [position, port] of ports.entries())
        checkPolicyPort(errors, `spec.egress[${index}].ports[${position}]`, port);
      for (const [position, peer] of to.entries()) checkPeer(errors, `spec.egress[${index}].to[${position}]`, peer);
    }
    if (policyTypes.length > 2)
      errors.invalid('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes');
    else
      for (const [index, type] of policyTypes.entries())
        if (type !== 'Ingress' && type !== 'Egress')
          errors.notSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']);
    return errors.list;
  },
};
