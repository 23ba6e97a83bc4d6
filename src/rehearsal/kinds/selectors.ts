import type { FieldErrors } from './field-errors.ts';
import { labelValue, qualifiedName } from './names.ts';

interface LabelRequirement {
  key?: string;
  operator?: string;
  values?: string[];
}

/** `metav1.LabelSelector` */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: LabelRequirement[];
}

export type Labels = Readonly<Record<string, string>>;

/** Whether it selects by anything at all. */
export const isEmptySelector = ({ matchLabels, matchExpressions }: LabelSelector) =>
  Object.keys(matchLabels ?? {}).length + (matchExpressions?.length ?? 0) === 0;

/** An absent selector selects nothing, an empty one everything (`metav1.LabelSelectorAsSelector`). */
export function selects(selector: LabelSelector | undefined | null, labels: Labels | undefined): boolean {
  if (selector === undefined || selector === null) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels?.[key] !== value) return false;
  return (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels));
}

function meets({ key = '', operator, values = [] }: LabelRequirement, labels: Labels | undefined): boolean {
  const value = labels?.[key];
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (operator === 'Exists') return value !== undefined;
  return operator === 'DoesNotExist' && value === undefined;
}

/** Whether it can be turned into a selector (`labels.NewRequirement` of k8s.io/apimachinery/pkg/labels). */
export function isUsable(selector: LabelSelector | undefined | null): boolean {
  const areFine = (key: string, values: readonly string[]) =>
    qualifiedName(key).length === 0 && values.every((value) => labelValue(value).length === 0);
  return (
    Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => areFine(key, [value])) &&
    (selector?.matchExpressions ?? []).every(({ key = '', operator, values = [] }) => {
      const isListed = operator === 'In' || operator === 'NotIn';
      const isKnown = isListed ? values.length > 0 : operator === 'Exists' || operator === 'DoesNotExist';
      return isKnown && areFine(key, values);
    })
  );
}

export function checkLabels(errors: FieldErrors, path: string, labels: Labels | undefined | null): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.each(path, key, qualifiedName(key));
    errors.each(path, value, labelValue(value));
  }
}

/** k8s.io/apimachinery/pkg/apis/meta/v1/validation `ValidateLabelSelector` */
export function checkSelector(errors: FieldErrors, path: string, selector: LabelSelector | undefined | null): void {
  if (selector === undefined || selector === null) return;
  checkLabels(errors, `${path}.matchLabels`, selector.matchLabels);
  for (const [index, { key = '', operator = '', values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) errors.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        errors.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else errors.invalid(`${at}.operator`, operator, 'not a valid selector operator');
    errors.each(`${at}.key`, key, qualifiedName(key));
    for (const [position, value] of values.entries())
      errors.each(`${at}.values[${position}]`, value, labelValue(value));
  }
}
