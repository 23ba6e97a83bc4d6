import type { FieldErrors } from '../field-errors.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../names.ts';
import { checkSelector, type LabelSelector } from '../selectors.ts';
import type { Affinity, NodeRequirement, NodeTerm, PodAffinityTerm, Toleration, TopologySpread } from './types.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTolerations(errors: FieldErrors, path: string, tolerations: readonly Toleration[] = []): void {
  for (const [index, toleration] of tolerations.entries()) {
    const at = `${path}[${index}]`;
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    if (key !== '') errors.each(`${at}.key`, key, qualifiedName(key));
    else if (operator !== 'Exists')
      errors.invalid(
        `${at}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (operator === 'Equal' || operator === '') {
      const complaints = labelValue(value);
      if (complaints.length > 0) errors.invalid(`${at}.operator`, value, complaints.join(';'));
    } else if (operator === 'Exists') {
      if (value !== '') errors.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
    } else errors.notSupported(`${at}.operator`, operator, ['Equal', 'Exists']);
    if (effect !== '' && !effects.includes(effect)) errors.notSupported(`${at}.effect`, effect, effects);
  }
}

/** Taints of a node. */
export function checkTaints(errors: FieldErrors, path: string, taints: readonly Toleration[] = []): void {
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const at = `${path}[${index}]`;
    const { key = '', value = '', effect = '' } = taint;
    errors.each(`${at}.key`, key, qualifiedName(key));
    const complaints = labelValue(value);
    if (complaints.length > 0) errors.invalid(`${at}.value`, value, complaints.join(';'));
    errors.oneOf(`${at}.effect`, effect, effects);
    const pair = `${effect} ${key}`;
    if (seen.has(pair))
      errors.duplicateText(
        at,
        `${JSON.stringify({ Key: key, Value: value, Effect: effect, TimeAdded: null })}: taints must be unique by key and effect pair`,
      );
    seen.add(pair);
  }
}

function checkRequirement(
  errors: FieldErrors,
  path: string,
  requirement: NodeRequirement,
  allowsAnyValue: boolean,
): void {
  const { key = '', operator = '', values = [] } = requirement;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      errors.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else errors.invalid(`${path}.operator`, operator, 'not a valid selector operator');
  errors.each(`${path}.key`, key, qualifiedName(key));
  if (allowsAnyValue) return;
  for (const [index, value] of values.entries()) errors.each(`${path}.values[${index}]`, value, labelValue(value));
}

function checkFieldRequirement(
  errors: FieldErrors,
  path: string,
  { key = '', operator = '', values = [] }: NodeRequirement,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1)
      errors.required(
        `${path}.values`,
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      );
  } else errors.invalid(`${path}.operator`, operator, 'not a valid selector operator');
  if (key !== 'metadata.name') return errors.invalid(`${path}.key`, key, 'not a valid field selector key');
  for (const [index, value] of values.entries()) errors.each(`${path}.values[${index}]`, value, dnsSubdomain(value));
}

function checkNodeTerm(errors: FieldErrors, path: string, term: NodeTerm, allowsAnyValue = false): void {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries())
    checkRequirement(errors, `${path}.matchExpressions[${index}]`, requirement, allowsAnyValue);
  for (const [index, requirement] of (term.matchFields ?? []).entries())
    checkFieldRequirement(errors, `${path}.matchFields[${index}]`, requirement);
}

export function checkNodeSelector(errors: FieldErrors, path: string, terms: readonly NodeTerm[] = []): void {
  if (terms.length === 0) errors.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term');
  for (const [index, term] of terms.entries()) checkNodeTerm(errors, `${path}.nodeSelectorTerms[${index}]`, term);
}

function checkWeight(errors: FieldErrors, path: string, weight = 0): void {
  if (weight <= 0 || weight > 100) errors.invalid(`${path}.weight`, weight, 'must be in the range 1-100');
}

function checkLabelKeys(
  errors: FieldErrors,
  path: string,
  keys: readonly string[] = [],
  selector?: LabelSelector,
): void {
  if (keys.length === 0) return;
  if (selector === undefined) return errors.forbidden(path, 'must not be specified when labelSelector is not set');
  for (const [index, key] of keys.entries()) errors.each(`${path}[${index}]`, key, qualifiedName(key));
}

/** `ValidateMatchLabelKeysAndMismatchLabelKeys` */
function checkMatchLabelKeys(
  errors: FieldErrors,
  path: string,
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Omit<PodAffinityTerm, 'namespaces'>,
): void {
  checkLabelKeys(errors, `${path}.matchLabelKeys`, matchLabelKeys, labelSelector);
  checkLabelKeys(errors, `${path}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector);
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key = '' } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key);
    if (index !== -1 && selected.has(key))
      errors.invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector');
    selected.add(key);
  }
  for (const [index, key] of matchLabelKeys.entries())
    if (mismatchLabelKeys.includes(key))
      errors.invalid(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys');
}

