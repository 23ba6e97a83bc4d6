import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { checkClaimSpec } from './claim-spec.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel, percentText } from './names.ts';
import { withTemplate } from './pod/defaults.ts';
import { checkTemplate } from './pod/spec.ts';
import type { PodTemplate, Volume } from './pod/types.ts';
import { podWarnings } from './pod/warnings.ts';
import { checkSelector, isEmptySelector, isUsable, selects, type LabelSelector } from './selectors.ts';
import { fill, fillZero, set, within, withinEach, type Fields } from './sharing.ts';

interface Rolling {
  maxUnavailable?: number | string;
  maxSurge?: number | string;
  partition?: number;
}

interface Strategy {
  type?: string;
  rollingUpdate?: Rolling;
}

interface WorkloadSpec {
  replicas?: number;
  selector?: LabelSelector;
  template?: PodTemplate;
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  progressDeadlineSeconds?: number;
  strategy?: Strategy;
  updateStrategy?: Strategy;
  podManagementPolicy?: string;
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
  volumeClaimTemplates?: { metadata?: { name?: string }; spec?: Fields }[];
  serviceName?: string;
  ordinals?: { start?: number };
}

const specOf = (object: StoredObject) => (object['spec'] ?? {}) as WorkloadSpec;

const percentOf = (value: string | number) =>
  typeof value === 'string' && percentText(value).length === 0 ? Number(value.slice(0, -1)) : undefined;
const amountOf = (value: string | number) => percentOf(value) ?? (typeof value === 'number' ? value : 0);

/** A number that is not negative, or a percentage (`ValidatePositiveIntOrPercent`). */
export function checkIntOrPercent(errors: FieldErrors, path: string, value: string | number): void {
  if (typeof value === 'string') errors.each(path, value, percentText(value));
  else errors.nonNegative(path, value);
}

export function checkAtMostWhole(errors: FieldErrors, path: string, value: string | number): void {
  if ((percentOf(value) ?? 0) > 100) errors.invalid(path, value, 'must not be greater than 100%');
}

/** Selector and template of a workload; `noun` is what the server calls it in its complaint. */
function checkSelected(errors: FieldErrors, spec: WorkloadSpec, noun: string): boolean {
  const { selector } = spec;
  if (selector === undefined) errors.required('spec.selector');
  else {
    checkSelector(errors, 'spec.selector', selector);
    if (isEmptySelector(selector)) errors.invalid('spec.selector', selector, `empty selector is invalid for ${noun}`);
  }
  return isUsable(selector);
}

function checkMatch(errors: FieldErrors, { selector, template = {} }: WorkloadSpec): void {
  const labels = template.metadata?.labels;
  const isAnything = selector !== undefined && isEmptySelector(selector);
  if (!isAnything && !selects(selector, labels))
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
}

function checkPodsAlwaysRestart(errors: FieldErrors, { template }: WorkloadSpec, noun: string): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy !== 'Always') errors.notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']);
  if (activeDeadlineSeconds !== undefined)
    errors.forbidden(
      'spec.template.spec.activeDeadlineSeconds',
      `activeDeadlineSeconds in ${noun} is not Supported`,
    );
}

/** `ValidatePodTemplateSpecForReplicaSet` */
function checkReplicated(errors: FieldErrors, spec: WorkloadSpec): void {
  checkMatch(errors, spec);
  checkTemplate(errors, 'spec.template', spec.template ?? {});
  checkPodsAlwaysRestart(errors, spec, 'ReplicaSet');
}

/** The internal struct, as the server prints it. */
const goStrategy = ({ type, rollingUpdate }: Strategy) =>
  JSON.stringify({
    Type: type,
    RollingUpdate:
      rollingUpdate === undefined
        ? null
        : { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 },
  });

function checkDeploymentStrategy(errors: FieldErrors, { strategy = {} }: WorkloadSpec): void {
  const { type, rollingUpdate } = strategy;
  const path = 'spec.strategy';
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined)
      errors.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type === 'RollingUpdate') {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
    const at = `${path}.rollingUpdate`;
    checkIntOrPercent(errors, `${at}.maxUnavailable`, maxUnavailable);
    checkIntOrPercent(errors, `${at}.maxSurge`, maxSurge);
    if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0)
      errors.invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0');
    checkAtMostWhole(errors, `${at}.maxUnavailable`, maxUnavailable);
  } else
    errors.notSupportedText(path, goStrategy(strategy), ['Recreate', 'RollingUpdate']);
}

