import { apply, kubectl, observe, until, untilCount, type Scenario } from '../scenario.ts';
import { busybox, job, shell, sleeper } from './manifests.ts';

const once = { name: 'app', image: busybox, command: ['true'] };

const jobScenario: Scenario = {
  name: 'jobs',
  clients: 'newest kubectl',
  steps: [
    apply(
      job('good', once),
      job('bad', shell('echo no; exit 4'), { backoffLimit: 1 }),
      job('late', sleeper, { activeDeadlineSeconds: 2 }),
      job('several', once, { completions: 3, parallelism: 2, completionMode: 'Indexed' }),
      job('suspended', once, { suspend: true }),
      job('fleeting', once, { ttlSecondsAfterFinished: 1 }),
      job('in-place', shell('exit 5'), { backoffLimit: 0 }, { restartPolicy: 'OnFailure' }),
      job('policy', shell('exit 42'), {
        podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] },
      }),
    ),
    kubectl('wait --for=condition=Complete job/good job/several'),
    kubectl('wait --for=condition=Failed job/bad job/late job/policy --timeout=120s'),
    kubectl('wait --for=delete job/fleeting', { exitOnly: 'prints nothing when it is gone already' }),
    kubectl('wait --for=condition=Failed job/in-place --timeout=60s'),
    kubectl('wait --for=condition=Suspended job/suspended'),
    kubectl('get jobs'),
    kubectl('get jobs -o wide'),
    kubectl('get pods -l job-name=several'),
    kubectl('describe job bad'),
    kubectl('logs job/bad'),
    observe('batch/v1/jobs', 'v1/pods', 'v1/events'),
    kubectl('patch job suspended -p {"spec":{"suspend":false}}'),
    kubectl('wait --for=condition=Complete job/suspended'),
    kubectl('patch job good -p {"spec":{"completions":2}}', { exit: 1 }),
    kubectl('patch job good -p {"spec":{"template":{"spec":{"terminationGracePeriodSeconds":5}}}}', { exit: 1 }),
    kubectl('apply -f -', { stdin: [job('always', once, {}, { restartPolicy: 'Always' })], exit: 1 }),
    observe('batch/v1/jobs/suspended'),
    kubectl('delete job good'),
    untilCount('v1/pods?labelSelector=job-name%3Dgood', 0),
    kubectl('delete job bad --cascade=orphan'),
    kubectl('get pods -l job-name=bad --show-labels'),
  ],
};

const tick = (more: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick' },
  spec: {
    schedule: '* * * * *',
    successfulJobsHistoryLimit: 1,
    jobTemplate: { spec: { template: { spec: { containers: [once], restartPolicy: 'Never' } } } },
    ...more,
  },
});

const cronJobs: Scenario = {
  name: 'cronjob',
  clients: 'newest kubectl',
  steps: [
    apply(tick(), {
      ...tick({ schedule: '0 3 * * 1', timeZone: 'Europe/Zurich', suspend: true }),
      metadata: { name: 'weekly' },
    }),
    kubectl('get cronjobs'),
    kubectl('create job now --from=cronjob/weekly'),
    kubectl('wait --for=condition=Complete job/now'),
    untilCount('batch/v1/jobs', 2, 90),
    kubectl('wait --for=condition=Complete jobs --all'),
    until('batch/v1/cronjobs/tick', 'status.lastSuccessfulTime', /./),
    kubectl('patch cronjob tick -p {"spec":{"suspend":true}}'),
    kubectl('get cronjobs -o wide'),
    kubectl('get jobs'),
    kubectl('describe cronjob tick'),
    observe('batch/v1/cronjobs', 'batch/v1/jobs', 'v1/pods', 'v1/events'),
    kubectl('patch cronjob tick -p {"spec":{"timeZone":"Nowhere/Land"}}', { exit: 1 }),
    kubectl('delete cronjob tick'),
    untilCount('batch/v1/jobs', 1),
  ],
};

export const jobs: readonly Scenario[] = [jobScenario, cronJobs];