function checkPodTerm(errors: FieldErrors, path: string, term: PodAffinityTerm): void {
  checkSelector(errors, `${path}.labelSelector`, term.labelSelector);
  checkSelector(errors, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const name of term.namespaces ?? []) errors.each(`${path}.namespace`, name, dnsLabel(name));
  checkMatchLabelKeys(errors, path, term);
  const { topologyKey = '' } = term;
  if (topologyKey === '') errors.required(`${path}.topologyKey`, 'can not be empty');
  errors.each(`${path}.topologyKey`, topologyKey, qualifiedName(topologyKey));
}

export function checkAffinity(errors: FieldErrors, path: string, affinity: Affinity | undefined): void {
  const { nodeAffinity: nodes } = affinity ?? {};
  const required = nodes?.requiredDuringSchedulingIgnoredDuringExecution;
  const [hard, soft] = [
    'requiredDuringSchedulingIgnoredDuringExecution',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ];
  if (required !== undefined) checkNodeSelector(errors, `${path}.nodeAffinity.${hard}`, required.nodeSelectorTerms);
  for (const [index, { weight, preference = {} }] of (
    nodes?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  ).entries()) {
    const at = `${path}.nodeAffinity.${soft}[${index}]`;
    checkWeight(errors, at, weight);
    checkNodeTerm(errors, `${at}.preference`, preference, true);
  }
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    const pods = affinity?.[field];
    for (const [index, term] of (pods?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries())
      checkPodTerm(errors, `${path}.${field}.${hard}[${index}]`, term);
    for (const [index, { weight, podAffinityTerm = {} }] of (
      pods?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    ).entries()) {
      const at = `${path}.${field}.${soft}[${index}]`;
      checkWeight(errors, at, weight);
      checkPodTerm(errors, `${at}.podAffinityTerm`, podAffinityTerm);
    }
  }
}

export function checkTopologySpread(
  errors: FieldErrors,
  path: string,
  constraints: readonly TopologySpread[] = [],
): void {
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint;
    if (maxSkew <= 0) errors.invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero');
    if (topologyKey === '') errors.required(`${at}.topologyKey`, 'can not be empty');
    if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway')
      errors.notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']);
    const rest = constraints.slice(index + 1);
    if (rest.some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable))
      errors.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`);
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.invalid(`${at}.minDomains`, minDomains, 'must be greater than zero');
      if (whenUnsatisfiable !== 'DoNotSchedule')
        errors.invalid(
          `${at}.minDomains`,
          minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
        );
    }
    errors.oneOf(`${at}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, ['Honor', 'Ignore'], true);
    errors.oneOf(`${at}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, ['Honor', 'Ignore'], true);
    checkMatchLabelKeys(errors, at, constraint);
    checkSelector(errors, `${at}.labelSelector`, constraint.labelSelector);
  }
}
