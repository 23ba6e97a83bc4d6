import { isIPv6 } from 'node:net';
import { isEqual } from '../../store/equal.ts';
import { checkAddress, checkBlock, checkEndpointAddress } from '../addresses.ts';
import type { FieldErrors } from '../field-errors.ts';
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from '../names.ts';
import { protocols } from '../pod/containers.ts';
import { checkPort } from '../pod/probes.ts';
import { checkLabels } from '../selectors.ts';
import { isExternal, isHeadless, needsHealthCheck, type ServicePort, type ServiceSpec } from './types.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** `validateService` of pkg/apis/core/validation. */
export function checkService(errors: FieldErrors, spec: ServiceSpec): void {
  const { type, ports = [], sessionAffinity = '' } = spec;
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.required('spec.ports');
  checkType(errors, spec);
  const names = new Set<string>();
  for (const [index, port] of ports.entries())
    checkServicePort(errors, `spec.ports[${index}]`, port, ports.length > 1, names);
  checkLabels(errors, 'spec.selector', spec.selector);
  errors.oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  checkAffinity(errors, spec);
  checkClusterAddresses(errors, spec);
  for (const [index, ip] of (spec.externalIPs ?? []).entries())
    if (checkAddress(errors, `spec.externalIPs[${index}]`, ip))
      checkEndpointAddress(errors, `spec.externalIPs[${index}]`, ip);
  errors.oneOf('spec.type', type, types);
  checkPortNumbers(errors, spec);
  checkLoadBalancer(errors, spec);
  checkTraffic(errors, spec);
}

function checkType(errors: FieldErrors, spec: ServiceSpec): void {
  const { type, clusterIPs = [], externalName = '' } = spec;
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec))
    errors.invalid('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`);
  if (type !== 'ExternalName') return;
  const nothing = 'may not be set for ExternalName services';
  if (clusterIPs.length > 0) errors.forbidden('spec.clusterIPs', nothing);
  if ((spec.ipFamilies ?? []).length > 0) errors.forbidden('spec.ipFamilies', nothing);
  if (spec.ipFamilyPolicy !== undefined) errors.forbidden('spec.ipFamilyPolicy', nothing);
  const name = externalName.replace(/\.$/, '');
  if (name === '') errors.required('spec.externalName');
  else errors.each('spec.externalName', name, dnsSubdomain(name));
}

function checkServicePort(
  errors: FieldErrors,
  path: string,
  port: ServicePort,
  needsName: boolean,
  names: Set<string>,
): void {
  const { name = '', port: number = 0, protocol, targetPort, appProtocol } = port;
  if (name !== '') {
    errors.each(`${path}.name`, name, dnsLabel(name));
    if (names.has(name)) errors.duplicate(`${path}.name`, name);
    names.add(name);
  } else if (needsName) errors.required(`${path}.name`);
  errors.each(`${path}.port`, number, portNumber(number));
  errors.oneOf(`${path}.protocol`, protocol, protocols);
  checkPort(errors, `${path}.targetPort`, targetPort);
  if (appProtocol !== undefined) errors.each(`${path}.appProtocol`, appProtocol, qualifiedName(appProtocol));
}

function checkAffinity(errors: FieldErrors, { sessionAffinity, sessionAffinityConfig: config }: ServiceSpec): void {
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None' && config !== undefined)
    errors.forbidden(path, 'must not be set when session affinity is None');
  if (sessionAffinity !== 'ClientIP') return;
  const seconds = config?.clientIP?.timeoutSeconds;
  const missing =
    config === undefined
      ? path
      : config.clientIP === undefined
        ? `${path}.clientIP`
        : `${path}.clientIP.timeoutSeconds`;
  if (seconds === undefined) errors.required(missing, 'when session affinity type is ClientIP');
  else if (seconds <= 0 || seconds > 86_400)
    errors.invalid(missing, seconds, 'must be greater than 0 and less than 86400');
}