const warnOfTemplate = (object: StoredObject, warn: (text: string) => void) => {
  for (const text of podWarnings(specOf(object).template?.spec ?? {}, 'spec.template')) warn(text);
};

const checkSelectorKept = (object: StoredObject, old: StoredObject) => {
  const errors = new FieldErrors();
  const [now, before] = [specOf(object).selector, specOf(old).selector];
  errors.immutable('spec.selector', now, now !== before && !isEqual(now, before));
  return errors.list;
};

const withoutGivenStatus = (object: StoredObject, status: Fields) => ({ ...object, status });

/** Changed templates are warned of as new ones are. */
const prepareTemplateUpdate: NonNullable<KindRules['prepareUpdate']> = (object, old, { warn }) => {
  if (!isEqual(specOf(object).template, specOf(old).template)) warnOfTemplate(object, warn);
  return object;
};

export const deploymentRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) => {
      let result = fill(withTemplate(fill(spec, { template: {}, selector: null, strategy: {} })), {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      });
      result = within(result, 'strategy', (strategy) => {
        const typed = fillZero(strategy, { type: 'RollingUpdate' });
        return typed['type'] === 'RollingUpdate'
          ? within(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
              fill(rolling, { maxUnavailable: '25%', maxSurge: '25%' }),
            )
          : typed;
      });
      return result;
    }),
  prepareCreate: (object, { warn }) => {
    warnOfTemplate(object, warn);
    return withoutGivenStatus(object, {});
  },
  prepareUpdate: prepareTemplateUpdate,
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = present(specOf(object));
    errors.nonNegative('spec.replicas', spec.replicas);
    if (checkSelected(errors, spec, 'deployment')) checkReplicated(errors, spec);
    else errors.invalid('spec.selector', spec.selector, 'invalid label selector');
    checkDeploymentStrategy(errors, spec);
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
    errors.nonNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds);
    const { progressDeadlineSeconds: deadline } = spec;
    if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0))
      errors.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
    return errors.list;
  },
  validateUpdate: checkSelectorKept,
};

/** `null` is what an absent struct is written as; rules see it as absent. */
const present = (spec: WorkloadSpec): WorkloadSpec => {
  if (spec.selector !== null) return spec;
  const { selector: _, ...rest } = spec;
  return rest;
};

export const replicaSetRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
      fill(withTemplate(fill(spec, { template: {}, selector: null })), { replicas: 1 }),
    ),
  prepareCreate: (object, { warn }) => {
    warnOfTemplate(object, warn);
    return withoutGivenStatus(object, { replicas: 0 });
  },
  prepareUpdate: prepareTemplateUpdate,
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = present(specOf(object));
    errors.nonNegative('spec.replicas', spec.replicas);
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    if (checkSelected(errors, spec, 'deployment')) checkReplicated(errors, spec);
    else errors.invalid('spec.selector', spec.selector, 'invalid label selector');
    return errors.list;
  },
  validateUpdate: checkSelectorKept,
  selectableFields: {
    'status.replicas': (object) => String((object['status'] as { replicas?: number } | undefined)?.replicas ?? 0),
  },
};

export const daemonSetRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
      within(
        fill(withTemplate(fill(spec, { template: {}, selector: null, updateStrategy: {} })), { revisionHistoryLimit: 10 }),
        'updateStrategy',
        (strategy) => {
          const typed = fillZero(strategy, { type: 'RollingUpdate' });
          return typed['type'] === 'RollingUpdate'
            ? within(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
                fill(rolling, { maxUnavailable: 1, maxSurge: 0 }),
              )
            : typed;
        },
      ),
    ),
  prepareCreate: (object, { warn }) => {
    warnOfTemplate(object, warn);
    return withoutGivenStatus(withTemplateGeneration(object, 1), {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    });
  },
  prepareUpdate: (object, old, context) => {
    const generation = Number(old.metadata.annotations?.[templateGeneration] ?? 0);
    const isChanged = !isEqual(specOf(object).template, specOf(old).template);
    prepareTemplateUpdate(object, old, context);
    return withTemplateGeneration(object, isChanged ? generation + 1 : generation);
  },
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = present(specOf(object));
    const { selector, template = {}, updateStrategy = {} } = spec;
    checkSelector(errors, 'spec.selector', selector);
    if (isUsable(selector) && !selects(selector, template.metadata?.labels))
      errors.invalid(
        'spec.template.metadata.labels',
        template.metadata?.labels,
        '`selector` does not match template `labels`',
      );
    if (selector !== undefined && isEmptySelector(selector))
      errors.invalid('spec.selector', selector, 'empty selector is invalid for daemonset');
    checkTemplate(errors, 'spec.template', template);
    checkPodsAlwaysRestart(errors, spec, 'DaemonSet');
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    checkDaemonStrategy(errors, updateStrategy);
    errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
    return errors.list;
  },
  validateUpdate: checkSelectorKept,
};

