import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { percentText } from '../names.ts';
import { checkTemplate } from '../pod/spec.ts';
import type { PodTemplate } from '../pod/types.ts';
import { podWarnings } from '../pod/warnings.ts';
import { checkSelector, isEmptySelector, isUsable, type LabelSelector, selects } from '../selectors.ts';
import type { Fields } from '../sharing.ts';

interface Rolling {
  maxUnavailable?: number | string;
  maxSurge?: number | string;
  partition?: number;
}

export interface Strategy {
  type?: string;
  rollingUpdate?: Rolling;
}

export interface WorkloadSpec {
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

export const specOf = (object: StoredObject) => (object['spec'] ?? {}) as WorkloadSpec;

const percentOf = (value: string | number) =>
  typeof value === 'string' && percentText(value).length === 0 ? Number(value.slice(0, -1)) : undefined;

export const amountOf = (value: string | number) => percentOf(value) ?? (typeof value === 'number' ? value : 0);

/** A number that is not negative, or a percentage (`ValidatePositiveIntOrPercent`). */
export function checkIntOrPercent(errors: FieldErrors, path: string, value: string | number): void {
  if (typeof value === 'string') errors.each(path, value, percentText(value));
  else errors.nonNegative(path, value);
}

export function checkAtMostWhole(errors: FieldErrors, path: string, value: string | number): void {
  if ((percentOf(value) ?? 0) > 100) errors.invalid(path, value, 'must not be greater than 100%');
}

/** Selector and template of a workload; `noun` is what the server calls it in its complaint. */
export function checkSelected(errors: FieldErrors, spec: WorkloadSpec, noun: string): boolean {
  const { selector } = spec;
  if (selector === undefined) errors.required('spec.selector');
  else {
    checkSelector(errors, 'spec.selector', selector);
    if (isEmptySelector(selector)) errors.invalid('spec.selector', selector, `empty selector is invalid for ${noun}`);
  }
  return isUsable(selector);
}

export function checkMatch(errors: FieldErrors, { selector, template = {} }: WorkloadSpec): void {
  const labels = template.metadata?.labels;
  const isAnything = selector !== undefined && isEmptySelector(selector);
  if (!isAnything && !selects(selector, labels))
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
}

export function checkPodsAlwaysRestart(errors: FieldErrors, { template }: WorkloadSpec, noun: string): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy !== 'Always') errors.notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']);
  if (activeDeadlineSeconds !== undefined)
    errors.forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${noun} is not Supported`);
}

/** `ValidatePodTemplateSpecForReplicaSet` */
export function checkReplicated(errors: FieldErrors, spec: WorkloadSpec): void {
  checkMatch(errors, spec);
  checkTemplate(errors, 'spec.template', spec.template ?? {});
  checkPodsAlwaysRestart(errors, spec, 'ReplicaSet');
}

/** The internal struct, as the server prints it. */
export const goStrategy = ({ type, rollingUpdate }: Strategy) =>
  JSON.stringify({
    Type: type,
    RollingUpdate:
      rollingUpdate === undefined
        ? null
        : { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 },
  });

export const warnOfTemplate = (object: StoredObject, warn: (text: string) => void) => {
  for (const text of podWarnings(specOf(object).template?.spec ?? {}, 'spec.template')) warn(text);
};

export const checkSelectorKept = (object: StoredObject, old: StoredObject) => {
  const errors = new FieldErrors();
  const [now, before] = [specOf(object).selector, specOf(old).selector];
  errors.immutable('spec.selector', now, now !== before && !isEqual(now, before));
  return errors.list;
};

export const withoutGivenStatus = (object: StoredObject, status: Fields) => ({ ...object, status });

/** Changed templates are warned of as new ones are. */
export const prepareTemplateUpdate: NonNullable<KindRules['prepareUpdate']> = (object, old, { warn }) => {
  if (!isEqual(specOf(object).template, specOf(old).template)) warnOfTemplate(object, warn);
  return object;
};

/** `null` is what an absent struct is written as; rules see it as absent. */
export const present = (spec: WorkloadSpec): WorkloadSpec => {
  if (spec.selector !== null) return spec;
  const { selector: _, ...rest } = spec;
  return rest;
};