/** `ValidateServiceClusterIPsRelatedFields` */
export function checkClusterAddresses(errors: FieldErrors, spec: ServiceSpec): void {
  const { type, clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (type === 'ExternalName') return;
  const path = 'spec.clusterIPs';
  if (clusterIP !== '') {
    if (clusterIPs.length === 0) errors.required(path);
    else if (clusterIPs[0] !== clusterIP) errors.invalid(path, clusterIPs, 'first value must match `clusterIP`');
  } else if (clusterIPs.length > 0) errors.invalid(path, clusterIPs, 'must be empty when `clusterIP` is not specified');
  for (const [index, family] of ipFamilies.entries()) {
    if (!families.includes(family)) errors.notSupported(`spec.ipFamilies[${index}]`, family, families);
    if (ipFamilies.indexOf(family) < index) errors.duplicate(`spec.ipFamilies[${index}]`, family);
  }
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy))
    errors.notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, policies);
  let areValid = true;
  for (const [index, ip] of clusterIPs.entries()) {
    if (index === 0 && ip === 'None') {
      if (clusterIPs.length > 1) {
        areValid = false;
        errors.invalid(path, clusterIPs, "'None' must be the first and only value");
      }
    } else if (!checkAddress(errors, `${path}[${index}]`, ip)) areValid = false;
  }
  if (clusterIPs.length > 2) errors.invalid(path, clusterIPs, 'may only hold up to 2 values');
  if (!areValid) return;
  if (clusterIPs.length > 1 && clusterIPs.map(isIPv6).every((is6, _, all) => is6 === all[0]))
    errors.invalid(path, clusterIPs, 'may specify no more than one IP for each IP family');
  if (isHeadless(spec)) return;
  for (const [index, ip] of clusterIPs.entries()) {
    const family = ipFamilies[index];
    if (family !== undefined && (family === 'IPv6') !== isIPv6(ip))
      errors.invalid(`${path}[${index}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``);
  }
}

function checkPortNumbers(errors: FieldErrors, { type, ports = [] }: ServiceSpec): void {
  if (type === 'ClusterIP')
    for (const [index, { nodePort = 0 }] of ports.entries())
      if (nodePort !== 0)
        errors.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'");
  const nodePorts = new Set<string>();
  for (const [index, { nodePort = 0, protocol }] of ports.entries()) {
    if (nodePort === 0) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.duplicate(`spec.ports[${index}].nodePort`, nodePort);
    nodePorts.add(key);
  }
  const numbers = new Set<string>();
  for (const [index, { port = 0, protocol = '' }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (numbers.has(key)) errors.duplicateText(`spec.ports[${index}]`, goPort(protocol, port));
    numbers.add(key);
  }
}

/** The internal struct, as the server prints it. */
const goPort = (protocol: string, port: number) =>
  JSON.stringify({ Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 });

function checkLoadBalancer(errors: FieldErrors, spec: ServiceSpec): void {
  const { type, loadBalancerSourceRanges: ranges = [], loadBalancerClass, allocateLoadBalancerNodePorts } = spec;
  const isBalanced = type === 'LoadBalancer';
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (ranges.length > 0 && !isBalanced) errors.forbidden('spec.LoadBalancerSourceRanges', only);
  for (const [index, range] of ranges.entries())
    checkBlock(errors, `spec.LoadBalancerSourceRanges[${index}]`, range.trim());
  if (allocateLoadBalancerNodePorts !== undefined && !isBalanced)
    errors.forbidden('spec.allocateLoadBalancerNodePorts', only);
  if (loadBalancerClass === undefined) return;
  if (isBalanced) errors.each('spec.loadBalancerClass', loadBalancerClass, qualifiedName(loadBalancerClass));
  else errors.forbidden('spec.loadBalancerClass', only);
}

function checkTraffic(errors: FieldErrors, spec: ServiceSpec): void {
  const { externalTrafficPolicy = '', internalTrafficPolicy, healthCheckNodePort = 0, trafficDistribution } = spec;
  if (isExternal(spec)) errors.oneOf('spec.externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local']);
  else if (externalTrafficPolicy !== '')
    errors.invalid(
      'spec.externalTrafficPolicy',
      externalTrafficPolicy,
      'may only be set for externally-accessible services',
    );
  if (needsHealthCheck(spec)) {
    if (healthCheckNodePort !== 0)
      errors.each('spec.healthCheckNodePort', healthCheckNodePort, portNumber(healthCheckNodePort));
  } else if (healthCheckNodePort !== 0)
    errors.invalid(
      'spec.healthCheckNodePort',
      healthCheckNodePort,
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    );
  if (internalTrafficPolicy !== undefined && internalTrafficPolicy !== 'Cluster' && internalTrafficPolicy !== 'Local')
    errors.notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, ['Cluster', 'Local']);
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution))
    errors.notSupported('spec.trafficDistribution', trafficDistribution, distributions);
}

const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

/** What may not change in a service that exists. */
export function checkServiceUpdate(errors: FieldErrors, spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    checkAddressesKept(errors, spec, old);
    checkFamiliesKept(errors, spec, old);
  }
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer' && spec.loadBalancerClass !== old.loadBalancerClass)
    errors.invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set');
  if (needsHealthCheck(spec) && needsHealthCheck(old) && spec.healthCheckNodePort !== old.healthCheckNodePort)
    errors.forbidden('spec.healthCheckNodePort', 'field is immutable');
}

function checkAddressesKept(errors: FieldErrors, spec: ServiceSpec, old: ServiceSpec): void {
  if (isHeadless(spec) && isHeadless(old)) return;
  const { clusterIPs: now = [] } = spec;
  const { clusterIPs: before = [] } = old;
  const path = 'spec.clusterIPs';
  if (now.length === before.length) {
    for (const [index, ip] of before.entries())
      if (ip !== now[index]) errors.invalid(`${path}[${index}]`, now, 'may not change once set');
  } else if (now.length === 0) errors.invalid(`${path}[0]`, null, 'primary clusterIP can not be unset');
  else if (before.length > 0 && now[0] !== before[0]) errors.invalid(`${path}[0]`, now, 'may not change once set');
}

function checkFamiliesKept(errors: FieldErrors, spec: ServiceSpec, old: ServiceSpec): void {
  if (isHeadless(spec) || isHeadless(old)) return;
  const { ipFamilies: now = [] } = spec;
  const { ipFamilies: before = [] } = old;
  if (now.length === before.length && !isEqual(now, before))
    errors.invalid('spec.ipFamilies[0]', now, 'may not change once set');
}
