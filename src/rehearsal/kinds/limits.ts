import type { StoredObject } from '../objects.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { qualifiedName } from './names.ts';
import { compareQuantities, formatQuantity, milliValue, parseQuantity, type Quantity } from './quantity.ts';
import {
  checkAmount,
  checkContainerResourceName,
  checkResourceName,
  isExtended,
  isHugePages,
  isStandardInQuota,
} from './resource-names.ts';
import type { ResourceList } from './pod/types.ts';
import { fill, set, within, withinEach, type Fields } from './sharing.ts';

/** One kind of thing that a LimitRange limits. */
export interface LimitRangeItem {
  type?: string;
  max?: ResourceList;
  min?: ResourceList;
  default?: ResourceList;
  defaultRequest?: ResourceList;
  maxLimitRequestRatio?: ResourceList;
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

/** Missing defaults of containers follow from the maximum, the default and the minimum (`SetDefaults_LimitRangeItem`). */
function withItemDefaults(item: Fields): Fields {
  if (item['type'] !== 'Container') return item;
  const { max = {}, min = {} } = item as LimitRangeItem;
  const limits = fill((item['default'] as Fields | undefined) ?? {}, max);
  const requests = fill(fill((item['defaultRequest'] as Fields | undefined) ?? {}, limits), min);
  const withLimits = Object.keys(limits).length === 0 ? item : set(item, 'default', limits);
  return Object.keys(requests).length === 0 ? withLimits : set(withLimits, 'defaultRequest', requests);
}

export const limitRangeRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {} }), 'spec', (spec) =>
      withinEach(fill(spec, { limits: null }), 'limits', withItemDefaults),
    ),
  validate: (object) => {
    const errors = new FieldErrors();
    const { limits } = (object['spec'] ?? {}) as { limits?: LimitRangeItem[] | null };
    const seen = new Set<string>();
    for (const [index, item] of (limits ?? []).entries()) {
      const path = `spec.limits[${index}]`;
      const { type = '' } = item;
      const complaints = qualifiedName(type);
      errors.each(`${path}.type`, type, complaints);
      if (complaints.length === 0 && !type.includes('/') && !limitTypes.includes(type))
        errors.invalid(`${path}.type`, type, 'must be a standard limit type or fully qualified');
      if (seen.has(type)) errors.duplicate(`${path}.type`, type);
      seen.add(type);
      checkItem(errors, path, item);
    }
    return errors.list;
  },
};

const fieldsOfItem = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function checkItem(errors: FieldErrors, path: string, item: LimitRangeItem): void {
  const { type = '' } = item;
  const names = new Set<string>();
  for (const field of fieldsOfItem) {
    if (type === 'Pod' && (field === 'default' || field === 'defaultRequest')) {
      if (Object.keys(item[field] ?? {}).length > 0)
        errors.forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'");
      continue;
    }
    if (field === 'maxLimitRequestRatio' && type === 'PersistentVolumeClaim') {
      if (item.min?.['storage'] === undefined && item.max?.['storage'] === undefined)
        errors.required(
          `${path}.limits`,
          'either minimum or maximum storage value is required, but neither was provided',
        );
    }
    for (const name of Object.keys(item[field] ?? {})) {
      const check = type === 'Pod' || type === 'Container' ? checkContainerResourceName : checkResourceName;
      check(errors, `${path}.${field}[${name}]`, name);
      names.add(name);
    }
  }
  for (const name of names) checkOrder(errors, path, item, name);
}

function checkOrder(errors: FieldErrors, path: string, item: LimitRangeItem, name: string): void {
  const at = (field: (typeof fieldsOfItem)[number]) => {
    const value = item[field]?.[name];
    return value === undefined ? undefined : parseQuantity(value);
  };
  const [max, min, limit, request, ratio] = fieldsOfItem.map(at);
  const refuse = (field: string, value: Quantity, small: [string, Quantity], large: [string, Quantity]) =>
    errors.invalid(
      `${path}.${field}[${name}]`,
      formatQuantity(value),
      `${small[0]} value ${formatQuantity(small[1])} is greater than ${large[0]} value ${formatQuantity(large[1])}`,
    );
  const above = (one: Quantity | undefined, other: Quantity | undefined): one is Quantity =>
    one !== undefined && other !== undefined && compareQuantities(one, other) > 0;
  if (above(min, max) && max !== undefined) refuse('min', min, ['min', min], ['max', max]);
  if (above(min, request) && request !== undefined)
    refuse('defaultRequest', request, ['min', min], ['default request', request]);
  if (above(request, max) && max !== undefined)
    refuse('defaultRequest', request, ['default request', request], ['max', max]);
  if (above(request, limit) && limit !== undefined)
    refuse('defaultRequest', request, ['default request', request], ['default limit', limit]);
  if (above(min, limit) && limit !== undefined) refuse('default', min, ['min', min], ['default', limit]);
  if (above(limit, max) && max !== undefined) refuse('default', max, ['default', limit], ['max', max]);
  if (ratio !== undefined) checkRatio(errors, `${path}.maxLimitRequestRatio[${name}]`, ratio, min, max);
  if (
    (isHugePages(name) || isExtended(name)) &&
    limit !== undefined &&
    request !== undefined &&
    compareQuantities(limit, request) !== 0
  )
    errors.invalid(
      `${path}.defaultRequest[${name}]`,
      formatQuantity(request),
      `default value ${formatQuantity(limit)} must equal to defaultRequest value ${formatQuantity(request)} in ${name}`,
    );
}

