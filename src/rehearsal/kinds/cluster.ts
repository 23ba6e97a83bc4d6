import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { checkAtMostWhole, checkIntOrPercent } from './apps/workload.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel, qualifiedName } from './names.ts';
import { checkFinalizerName } from './object-meta.ts';
import { checkTaints, checkTolerations } from './pod/placement.ts';
import { checkPreemptionPolicy } from './pod/spec.ts';
import type { Toleration } from './pod/types.ts';
import { checkResources } from './resource-names.ts';
import { checkLabels, checkSelector, type Labels, type LabelSelector } from './selectors.ts';
import { fill, fillZero, nameOf, set, within, type Fields } from './sharing.ts';

const finalizersOf = (object: StoredObject) =>
  (object['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? [];

/** Namespaces: their name is one of their labels, and they end when `spec.finalizers` is empty. */
export const namespaceRules: KindRules = {
  defaults: (object) => {
    const { labels } = object.metadata;
    const name = nameOf(object);
    const filled = fill(object, { spec: {}, status: {} });
    const withPhase = within(filled, 'status', (status) => fillZero(status, { phase: 'Active' }));
    if (name === '' || labels?.['kubernetes.io/metadata.name'] === name) return withPhase;
    return {
      ...withPhase,
      metadata: { ...object.metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } },
    };
  },
  prepareCreate: (object) => {
    const finalizers = finalizersOf(object);
    const all = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
    return {
      ...object,
      spec: { ...(object['spec'] as Fields | undefined), finalizers: all },
      status: { phase: 'Active' },
    };
  },
  // Only the `finalize` subresource changes them.
  prepareUpdate: (object, old) => set(object, 'spec', old['spec'] as unknown),
  validate: (object) => {
    const errors = new FieldErrors();
    for (const finalizer of finalizersOf(object)) {
      errors.each('spec.finalizers', finalizer, qualifiedName(finalizer));
      checkFinalizerName(errors, 'spec.finalizers', finalizer);
    }
    return errors.list;
  },
  selectableFields: {
    'status.phase': (object) => (object['status'] as { phase?: string } | undefined)?.phase ?? '',
    name: (object) => object.metadata.name,
  },
};

interface NodeSpec {
  taints?: Toleration[];
  podCIDRs?: string[];
  providerID?: string;
  unschedulable?: boolean;
}

const nodeOf = (object: StoredObject) => (object['spec'] ?? {}) as NodeSpec;

const emptyNodeInfo = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeletVersion: '',
  kubeProxyVersion: '',
  operatingSystem: '',
  architecture: '',
};

export const nodeRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'status', (status) => {
      const filled = fill(status, { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: emptyNodeInfo });
      return filled['capacity'] === undefined ? filled : fill(filled, { allocatable: filled['capacity'] });
    }),
  validate: (object) => {
    const errors = new FieldErrors();
    checkTaints(errors, 'metadata.taints', nodeOf(object).taints);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    const [now, before] = [nodeOf(object), nodeOf(old)];
    if ((before.podCIDRs ?? []).length > 0 && !isEqual(now.podCIDRs, before.podCIDRs))
      errors.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
    if ((before.providerID ?? '') !== '' && now.providerID !== before.providerID)
      errors.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
    return errors.list;
  },
  selectableFields: { 'spec.unschedulable': (object) => String(nodeOf(object).unschedulable ?? false) },
};

interface BudgetSpec {
  minAvailable?: number | string;
  maxUnavailable?: number | string;
  selector?: LabelSelector;
  unhealthyPodEvictionPolicy?: string;
}

export const podDisruptionBudgetRules: KindRules = {
  defaults: (object) => fill(object, { spec: {}, status: {} }),
  prepareCreate: (object) =>
    set(object, 'status', { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = (object['spec'] ?? {}) as BudgetSpec;
    const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
    if (minAvailable !== undefined && maxUnavailable !== undefined)
      errors.invalidText(
        'spec',
        JSON.stringify({
          MinAvailable: minAvailable,
          Selector: selector ?? null,
          MaxUnavailable: maxUnavailable,
          UnhealthyPodEvictionPolicy: policy ?? null,
        }),
        'minAvailable and maxUnavailable cannot be both set',
      );
    for (const [field, value] of Object.entries({ minAvailable, maxUnavailable })) {
      if (value === undefined) continue;
      checkIntOrPercent(errors, `spec.${field}`, value);
      checkAtMostWhole(errors, `spec.${field}`, value);
    }
    checkSelector(errors, 'spec.selector', selector);
    errors.oneOf('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget'], true);
    return errors.list;
  },
};

const highestPriority = 1_000_000_000;
const systemPriorities: Record<string, number> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export const priorityClassRules: KindRules = {
  defaults: (object) => fill(object, { value: 0, preemptionPolicy: 'PreemptLowerPriority' }),
  validate: (object) => {
    const errors = new FieldErrors();
    const name = nameOf(object);
    const value = Number(object['value'] ?? 0);
    if (name.startsWith('system-')) {
      const complaint = systemComplaint(name, value, object['globalDefault'] === true);
      if (complaint !== undefined)
        errors.forbidden(
          'metadata.name',
          `priority class names with 'system-' prefix are reserved for system use only. error: ${complaint}`,
        );
    } else if (value > highestPriority)
      errors.forbidden('value', `maximum allowed value of a user defined priority is ${highestPriority}`);
    checkPreemptionPolicy(errors, 'preemptionPolicy', object['preemptionPolicy'] as string | undefined);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    if ((object['value'] ?? 0) !== (old['value'] ?? 0)) errors.forbidden('value', 'may not be changed in an update.');
    errors.immutable(
      'preemptionPolicy',
      object['preemptionPolicy'],
      object['preemptionPolicy'] !== old['preemptionPolicy'],
    );
    return errors.list;
  },
};

function systemComplaint(name: string, value: number, isDefault: boolean): string | undefined {
  const expected = systemPriorities[name];
  if (expected === undefined) return `${name} is not a known system priority class`;
  if (value !== expected) return `value of ${name} PriorityClass must be ${expected}`;
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export const runtimeClassRules: KindRules = {
  validate: (object) => {
    const errors = new FieldErrors();
    const {
      handler = '',
      overhead,
      scheduling,
    } = object as StoredObject & {
      handler?: string;
      overhead?: { podFixed?: Record<string, string | number> };
      scheduling?: { nodeSelector?: Labels; tolerations?: Toleration[] };
    };
    errors.each('handler', handler, dnsLabel(handler));
    if (overhead?.podFixed !== undefined) checkResources(errors, 'overhead', { limits: overhead.podFixed }, []);
    checkLabels(errors, 'scheduling.nodeSelector', scheduling?.nodeSelector);
    checkTolerations(errors, 'scheduling.tolerations.tolerations', scheduling?.tolerations);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    errors.immutable('handler', object['handler'], object['handler'] !== old['handler']);
    return errors.list;
  },
};

export const leaseRules: KindRules = {
  // Coordinated leader election is switched off by default in 1.34: what it needs is dropped.
  defaults: (object) =>
    within(fill(object, { spec: {} }), 'spec', (spec) =>
      set(set(spec, 'strategy', undefined), 'preferredHolder', undefined),
    ),
  validate: (object) => {
    const errors = new FieldErrors();
    const { leaseDurationSeconds, leaseTransitions } = (object['spec'] ?? {}) as {
      leaseDurationSeconds?: number;
      leaseTransitions?: number;
    };
    if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0)
      errors.invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0');
    if (leaseTransitions !== undefined && leaseTransitions < 0)
      errors.invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0');
    return errors.list;
  },
};
