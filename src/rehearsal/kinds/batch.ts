import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { scheduleError } from './cron-schedule.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel, dnsSubdomain, isHttpPath, httpPathComplaint, labelValue } from './names.ts';
import { internalJson } from './internal-json.ts';
import { withTemplate } from './pod/defaults.ts';
import { checkTemplate } from './pod/spec.ts';
import type { PodTemplate } from './pod/types.ts';
import { podWarnings } from './pod/warnings.ts';
import { checkPodFailurePolicy, checkSuccessPolicy, type FailurePolicy, type SuccessPolicy } from './job-policies.ts';
import { checkSelector, isUsable, selects, type LabelSelector } from './selectors.ts';
import { fill, fillZero, isAbsent, nameOf, set, within, withinEach, type Fields } from './sharing.ts';

export interface JobSpec {
  parallelism?: number;
  completions?: number;
  activeDeadlineSeconds?: number;
  backoffLimit?: number;
  backoffLimitPerIndex?: number;
  maxFailedIndexes?: number;
  ttlSecondsAfterFinished?: number;
  completionMode?: string;
  suspend?: boolean;
  manualSelector?: boolean;
  selector?: LabelSelector;
  template?: PodTemplate;
  podFailurePolicy?: FailurePolicy;
  successPolicy?: SuccessPolicy;
  podReplacementPolicy?: string;
  managedBy?: string;
}

interface CronJobSpec {
  schedule?: string;
  timeZone?: string;
  startingDeadlineSeconds?: number;
  concurrencyPolicy?: string;
  jobTemplate?: { spec?: JobSpec };
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
}

const uidLabel = 'batch.kubernetes.io/controller-uid';
const nameLabel = 'batch.kubernetes.io/job-name';
const oldUidLabel = 'controller-uid';
const oldNameLabel = 'job-name';

const specOf = (object: StoredObject) => (object['spec'] ?? {}) as JobSpec;

