import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules, RuleContext } from '../kind-rules.ts';
import { fill, fillZero, isZero, set, within, withinEach, type Fields } from '../sharing.ts';
import { withAllocations } from './allocation.ts';
import { isExternal, needsHealthCheck, needsNodePorts, specOf, type ServiceSpec } from './types.ts';
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
  if (old === undefined) {
    if (clusterIP !== '' && clusterIPs.length === 0) return { ...service, spec: { ...spec, clusterIPs: [clusterIP] } };
    return service;
  }
  const before = specOf(old);
  if ((before.clusterIP ?? '') === '' && clusterIP !== '' && clusterIPs.length === 0)
    return { ...service, spec: { ...spec, clusterIPs: [clusterIP] } };
  if ((before.clusterIP ?? '') !== '' && clusterIP === '' && isEqual(before.clusterIPs, spec.clusterIPs)) {
    const { clusterIP: _, clusterIPs: __, ...rest } = spec;
    return { ...service, spec: rest };
  }
  if (before.clusterIP !== spec.clusterIP && isEqual(before.clusterIPs, spec.clusterIPs))
    return { ...service, spec: { ...spec, clusterIPs: [clusterIP] } };
  return service;
}

/** What a client that replaces a service leaves out stays as it is (`patchAllocatedValues`). */
function withKeptAllocations(service: StoredObject, old: StoredObject): StoredObject {
  const [spec, before] = [specOf(service), specOf(old)];
  let kept: ServiceSpec = spec;
  if (before.type !== 'ExternalName' && spec.type !== 'ExternalName' && isZero(spec.clusterIP) && (spec.clusterIPs ?? []).length === 0)
    kept = {
      ...kept,
      ...(before.clusterIP === undefined ? {} : { clusterIP: before.clusterIP }),
      ...(before.clusterIPs === undefined ? {} : { clusterIPs: before.clusterIPs }),
    };
  if (needsNodePorts(before) && needsNodePorts(spec)) kept = withKeptPorts(kept, before);
  if (needsHealthCheck(before) && needsHealthCheck(spec) && isZero(spec.healthCheckNodePort))
    kept = { ...kept, ...(before.healthCheckNodePort === undefined ? {} : { healthCheckNodePort: before.healthCheckNodePort }) };
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    if (spec.ipFamilyPolicy === undefined && before.ipFamilyPolicy !== undefined) kept = { ...kept, ipFamilyPolicy: before.ipFamilyPolicy };
    if (spec.ipFamilies === undefined && before.ipFamilies !== undefined) kept = { ...kept, ipFamilies: before.ipFamilies };
  }
  return kept === spec ? service : { ...service, spec: kept };
}

function withKeptPorts(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const keyOf = ({ protocol, port }: { protocol?: string; port?: number }) => `${protocol}/${port}`;
  const used = new Set((spec.ports ?? []).flatMap(({ nodePort = 0 }) => (nodePort === 0 ? [] : [nodePort])));
  const known = new Map((before.ports ?? []).map((port) => [keyOf(port), port.nodePort ?? 0]));
  return withinEach(spec, 'ports', (port) => {
    const former = known.get(keyOf(port)) ?? 0;
    if (!isZero(port['nodePort']) || former === 0 || used.has(former)) return port;
    used.add(former);
    return { ...port, nodePort: former };
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
    drop('ipFamilies', 'ipFamilyPolicy');
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

const isValid = (spec: ServiceSpec) => {
  const errors = new FieldErrors();
  checkService(errors, spec);
  return errors.list.length === 0;
};

/** What will be refused gets nothing: the server validates before it allocates. */
const allocated = (service: StoredObject, old: StoredObject | undefined, context: RuleContext) =>
  isValid(specOf(service)) ? withAllocations(service, old, context) : service;

/** Services: pkg/registry/core/service. */
export const serviceRules: KindRules = {
  defaults: (service) => within(fill(service, { spec: {}, status: { loadBalancer: {} } }), 'spec', withDefaults),
  prepareCreate: (service, context) =>
    allocated(set(withBothAddresses(service), 'status', { loadBalancer: {} }), undefined, context),
  prepareUpdate: (service, old, context) => {
    const kept = withBothAddresses(withKeptAllocations(withoutOldTypesFields(service, old), old), old);
    const errors = new FieldErrors();
    checkServiceUpdate(errors, specOf(kept), specOf(old));
    return errors.list.length > 0 ? kept : allocated(kept, old, context);
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