/** How often the template has changed: kept in an annotation since apps/v1 has no field for it (`daemonSetStrategy`). */
const templateGeneration = 'deprecated.daemonset.template.generation';

const withTemplateGeneration = (object: StoredObject, generation: number): StoredObject => {
  const { annotations = {} } = object.metadata;
  if (annotations[templateGeneration] === String(generation)) return object;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [templateGeneration]: String(generation) } },
  };
};

function checkDaemonStrategy(errors: FieldErrors, strategy: Strategy): void {
  const path = 'spec.updateStrategy';
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate')
    return errors.notSupportedText(path, goStrategy(strategy), ['RollingUpdate', 'OnDelete']);
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  const at = `${path}.rollingUpdate`;
  checkIntOrPercent(errors, `${at}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${at}.maxSurge`, maxSurge);
  checkAtMostWhole(errors, `${at}.maxUnavailable`, maxUnavailable);
  checkAtMostWhole(errors, `${at}.maxSurge`, maxSurge);
  const [stops, adds] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (stops && adds) errors.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  if (!stops && !adds) errors.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
}

export const statefulSetRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) => {
      let result = fill(withTemplate(fill(spec, { template: {}, selector: null, updateStrategy: {}, serviceName: '' })), {
        replicas: 1,
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: {},
      });
      result = fillZero(result, { podManagementPolicy: 'OrderedReady' });
      result = within(result, 'persistentVolumeClaimRetentionPolicy', (policy) =>
        fillZero(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
      );
      result = within(result, 'updateStrategy', (strategy) => {
        const typed = (strategy['type'] ?? '') === '' ? fill(fillZero(strategy, { type: 'RollingUpdate' }), { rollingUpdate: {} }) : strategy;
        return typed['type'] === 'RollingUpdate'
          ? within(typed, 'rollingUpdate', (rolling) => fill(rolling, { partition: 0 }))
          : typed;
      });
      return withinEach(result, 'volumeClaimTemplates', withClaimTemplate);
    }),
  prepareCreate: (object, { warn }) => {
    warnOfTemplate(object, warn);
    return withoutGivenStatus(object, { replicas: 0, availableReplicas: 0 });
  },
  prepareUpdate: prepareTemplateUpdate,
  validate: (object) => {
    const errors = new FieldErrors();
    checkStatefulSet(errors, present(specOf(object)), object.metadata.resourceVersion === undefined);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    const before = specOf(old);
    const allowed = { ...specOf(object) } as Fields;
    for (const field of changeable) allowed[field] = (before as Fields)[field];
    if (!isEqual(allowed, before))
      errors.forbidden(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      );
    return errors.list;
  },
};

const changeable = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
];

/** Claim templates are shown as claims: with kind, version and status. */
const withClaimTemplate = (claim: Fields): Fields =>
  within(
    within(
      fill(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1', metadata: {}, spec: {}, status: {} }),
      'spec',
      (spec) => fill(spec, { volumeMode: 'Filesystem', resources: {} }),
    ),
    'status',
    (status) => fillZero(status, { phase: 'Pending' }),
  );

function checkStatefulSet(errors: FieldErrors, spec: WorkloadSpec, isNew: boolean): void {
  const { podManagementPolicy = '', persistentVolumeClaimRetentionPolicy: retention } = spec;
  if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel')
    errors.invalid('spec.podManagementPolicy', podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
  checkStatefulStrategy(errors, spec.updateStrategy ?? {});
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const value = retention?.[field];
    if (value !== undefined && value !== 'Retain' && value !== 'Delete')
      errors.notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, ['Retain', 'Delete']);
  }
  if (isNew)
    for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries())
      checkClaimSpec(errors, `spec.volumeClaimTemplates[${index}].spec`, claim.spec ?? {});
  errors.nonNegative('spec.replicas', spec.replicas);
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
  errors.nonNegative('spec.ordinals.start', spec.ordinals?.start);
  const { serviceName = '' } = spec;
  if (isNew && serviceName !== '') errors.each('spec.serviceName', serviceName, dnsLabel(serviceName));
  if (checkSelected(errors, spec, 'statefulset')) {
    checkMatch(errors, spec);
    checkTemplate(errors, 'spec.template', withClaimVolumes(spec));
  } else errors.invalid('spec.selector', spec.selector, '');
  checkPodsAlwaysRestart(errors, spec, 'StatefulSet');
}

