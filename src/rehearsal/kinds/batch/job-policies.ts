import type { FieldErrors } from '../field-errors.ts';
import { qualifiedName } from '../names.ts';
import type { JobSpec } from './job-types.ts';

export interface FailurePolicy {
  rules?: {
    action?: string;
    onExitCodes?: { containerName?: string; operator?: string; values?: number[] };
    onPodConditions?: { type?: string; status?: string }[];
  }[];
}

export interface SuccessPolicy {
  rules?: { succeededIndexes?: string; succeededCount?: number }[];
}

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const statuses = ['False', 'True', 'Unknown'];
const quoted = (values: readonly string[]) => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;

type FailureRule = NonNullable<FailurePolicy['rules']>[number];

export function checkPodFailurePolicy(
  errors: FieldErrors,
  path: string,
  spec: JobSpec,
  { rules = [] }: FailurePolicy,
): void {
  if (rules.length > 20) errors.tooMany(`${path}.rules`, rules.length, 20);
  const { containers, initContainers } = spec.template?.spec ?? {};
  const names = [...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name ?? '');
  for (const [index, rule] of rules.entries()) checkRule(errors, `${path}.rules[${index}]`, rule, spec, names);
}

function checkRule(
  errors: FieldErrors,
  path: string,
  rule: FailureRule,
  spec: JobSpec,
  names: readonly string[],
): void {
  const { action = '', onExitCodes, onPodConditions = [] } = rule;
  if (action === '') errors.required(`${path}.action`, `valid values: ${quoted(actions)}`);
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined)
      errors.invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set');
  } else if (!actions.includes(action)) errors.notSupported(`${path}.action`, action, actions);
  if (onExitCodes !== undefined) checkExitCodes(errors, `${path}.onExitCodes`, onExitCodes, names);
  if (onPodConditions.length > 20) errors.tooMany(`${path}.onPodConditions`, onPodConditions.length, 20);
  for (const [index, { type = '', status = '' }] of onPodConditions.entries()) {
    const at = `${path}.onPodConditions[${index}]`;
    errors.each(`${at}.type`, type, qualifiedName(type));
    if (status === '') errors.required(`${at}.status`, `valid values: ${quoted(statuses)}`);
    else if (!statuses.includes(status)) errors.notSupported(`${at}.status`, status, statuses);
  }
  const count = (onExitCodes === undefined ? 0 : 1) + (onPodConditions.length > 0 ? 1 : 0);
  if (count === 2) errors.invalidOmitted(path, 'specifying both OnExitCodes and OnPodConditions is not supported');
  if (count === 0) errors.invalidOmitted(path, 'specifying one of OnExitCodes and OnPodConditions is required');
}

function checkExitCodes(
  errors: FieldErrors,
  path: string,
  { containerName, operator = '', values = [] }: NonNullable<FailureRule['onExitCodes']>,
  names: readonly string[],
): void {
  if (operator === '') errors.required(`${path}.operator`, `valid values: ${quoted(['In', 'NotIn'])}`);
  else if (operator !== 'In' && operator !== 'NotIn')
    errors.notSupported(`${path}.operator`, operator, ['In', 'NotIn']);
  if (containerName !== undefined && !names.includes(containerName))
    errors.invalid(
      `${path}.containerName`,
      containerName,
      'must be one of the container or initContainer names in the pod template',
    );
  if (values.length === 0) errors.invalid(`${path}.values`, values, 'at least one value is required');
  else if (values.length > 255) errors.tooMany(`${path}.values`, values.length, 255);
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      errors.invalid(`${path}.values[${index}]`, value, 'must not be 0 for the In operator');
    if (seen.has(value)) errors.duplicate(`${path}.values[${index}]`, value);
    seen.add(value);
  }
  if (values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value))
    errors.invalid(`${path}.values`, values, 'must be ordered');
}

export function checkSuccessPolicy(
  errors: FieldErrors,
  path: string,
  completions: number,
  { rules = [] }: SuccessPolicy,
): void {
  if (rules.length === 0)
    errors.required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > 20) errors.tooMany(`${path}.rules`, rules.length, 20);
  for (const [index, { succeededIndexes, succeededCount }] of rules.entries()) {
    const at = `${path}.rules[${index}]`;
    if (succeededCount === undefined && succeededIndexes === undefined)
      errors.required(at, 'at least one of succeededCount or succeededIndexes must be specified');
    const total = succeededIndexes === undefined ? undefined : countIndexes(succeededIndexes, completions);
    if (typeof total === 'string')
      errors.invalid(`${at}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${total}`);
    if (succeededCount === undefined) continue;
    errors.nonNegative(`${at}.succeededCount`, succeededCount);
    if (succeededCount > completions)
      errors.invalid(
        `${at}.succeededCount`,
        succeededCount,
        `must be less than or equal to ${completions} (the number of specified completions)`,
      );
    const most = typeof total === 'number' ? total : 0;
    if (succeededIndexes !== undefined && succeededCount > most)
      errors.invalid(
        `${at}.succeededCount`,
        succeededCount,
        `must be less than or equal to ${most} (the number of indexes in the specified succeededIndexes field)`,
      );
  }
}

/** How many indexes `0,2-4` names, or why it names none (`validateIndexesFormat`). */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let last: number | undefined;
  for (const interval of text.split(',')) {
    const parts = interval.split('-');
    if (parts.length > 2)
      return `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const part of parts) {
      if (!/^[-+]?\d+$/.test(part)) return `cannot convert string to integer for index: "${part}"`;
      if (Number(part) >= completions) return `too large index: "${part}"`;
    }
    const [first, end = first] = parts.map(Number) as [number, number?];
    if (parts.length === 2 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    if (last !== undefined && last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}
