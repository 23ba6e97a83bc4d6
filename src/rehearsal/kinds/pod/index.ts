import type { StoredObject } from '../../objects.ts';
import { FieldErrors } from '../field-errors.ts';
import { dnsLabel } from '../names.ts';
import { nameOf, set, withinEach } from '../sharing.ts';
import type { KindRules } from '../kind-rules.ts';
import { withPodDefaults, withTemplate } from './defaults.ts';
import { qosClass } from './quality.ts';
import { checkPodAnnotations, checkPodSpec, checkTemplate } from './spec.ts';
import type { Affinity, PodAffinityTerm, PodSpec, PodTemplate, TopologySpread } from './types.ts';
import { checkPodUpdate } from './update.ts';
import { podWarnings } from './warnings.ts';

const specOf = (pod: StoredObject) => (pod['spec'] ?? {}) as PodSpec;
const statusOf = (pod: StoredObject) =>
  (pod['status'] ?? {}) as { phase?: string; podIPs?: { ip?: string }[]; podIP?: string; nominatedNodeName?: string };

type Labels = Record<string, string>;

/** Keys whose values the pod itself gives are written into the selector (`mutatePodAffinity`). */
function withKeys(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (labelSelector === undefined) return term;
  const added = [
    ...matchLabelKeys.map((key) => ({ key, operator: 'In' })),
    ...mismatchLabelKeys.map((key) => ({ key, operator: 'NotIn' })),
  ].flatMap(({ key, operator }) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  if (added.length === 0) return term;
  return {
    ...term,
    labelSelector: { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...added] },
  };
}

function withSelectedKeys(spec: PodSpec, labels: Labels): PodSpec {
  let result = spec;
  if (spec.affinity !== undefined) {
    let affinity: Affinity = spec.affinity;
    for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
      const pods = affinity[field];
      if (pods === undefined) continue;
      let changed = withinEach(pods, 'requiredDuringSchedulingIgnoredDuringExecution', (term) =>
        withKeys(term, labels),
      );
      changed = withinEach(changed, 'preferredDuringSchedulingIgnoredDuringExecution', (weighted) =>
        set(weighted, 'podAffinityTerm', withKeys((weighted['podAffinityTerm'] ?? {}) as PodAffinityTerm, labels)),
      );
      affinity = set(affinity, field, changed);
    }
    result = set(result, 'affinity', affinity);
  }
  return withinEach(result, 'topologySpreadConstraints', (constraint) =>
    withKeys(constraint as TopologySpread, labels),
  );
}

function checkImages(errors: FieldErrors, spec: PodSpec): void {
  for (const field of ['containers', 'initContainers'] as const)
    for (const [index, { image = '' }] of (spec[field] ?? []).entries())
      if (image.trim() !== image)
        errors.invalid(`spec.${field}[${index}].image`, image, 'must not have leading or trailing whitespace');
}

function checkTokens(errors: FieldErrors, spec: PodSpec): void {
  if ((spec.serviceAccountName ?? '') !== '') return;
  for (const [index, { projected }] of (spec.volumes ?? []).entries())
    for (const [position, { serviceAccountToken }] of (projected?.sources ?? []).entries())
      if (serviceAccountToken !== undefined)
        errors.forbidden(
          `spec.volumes[${index}].projected.sources[${position}].serviceAccountToken`,
          'must not be specified when serviceAccountName is not set',
        );
}

/** Pods: pkg/registry/core/pod/strategy.go. */
export const podRules: KindRules = {
  defaults: (pod, old) => {
    const spec = pod['spec'] as PodSpec | undefined;
    if (spec !== undefined && spec === old?.['spec']) return pod;
    return set(pod, 'spec', withPodDefaults(spec ?? { containers: [] }));
  },
  prepareCreate: (pod, { warn, clock }) => {
    const spec = withSelectedKeys(specOf(pod), pod.metadata.labels ?? {});
    const name = dnsLabel(nameOf(pod));
    if (name.length > 0)
      warn(
        `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${name.join(' ')}]`,
      );
    for (const text of podWarnings(spec)) warn(text);
    const isGated = (spec.schedulingGates ?? []).length > 0;
    const gate = {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: clock.timestamp(),
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    };
    return {
      ...pod,
      spec,
      status: { phase: 'Pending', qosClass: qosClass(spec), ...(isGated ? { conditions: [gate] } : {}) },
    };
  },
  validate: (pod, _, old) => {
    const errors = new FieldErrors();
    const spec = specOf(pod);
    checkPodAnnotations(errors, 'metadata.annotations', pod.metadata.annotations, spec);
    if (spec === old?.['spec']) return errors.list;
    checkPodSpec(errors, 'spec', spec, nameOf(pod));
    checkTokens(errors, spec);
    checkImages(errors, spec);
    if (pod.metadata.resourceVersion === undefined) checkNew(errors, spec);
    return errors.list;
  },
  validateUpdate: (pod, old) => {
    const errors = new FieldErrors();
    checkPodUpdate(errors, specOf(pod), specOf(old));
    return errors.list;
  },
  selectableFields: {
    'spec.nodeName': (pod) => specOf(pod).nodeName ?? '',
    'spec.restartPolicy': (pod) => specOf(pod).restartPolicy ?? '',
    'spec.schedulerName': (pod) => specOf(pod).schedulerName ?? '',
    'spec.serviceAccountName': (pod) => specOf(pod).serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(specOf(pod).hostNetwork ?? false),
    'status.phase': (pod) => statusOf(pod).phase ?? '',
    'status.podIP': (pod) => statusOf(pod).podIPs?.[0]?.ip ?? '',
    'status.podIPs': (pod) => statusOf(pod).podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': (pod) => statusOf(pod).nominatedNodeName ?? '',
  },
  gracePeriod: (pod, asked) => {
    const { nodeName = '', terminationGracePeriodSeconds = 0 } = specOf(pod);
    const { phase } = statusOf(pod);
    if (nodeName === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
    return asked ?? (terminationGracePeriodSeconds < 0 ? 1 : terminationGracePeriodSeconds);
  },
};

function checkNew(errors: FieldErrors, spec: PodSpec): void {
  if ((spec.ephemeralContainers ?? []).length > 0)
    errors.forbidden('spec.ephemeralContainers', 'cannot be set on create');
  if ((spec.nodeName ?? '') !== '' && (spec.schedulingGates ?? []).length > 0)
    errors.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
}

/** PodTemplates, as objects of their own. */
export const podTemplateRules: KindRules = {
  defaults: (object) => withTemplate(object),
  validate: (object) => {
    const errors = new FieldErrors();
    checkTemplate(errors, 'template', (object['template'] ?? {}) as PodTemplate);
    return errors.list;
  },
};
