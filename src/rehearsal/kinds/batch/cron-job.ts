import { scheduleError } from '../cron-schedule.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { dnsLabel } from '../names.ts';
import { withTemplate } from '../pod/defaults.ts';
import { type Fields, fill, fillZero, nameOf, set, within } from '../sharing.ts';
import { checkJobSpec, warnOfJob } from './job-spec.ts';
import type { JobSpec } from './job-types.ts';

interface CronJobSpec {
  schedule?: string;
  timeZone?: string;
  startingDeadlineSeconds?: number;
  concurrencyPolicy?: string;
  jobTemplate?: { spec?: JobSpec };
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
}

/** A template within a CronJob gets the defaults of its pods only. */
const withInnerTemplate = (spec: Fields) => withTemplate(fill(spec, { template: {} }));

export const cronJobRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
      within(
        fillZero(
          fill(spec, {
            suspend: false,
            successfulJobsHistoryLimit: 3,
            failedJobsHistoryLimit: 1,
            jobTemplate: {},
            schedule: '',
          }),
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
