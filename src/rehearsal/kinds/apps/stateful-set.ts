import { isEqual } from '../../store/equal.ts';
import { checkClaimSpec } from '../storage/claim-spec.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { dnsLabel } from '../names.ts';
import { withTemplate } from '../pod/defaults.ts';
import { checkTemplate } from '../pod/spec.ts';
import type { PodTemplate, Volume } from '../pod/types.ts';
import { type Fields, fill, fillZero, within, withinEach } from '../sharing.ts';
import {
  checkMatch,
  checkPodsAlwaysRestart,
  checkSelected,
  prepareTemplateUpdate,
  present,
  specOf,
  type Strategy,
  warnOfTemplate,
  withoutGivenStatus,
  type WorkloadSpec,
} from './workload.ts';

export const statefulSetRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) => {
      let result = fill(
        withTemplate(fill(spec, { template: {}, selector: null, updateStrategy: {}, serviceName: '' })),
        {
          replicas: 1,
          revisionHistoryLimit: 10,
          persistentVolumeClaimRetentionPolicy: {},
        },
      );
      result = fillZero(result, { podManagementPolicy: 'OrderedReady' });
      result = within(result, 'persistentVolumeClaimRetentionPolicy', (policy) =>
        fillZero(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
      );
      result = within(result, 'updateStrategy', (strategy) => {
        const typed =
          (strategy['type'] ?? '') === ''
            ? fill(fillZero(strategy, { type: 'RollingUpdate' }), { rollingUpdate: {} })
            : strategy;
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
