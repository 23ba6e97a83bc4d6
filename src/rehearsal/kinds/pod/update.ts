import type { FieldErrors } from '../field-errors.ts';
import { inclusiveRange } from '../names.ts';
import { isEqual } from '../../store/equal.ts';
import { differences } from '../differences.ts';
import { checkTolerations } from './placement.ts';
import type { Container, PodSpec, Toleration } from './types.ts';

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** Returns whether the lists can be compared any further. */
function checkContainerUpdates(
  errors: FieldErrors,
  path: string,
  now: readonly Container[] = [],
  before: readonly Container[] = [],
): boolean {
  if (now.length !== before.length) {
    errors.forbidden(path, 'pod updates may not add or remove containers');
    return false;
  }
  for (const [index, { image = '' }] of now.entries()) {
    if (image === '') errors.required(`${path}[${index}].image`);
    if (image.trim() !== image)
      errors.invalid(`${path}[${index}].image`, image, 'must not have leading or trailing whitespace');
  }
  return true;
}

/** Returns whether the rest may be looked at. */
function checkDeadline(errors: FieldErrors, spec: PodSpec, old: PodSpec): boolean {
  const path = 'spec.activeDeadlineSeconds';
  const { activeDeadlineSeconds: now } = spec;
  const { activeDeadlineSeconds: before } = old;
  if (now === undefined) {
    if (before !== undefined) errors.invalid(path, undefined, 'must not update from a positive integer to nil value');
    return true;
  }
  if (now < 0 || now > 2_147_483_647) errors.invalid(path, now, inclusiveRange(0, 2_147_483_647));
  else if (before !== undefined && before < now)
    errors.invalid(path, now, 'must be less than or equal to previous value');
  else return true;
  return false;
}

function checkAddedTolerations(
  errors: FieldErrors,
  now: readonly Toleration[] = [],
  before: readonly Toleration[] = [],
): void {
  const path = 'spec.tolerations';
  for (const old of before) {
    const isKept = now.some((toleration) =>
      isEqual({ ...old, tolerationSeconds: undefined }, { ...toleration, tolerationSeconds: undefined }),
    );
    if (!isKept) return errors.forbidden(path, 'existing toleration can not be modified except its tolerationSeconds');
  }
  checkTolerations(errors, path, now);
}

function checkGates(errors: FieldErrors, spec: PodSpec, old: PodSpec): void {
  const before = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  for (const [index, { name = '' }] of (spec.schedulingGates ?? []).entries())
    if (!before.has(name))
      errors.forbidden(
        `spec.schedulingGates[${index}].name`,
        `only deletion is allowed, but found new scheduling gate '${name}'`,
      );
}

const withImages = (now: readonly Container[] = [], before: readonly Container[] = []) =>
  now.map((container, index) => ({ ...container, image: before[index]?.image }));

/** What may not change in the wish of a pod that exists (`ValidatePodUpdate`). */
export function checkPodUpdate(errors: FieldErrors, spec: PodSpec, old: PodSpec): void {
  if (spec === old) return;
  if (!checkContainerUpdates(errors, 'spec.containers', spec.containers, old.containers)) return;
  if (!checkContainerUpdates(errors, 'spec.initContainers', spec.initContainers, old.initContainers)) return;
  if (!checkDeadline(errors, spec, old)) return;
  checkAddedTolerations(errors, spec.tolerations, old.tolerations);
  checkGates(errors, spec, old);
  const { terminationGracePeriodSeconds: grace = 0 } = old;
  const isGated = (old.schedulingGates ?? []).length > 0;
  const allowed = {
    ...spec,
    ...(spec.containers === undefined ? {} : { containers: withImages(spec.containers, old.containers) }),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: withImages(spec.initContainers, old.initContainers) }),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    ...(grace < 0 && spec.terminationGracePeriodSeconds === 1 ? { terminationGracePeriodSeconds: grace } : {}),
    ...(isGated ? gated(errors, spec, old) : {}),
  };
  if (!isEqual(allowed, old))
    errors.forbidden(
      'spec',
      `pod updates may not change fields other than ${updatable.join(',')}\n${differences('core.v1.PodSpec', old, allowed)}`,
    );
}

/** A pod that is not yet to be scheduled may be narrowed. */
function gated(errors: FieldErrors, spec: PodSpec, old: PodSpec): Partial<Record<keyof PodSpec, unknown>> {
  const { nodeSelector = {} } = spec;
  if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => nodeSelector[key] !== value))
    errors.invalid(
      'spec.nodeSelector',
      nodeSelector,
      'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    );
  const { nodeAffinity: _, ...others } = spec.affinity ?? {};
  const nodeAffinity = old.affinity?.nodeAffinity;
  const affinity = { ...others, ...(nodeAffinity === undefined ? {} : { nodeAffinity }) };
  return {
    nodeSelector: old.nodeSelector,
    affinity: Object.keys(affinity).length === 0 && old.affinity === undefined ? undefined : affinity,
  };
}