/** The labels by which a Job finds its pods (`generateSelector`); a Job with manualSelector brings its own. */
function withGeneratedSelector(job: StoredObject): StoredObject {
  const spec = specOf(job);
  if (spec.manualSelector === true) return job;
  const { uid } = job.metadata;
  const name = nameOf(job);
  const template = spec.template ?? {};
  const labels = fill(template.metadata?.labels ?? {}, {
    [oldNameLabel]: name,
    [nameLabel]: name,
    [oldUidLabel]: uid,
    [uidLabel]: uid,
  });
  const selector = spec.selector ?? {};
  const matchLabels = fill(selector.matchLabels ?? {}, { [uidLabel]: uid });
  return {
    ...job,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function checkGenerated(errors: FieldErrors, job: StoredObject): void {
  const { manualSelector, selector, template = {} } = specOf(job);
  if (manualSelector === true || selector === undefined) return;
  const { uid } = job.metadata;
  const name = nameOf(job);
  const expected = { [oldUidLabel]: uid, [oldNameLabel]: name, [uidLabel]: uid, [nameLabel]: name };
  for (const [key, value] of Object.entries(expected)) {
    const actual = template.metadata?.labels?.[key];
    const path = 'spec.template.metadata.labels';
    if (actual === undefined) errors.required(`${path}[${key}]`, `must be '${value}'`);
    else if (actual !== value) errors.invalid(`${path}[${key}]`, template.metadata?.labels, `must be '${value}'`);
  }
  if (!selects(selector, expected)) errors.invalid('spec.selector', selector, '`selector` not auto-generated');
}

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
function checkJobSpec(errors: FieldErrors, path: string, spec: JobSpec): void {
  for (const field of amounts) errors.nonNegative(`${path}.${field}`, spec[field]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  if (spec.managedBy !== undefined) checkManagedBy(errors, `${path}.managedBy`, spec.managedBy);
  checkCompletionMode(errors, path, spec);
  if (spec.podFailurePolicy !== undefined) checkPodFailurePolicy(errors, `${path}.podFailurePolicy`, spec, spec.podFailurePolicy);
  if (spec.successPolicy !== undefined) {
    if (spec.completionMode === 'Indexed')
      checkSuccessPolicy(errors, `${path}.successPolicy`, spec.completions ?? 0, spec.successPolicy);
    else errors.invalidText(`${path}.successPolicy`, goSuccessPolicy(spec.successPolicy), 'requires indexed completion mode');
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
  if (restartPolicy === 'Always' || restartPolicy === '')
    errors.required(at, 'valid values: "OnFailure", "Never"');
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never')
    errors.notSupported(at, restartPolicy, ['OnFailure', 'Never']);
  else if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never')
    errors.invalid(at, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified');
}

/** The internal struct, as the server prints it. */
const goSuccessPolicy = ({ rules = [] }: SuccessPolicy) =>
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

/** A Job of its own also has a selector (`ValidateJobSpec`). */
function checkSelected(errors: FieldErrors, spec: JobSpec): void {
  const { selector, template } = spec;
  if (selector === undefined) errors.required('spec.selector');
  checkSelector(errors, 'spec.selector', selector);
  const labels = template?.metadata?.labels;
  if (isUsable(selector) && !selects(selector, labels))
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
}

/** A Job without labels of its own takes those of its pods, also the generated ones, whenever it is read. */
function withLabelsOfPods(job: StoredObject): StoredObject {
  const labels = specOf(job).template?.metadata?.labels;
  if (labels === undefined || Object.keys(job.metadata.labels ?? {}).length > 0) return job;
  return { ...job, metadata: { ...job.metadata, labels } };
}

const withConditionStatus = (policy: Fields) =>
  withinEach(policy, 'rules', (rule) =>
    withinEach(rule, 'onPodConditions', (condition) => fillZero(condition, { status: 'True' })),
  );

const withJobDefaults = (spec: Fields): Fields => {
  let result = withTemplate(fill(spec, { template: {} }));
  if (isAbsent(result['completions']) && isAbsent(result['parallelism'])) result = { ...result, completions: 1, parallelism: 1 };
  result = within(result, 'podFailurePolicy', withConditionStatus);
  const hasIndexLimit = !isAbsent(result['backoffLimitPerIndex']);
  return fill(result, {
    parallelism: 1,
    backoffLimit: hasIndexLimit ? 2_147_483_647 : 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: isAbsent(result['podFailurePolicy']) ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  });
};

/** A template within a CronJob gets the defaults of its pods only. */
const withInnerTemplate = (spec: Fields) => withTemplate(fill(spec, { template: {} }));

export const jobRules: KindRules = {
  defaults: (object) => {
    const filled = within(fill(object, { spec: {}, status: {} }), 'spec', withJobDefaults);
    return withLabelsOfPods(filled);
  },
  prepareCreate: (object, { warn }) => {
    const name = dnsLabel(nameOf(object));
    if (name.length > 0)
      warn(
        `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${name.join(' ')}]`,
      );
    warnOfJob(specOf(object), 'spec', warn);
    // The defaults have given it the labels of its pods, the very same object.
    const { labels } = object.metadata;
    const hasOwnLabels = labels !== undefined && labels !== specOf(object).template?.metadata?.labels;
    // A name that is no label is complained of in the template alone: the Job takes the labels once it is stored.
    const isFine = labelValue(nameOf(object)).length === 0;
    const job = { ...withGeneratedSelector(object), status: {} };
    return hasOwnLabels || !isFine ? job : withLabelsOfPods({ ...job, metadata: { ...job.metadata, labels: {} } });
  },
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = specOf(object);
    checkGenerated(errors, object);
    checkJobSpec(errors, 'spec', spec);
    checkSelected(errors, spec);
    const { completions = 0, completionMode } = spec;
    if (completionMode === 'Indexed' && completions > 0) {
      const host = `${nameOf(object)}-${completions - 1}`;
      if (dnsLabel(host).length > 0)
        errors.invalid(
          'metadata.name',
          nameOf(object),
          `will not able to create pod with invalid DNS label: ${host}`,
        );
    }
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    checkJobUpdate(errors, specOf(object), old);
    return errors.list;
  },
  selectableFields: {
    'status.successful': (object) => String((object['status'] as { succeeded?: number } | undefined)?.succeeded ?? 0),
  },
};

function warnOfJob(spec: JobSpec, path: string, warn: (text: string) => void): void {
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 100_000 && (spec.parallelism ?? 0) > 10_000)
    warn(
      'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
    );
  for (const text of podWarnings(spec.template?.spec ?? {}, `${path}.template`)) warn(text);
}

function checkJobUpdate(errors: FieldErrors, spec: JobSpec, old: StoredObject): void {
  const before = specOf(old);
  if (spec === before) return;
  if (!isEqual(spec.completions, before.completions)) {
    if (spec.completionMode !== 'Indexed') errors.invalid('spec.completions', spec.completions, 'field is immutable');
    else if (spec.completions !== undefined && spec.completions !== spec.parallelism)
      errors.invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism');
  }
  errors.immutable('spec.selector', spec.selector, !isEqual(spec.selector, before.selector));
  const status = (old['status'] ?? {}) as { startTime?: string };
  const mayMove = before.suspend === true && status.startTime === undefined;
  const [template, previous] = mayMove ? movable(spec, before) : [spec.template, before.template];
  if (!isEqual(template, previous))
    errors.invalidText('spec.template', internalJson('core.v1.PodTemplateSpec', spec.template ?? {}), 'field is immutable');
  errors.immutable('spec.completionMode', spec.completionMode, spec.completionMode !== before.completionMode);
  for (const field of ['podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const)
    if (!isEqual(spec[field], before[field]))
      errors.invalidText(
        `spec.${field}`,
        field === 'successPolicy' && spec.successPolicy !== undefined
          ? goSuccessPolicy(spec.successPolicy)
          : JSON.stringify(spec[field] ?? null),
        'field is immutable',
      );
}

/** A suspended Job that never ran may still be told where its pods run. */
function movable(spec: JobSpec, before: JobSpec): [PodTemplate, PodTemplate] {
  const reduced = ({ template = {} }: JobSpec): PodTemplate => {
    const { affinity, nodeSelector: _n, tolerations: _t, schedulingGates: _g, ...rest } = template.spec ?? {};
    const { nodeAffinity: _a, ...others } = affinity ?? {};
    return { spec: Object.keys(others).length === 0 ? rest : { ...rest, affinity: others } };
  };
  return [reduced(spec), reduced(before)];
}

export const cronJobRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
      within(
        fillZero(
          fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, jobTemplate: {}, schedule: '' }),
          { concurrencyPolicy: 'Allow' },
        ),
        'jobTemplate',
        (template) => within(fill(template, { metadata: {}, spec: {} }), 'spec', withInnerTemplate),
      ),
    ),
  prepareCreate: (object, { warn }) => {
    const name = dnsLabel(nameOf(object));
    if (name.length > 0)
      warn(
        `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${name.join(' ')}]`,
      );
    const { jobTemplate } = (object['spec'] ?? {}) as CronJobSpec;
    warnOfJob(jobTemplate?.spec ?? {}, 'spec.jobTemplate.spec', warn);
    return set(object, 'status', {});
  },
  validate: (object) => {
    const errors = new FieldErrors();
    checkCronJob(errors, (object['spec'] ?? {}) as CronJobSpec);
    const { resourceVersion } = object.metadata;
    const name = nameOf(object);
    if (resourceVersion === undefined && name.length > 52)
      errors.invalid('metadata.name', name, 'must be no more than 52 characters');
    return errors.list;
  },
};

const concurrency = ['Allow', 'Forbid', 'Replace'];

function checkCronJob(errors: FieldErrors, spec: CronJobSpec): void {
  const { schedule = '', timeZone, jobTemplate } = spec;
  if (schedule === '') errors.required('spec.schedule');
  else {
    const complaint = scheduleError(schedule);
    if (complaint !== undefined) errors.invalid('spec.schedule', schedule, complaint);
    if (schedule.includes('TZ'))
      errors.invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  }
  errors.nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  if (timeZone !== undefined) checkTimeZone(errors, timeZone);
  errors.oneOf('spec.concurrencyPolicy', spec.concurrencyPolicy, concurrency);
  const inner = jobTemplate?.spec ?? {};
  checkJobSpec(errors, 'spec.jobTemplate.spec', inner);
  if (inner.selector !== undefined)
    errors.invalid('spec.jobTemplate.spec.selector', inner.selector, '`selector` will be auto-generated');
  if (inner.manualSelector === true)
    errors.notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']);
  errors.nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  errors.nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
}

function checkTimeZone(errors: FieldErrors, timeZone: string): void {
  const path = 'spec.timeZone';
  if (timeZone === '') return errors.invalid(path, timeZone, 'timeZone must be nil or non-empty string');
  const isOdd = timeZone
    .split('/')
    .some((part) => part === '.' || part === '..' || part.startsWith('-') || !/^[A-Za-z.\-_0-9+]{1,14}$/.test(part));
  if (isOdd) return errors.invalid(path, timeZone, `unknown time zone ${timeZone}`);
  if (timeZone.toLowerCase() === 'local')
    return errors.invalid(
      path,
      timeZone,
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    );
  if (!isTimeZone(timeZone)) errors.invalid(path, timeZone, `unknown time zone ${timeZone}`);
}

/** Go reads zones by the names of their files, which the time zone database spells in one way. */
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
