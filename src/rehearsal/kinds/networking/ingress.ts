import type { StoredObject } from '../../objects.ts';
import { isAddress } from '../addresses.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { dns1035Label, dnsSubdomain, pathSegment, portName, portNumber, wildcardSubdomain } from '../names.ts';
import { type Fields, fill, isAbsent, set, within, withinEach } from '../sharing.ts';

export interface Reference {
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

export function checkReference(errors: FieldErrors, path: string, { apiGroup, kind = '', name = '' }: Reference): void {
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
    if (
      object.metadata.resourceVersion === undefined &&
      named !== undefined &&
      ingressClassName !== undefined &&
      named !== ingressClassName
    )
      errors.invalid(`annotations.${classAnnotation}`, named, 'must match `ingressClassName` when both are specified');
    return errors.list;
  },
};