function checkRatio(
  errors: FieldErrors,
  path: string,
  ratio: Quantity,
  min: Quantity | undefined,
  max: Quantity | undefined,
): void {
  const text = formatQuantity(ratio);
  const value = Number(milliValue(ratio)) / 1000;
  if (value < 1) errors.invalid(path, text, `ratio ${text} is less than 1`);
  if (min === undefined || max === undefined) return;
  const most = Number(milliValue(max)) / Number(milliValue(min));
  if (value > most) errors.invalid(path, text, `ratio ${text} is greater than max/min = ${most.toFixed(6)}`);
}

/** What a ResourceQuota says. */
export interface QuotaSpec {
  hard?: ResourceList;
  scopes?: string[];
  scopeSelector?: { matchExpressions?: { scopeName?: string; operator?: string; values?: string[] }[] };
}

const podScopes = ['Terminating', 'NotTerminating', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'];
const scopes = [...podScopes, 'BestEffort', 'VolumeAttributesClass'];
const compute = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

function scopeCovers(scope: string, name: string): boolean {
  if (podScopes.includes(scope)) return name === 'pods' || compute.includes(name);
  if (scope === 'BestEffort') return name === 'pods';
  return scope !== 'VolumeAttributesClass' || name === 'persistentvolumeclaims' || name === 'requests.storage';
}

const uncovered = (scope: string, hard: ResourceList) =>
  Object.keys(hard).filter((name) => isStandardInQuota(name) && !scopeCovers(scope, name));

function checkConflicts(errors: FieldErrors, path: string, found: readonly string[], printed: unknown): void {
  for (const [one, other] of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ] as const)
    if (found.includes(one) && found.includes(other)) errors.invalid(path, printed, 'conflicting scopes');
}

function checkQuota(errors: FieldErrors, spec: QuotaSpec): void {
  const { hard = {}, scopes: own = [], scopeSelector } = spec;
  for (const [name, value] of Object.entries(hard)) {
    const path = `spec.hard[${name}]`;
    checkResourceName(errors, path, name);
    if (!name.includes('/') && !isStandardInQuota(name))
      errors.invalid(path, name, 'must be a standard resource for quota');
    checkAmount(errors, path, name, value);
  }
  for (const scope of own) {
    if (!scopes.includes(scope)) errors.invalid('spec.scopes', own, 'unsupported scope');
    for (const _ of uncovered(scope, hard)) errors.invalid('spec.scopes', own, 'unsupported scope applied to resource');
  }
  checkConflicts(errors, 'spec.scopes', own, own);
  const expressions = scopeSelector?.matchExpressions ?? [];
  const path = 'spec.scopeSelector.matchExpressions';
  for (const { scopeName = '', operator = '', values = [] } of expressions) {
    if (!scopes.includes(scopeName)) errors.invalid(`${path}.scopeName`, scopeName, 'unsupported scope');
    for (const _ of uncovered(scopeName, hard))
      errors.invalidText(path, goSelector(expressions), 'unsupported scope applied to resource');
    if (
      scopes.includes(scopeName) &&
      scopeName !== 'PriorityClass' &&
      scopeName !== 'VolumeAttributesClass' &&
      operator !== 'Exists'
    )
      errors.invalid(
        `${path}.operator`,
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      );
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        errors.required(
          `${path}.values`,
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        );
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        errors.invalid(
          `${path}.values`,
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        );
    } else errors.invalid(`${path}.operator`, operator, 'not a valid selector operator');
  }
  checkConflicts(
    errors,
    path,
    expressions.map(({ scopeName = '' }) => scopeName),
    own.length === 0 ? null : own,
  );
}

const goSelector = (expressions: readonly { scopeName?: string; operator?: string; values?: string[] }[]) =>
  JSON.stringify({
    MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  });

const specOf = (object: StoredObject) => (object['spec'] ?? {}) as QuotaSpec;

export const resourceQuotaRules: KindRules = {
  defaults: (object) => fill(object, { spec: {}, status: {} }),
  prepareCreate: (object) => set(object, 'status', {}),
  validate: (object) => {
    const errors = new FieldErrors();
    checkQuota(errors, specOf(object));
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    const [now, before] = [specOf(object).scopes ?? [], specOf(old).scopes ?? []];
    errors.immutable('spec.scopes', now, now.toSorted().join() !== before.toSorted().join());
    return errors.list;
  },
};
