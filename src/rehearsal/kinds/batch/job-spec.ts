import type { FieldErrors } from '../field-errors.ts';
import { checkPodFailurePolicy, checkSuccessPolicy, type SuccessPolicy } from './job-policies.ts';
import type { JobSpec } from './job-types.ts';
import { dnsSubdomain, httpPathComplaint, isHttpPath } from '../names.ts';
import { checkTemplate } from '../pod/spec.ts';
import { podWarnings } from '../pod/warnings.ts';

const amounts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** What Jobs and the templates of CronJobs share (`validateJobSpec`). */
export function checkJobSpec(errors: FieldErrors, path: string, spec: JobSpec): void {
  for (const field of amounts) errors.nonNegative(`${path}.${field}`, spec[field]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  if (spec.managedBy !== undefined) checkManagedBy(errors, `${path}.managedBy`, spec.managedBy);
  checkCompletionMode(errors, path, spec);
  if (spec.podFailurePolicy !== undefined)
    checkPodFailurePolicy(errors, `${path}.podFailurePolicy`, spec, spec.podFailurePolicy);
  if (spec.successPolicy !== undefined) {
    if (spec.completionMode === 'Indexed')
      checkSuccessPolicy(errors, `${path}.successPolicy`, spec.completions ?? 0, spec.successPolicy);
    else
      errors.invalidText(
        `${path}.successPolicy`,
        goSuccessPolicy(spec.successPolicy),
        'requires indexed completion mode',
      );
  }
  const { podReplacementPolicy } = spec;
  if (podReplacementPolicy !== undefined) {
    const supported = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
    if (!supported.includes(podReplacementPolicy))
      errors.notSupported(`${path}.podReplacementPolicy`, podReplacementPolicy, supported);
  }
  checkTemplate(errors, `${path}.template`, spec.template ?? {});
  const restartPolicy = spec.template?.spec?.restartPolicy ?? '';
  const at = `${path}.template.spec.restartPolicy`;
  if (restartPolicy === 'Always' || restartPolicy === '') errors.required(at, 'valid values: "OnFailure", "Never"');
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never')
    errors.notSupported(at, restartPolicy, ['OnFailure', 'Never']);
  else if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never')
    errors.invalid(at, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified');
}

/** The internal struct, as the server prints it. */
export const goSuccessPolicy = ({ rules = [] }: SuccessPolicy) =>
  JSON.stringify({
    Rules: rules.map(({ succeededIndexes = null, succeededCount = null }) => ({
      SucceededIndexes: succeededIndexes,
      SucceededCount: succeededCount,
    })),
  });

function checkManagedBy(errors: FieldErrors, path: string, managedBy: string): void {
  const slash = managedBy.indexOf('/');
  const [host, rest] = [managedBy.slice(0, slash), managedBy.slice(slash + 1)];
  if (managedBy === '') errors.required(path);
  else if (slash <= 0 || rest === '')
    errors.invalid(path, managedBy, 'must be a domain-prefixed path (such as "acme.io/foo")');
  else {
    errors.each(path, host, dnsSubdomain(host));
    if (!isHttpPath(rest)) errors.invalid(path, rest, httpPathComplaint);
  }
  if (managedBy.length > 63) errors.tooLong(path, 63);
}

function checkCompletionMode(errors: FieldErrors, path: string, spec: JobSpec): void {
  const { completionMode = 'NonIndexed', completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  if (completionMode !== 'NonIndexed' && completionMode !== 'Indexed')
    errors.notSupported(`${path}.completionMode`, completionMode, ['NonIndexed', 'Indexed']);
  if (completionMode === 'Indexed') {
    if (completions === undefined) errors.required(`${path}.completions`, 'when completion mode is Indexed');
    if ((parallelism ?? 0) > 100_000)
      errors.invalid(
        `${path}.parallelism`,
        parallelism,
        'must be less than or equal to 100000 when completion mode is Indexed',
      );
    if (completions !== undefined && (maxFailedIndexes ?? 0) > completions)
      errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions');
    if ((maxFailedIndexes ?? 0) > 100_000)
      errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to 100000');
  }
  if (completionMode !== 'NonIndexed') return;
  for (const [field, value] of Object.entries({ backoffLimitPerIndex, maxFailedIndexes }))
    if (value !== undefined) errors.invalid(`${path}.${field}`, value, 'requires indexed completion mode');
}

export function warnOfJob(spec: JobSpec, path: string, warn: (text: string) => void): void {
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 100_000 && (spec.parallelism ?? 0) > 10_000)
    warn(
      'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
    );
  for (const text of podWarnings(spec.template?.spec ?? {}, `${path}.template`)) warn(text);
}