const templatesWithVolumes = new WeakMap<object, PodTemplate>();

/** Mounts may name claim templates: the pods will have volumes of their names. */
function withClaimVolumes({ template = {}, volumeClaimTemplates = [] }: WorkloadSpec): PodTemplate {
  const { hostname: _hostname, subdomain: _subdomain, ...rest } = template.spec ?? {};
  if (volumeClaimTemplates.length === 0 && _hostname === undefined && _subdomain === undefined) return template;
  const known = templatesWithVolumes.get(template);
  if (known !== undefined) return known;
  const names = volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? '');
  const claims: Volume[] = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const others = (rest.volumes ?? []).filter(({ name = '' }) => !names.includes(name));
  const result = { ...template, spec: { ...rest, volumes: [...claims, ...others] } };
  templatesWithVolumes.set(template, result);
  return result;
}

function checkStatefulStrategy(errors: FieldErrors, strategy: Strategy): void {
  const path = 'spec.updateStrategy';
  const { type, rollingUpdate } = strategy;
  const printed = () =>
    rollingUpdate === undefined
      ? null
      : { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null };
  if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      errors.invalidText(
        `${path}.rollingUpdate`,
        JSON.stringify(printed()),
        "only allowed for updateStrategy 'RollingUpdate'",
      );
  } else if (type === 'RollingUpdate') errors.nonNegative(`${path}.rollingUpdate.partition`, rollingUpdate?.partition);
  else
    errors.invalidText(
      path,
      JSON.stringify({ Type: type, RollingUpdate: printed() }),
      "must be 'RollingUpdate' or 'OnDelete'",
    );
}

export const controllerRevisionRules: KindRules = {
  validate: (object) => {
    const errors = new FieldErrors();
    errors.nonNegative('revision', object['revision']);
    const data = object['data'] as unknown;
    if (data === undefined || data === null) errors.required('data', 'data is mandatory');
    else if (typeof data !== 'object' || Array.isArray(data)) errors.required('data', 'data must be a valid JSON object');
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    errors.immutable('data', object['data'], !isEqual(object['data'], old['data']));
    return errors.list;
  },
};

/** ReplicationControllers: their selector is a map, and both it and their labels may come from the template. */
export const replicationControllerRules: KindRules = {
  defaults: (object) => {
    const filled = within(fill(object, { spec: {}, status: {} }), 'spec', (spec) => fill(withTemplate(spec), { replicas: 1 }));
    const spec = filled['spec'] as { selector?: Fields; template?: PodTemplate };
    const labels = spec.template?.metadata?.labels;
    if (labels === undefined) return filled;
    const selected = Object.keys(spec.selector ?? {}).length === 0 ? set(filled, 'spec', { ...spec, selector: labels }) : filled;
    return Object.keys(object.metadata.labels ?? {}).length === 0
      ? { ...selected, metadata: { ...selected.metadata, labels } }
      : selected;
  },
  prepareCreate: (object) => withoutGivenStatus(object, { replicas: 0 }),
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = (object['spec'] ?? {}) as { selector?: Record<string, string>; replicas?: number; minReadySeconds?: number; template?: PodTemplate };
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    const { selector = {}, template } = spec;
    if (Object.keys(selector).length === 0) errors.required('spec.selector');
    errors.nonNegative('spec.replicas', spec.replicas);
    if (template === undefined) {
      errors.required('spec.template');
      return errors.list;
    }
    const labels = template.metadata?.labels;
    if (!selects({ matchLabels: selector }, labels))
      errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
    checkTemplate(errors, 'spec.template', template);
    checkPodsAlwaysRestart(errors, { template }, 'ReplicationController');
    return errors.list;
  },
};
