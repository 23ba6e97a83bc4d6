import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { fill, fillZero, isZero, set, within, withinEach, type Fields } from '../sharing.ts';
import { withAllocations } from './allocation.ts';
import { isExternal, needsHealthCheck, needsNodePorts, specOf, type ServicePort, type ServiceSpec } from './types.ts';
import { checkService, checkServiceUpdate } from './validation.ts';

const internal = ['ClusterIP', 'NodePort', 'LoadBalancer'];

function withDefaults(fields: Fields): Fields {
  let spec = fillZero(fields, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'None') spec = set(spec, 'sessionAffinityConfig', undefined);
  if (spec['sessionAffinity'] === 'ClientIP') {
    const { sessionAffinityConfig: config } = spec as ServiceSpec;
    if (config?.clientIP?.timeoutSeconds === undefined)
      spec = set(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
  }
  spec = withinEach(spec, 'ports', (port) => {
    const filled = fillZero(port, { protocol: 'TCP' });
    return isZero(filled['targetPort']) ? set(filled, 'targetPort', filled['port'] ?? 0) : filled;
  });
  const type = String(spec['type']);
  if (isExternal(spec as ServiceSpec)) spec = fillZero(spec, { externalTrafficPolicy: 'Cluster' });
  if (internal.includes(type)) spec = fill(spec, { internalTrafficPolicy: 'Cluster' });
  return type === 'LoadBalancer' ? fill(spec, { allocateLoadBalancerNodePorts: true }) : spec;
}

/** `clusterIP` and the first of `clusterIPs` are one value (`normalizeClusterIPs`). */
function withBothAddresses(service: StoredObject, old?: StoredObject): StoredObject {
  const spec = specOf(service);
  const { clusterIP = '', clusterIPs = [] } = spec;
  const before = old === undefined ? undefined : specOf(old);
  const withList = (list: string[] | undefined) => ({ ...service, spec: set(spec, 'clusterIPs', list) });
  if (before === undefined) return clusterIP !== '' && clusterIPs.length === 0 ? withList([clusterIP]) : service;
  if (clusterIP === (before.clusterIP ?? '')) return clusterIPs.length === 0 ? withList(before.clusterIPs) : service;
  if (!isEqual(before.clusterIPs ?? [], clusterIPs)) return service;
  return withList(clusterIP === '' ? undefined : [clusterIP]);
}

/** What a client that replaces a service leaves out stays as it is (`patchAllocatedValues`). */
function withKeptAllocations(service: StoredObject, old: StoredObject): StoredObject {
  const [spec, before] = [specOf(service), specOf(old)];
  let kept = spec as Fields;
  if (before.type !== 'ExternalName' && spec.type !== 'ExternalName') {
    if (isZero(spec.clusterIP)) kept = set(kept, 'clusterIP', before.clusterIP);
    if ((spec.clusterIPs ?? []).length === 0) kept = set(kept, 'clusterIPs', before.clusterIPs);
  }
  if (needsNodePorts(before) && needsNodePorts(spec)) kept = withKeptPorts(kept as ServiceSpec, before) as Fields;
  if (needsHealthCheck(before) && needsHealthCheck(spec) && isZero(spec.healthCheckNodePort))
    kept = set(kept, 'healthCheckNodePort', before.healthCheckNodePort);
  return kept === spec ? service : { ...service, spec: kept };
}

const nodePortsOf = ({ ports = [] }: ServiceSpec) => new Set(ports.map(({ nodePort = 0 }) => nodePort));

function withKeptPorts(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const own = nodePortsOf(spec);
  const used = new Set([...nodePortsOf(before)].filter((port) => own.has(port)));
  const known = new Map((before.ports ?? []).map(({ name = '', nodePort = 0 }) => [name, nodePort]));
  return withinEach(spec, 'ports', (port) => {
    const former = known.get((port as ServicePort).name ?? '') ?? 0;
    return isZero(port['nodePort']) && former !== 0 && !used.has(former) ? { ...port, nodePort: former } : port;
  });
}

/** What only makes sense for the former type goes with it (`dropTypeDependentFields`). */
function withoutOldTypesFields(service: StoredObject, old: StoredObject): StoredObject {
  const [spec, before] = [specOf(service), specOf(old)];
  let fields = spec as Fields;
  const drop = (...names: (keyof ServiceSpec)[]) => {
    for (const name of names) if (isEqual(spec[name], before[name])) fields = set(fields, name, undefined);
  };
  if (before.type !== 'ExternalName' && spec.type === 'ExternalName') {
    if (isEqual(spec.clusterIPs, before.clusterIPs)) drop('clusterIP', 'clusterIPs');
    drop('ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy');
  }
  if (needsNodePorts(before) && !needsNodePorts(spec)) {
    const former = new Set((before.ports ?? []).map(({ nodePort }) => nodePort ?? 0));
    if ((spec.ports ?? []).every(({ nodePort = 0 }) => nodePort === 0 || former.has(nodePort)))
      fields = withinEach(fields, 'ports', (port) => set(port, 'nodePort', undefined));
  }
  if (needsHealthCheck(before) && !needsHealthCheck(spec)) drop('healthCheckNodePort');
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer')
    drop('allocateLoadBalancerNodePorts', 'loadBalancerClass');
  if (isExternal(before) && !isExternal(spec)) drop('externalTrafficPolicy');
  const result = fields === spec ? service : { ...service, spec: fields };
  return spec.type === 'LoadBalancer' || !('status' in result) ? result : { ...result, status: { loadBalancer: {} } };
}

/** Services: pkg/registry/core/service. */
export const serviceRules: KindRules = {
  defaults: (service) => within(fill(service, { spec: {}, status: { loadBalancer: {} } }), 'spec', withDefaults),
  prepareCreate: (service, context) =>
    set(withAllocations(withBothAddresses(service), undefined, context), 'status', { loadBalancer: {} }),
  prepareUpdate: (service, old, context) => {
    const whole = withBothAddresses(withKeptAllocations(service, old), old);
    return withoutOldTypesFields(withAllocations(whole, old, context), old);
  },
  validate: (service) => {
    const errors = new FieldErrors();
    checkService(errors, specOf(service));
    return errors.list;
  },
  validateUpdate: (service, old) => {
    const errors = new FieldErrors();
    checkServiceUpdate(errors, specOf(service), specOf(old));
    return errors.list;
  },
  selectableFields: {
    'spec.clusterIP': (service) => specOf(service).clusterIP ?? '',
    'spec.type': (service) => specOf(service).type ?? '',
  },
};
