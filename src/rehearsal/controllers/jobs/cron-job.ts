import { StatusError } from '../../api/status-error.ts';
import { scheduleError } from '../../kinds/cron-schedule.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import type { EventText } from '../client.ts';
import { controlledBy, controllerReference, isControlledBy } from '../owners.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { isFinished, jobCondition, jobStatus } from './job-view.ts';
import { isTimeZone, parseSchedule, zonedTimestamp, type Schedule } from './schedule.ts';

interface Spec {
  schedule: string;
  timeZone?: string;
  suspend?: boolean;
  concurrencyPolicy?: string;
  startingDeadlineSeconds?: number;
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  jobTemplate: { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; spec: object };
}

interface Active {
  kind: string;
  namespace: string | undefined;
  name: string;
  uid: string;
  apiVersion: string;
  resourceVersion: string;
}

interface Status {
  active?: Active[];
  lastScheduleTime?: string;
  lastSuccessfulTime?: string;
}

const kind = 'batch/v1 CronJob';
/** Milliseconds after a scheduled time at which it is looked at (pkg/controller/cronjob, nextScheduleDelta). */
const delta = 100;
const specOf = (cron: StoredObject) => cron['spec'] as Spec;

export function cronJobController(): Controller {
  return {
    name: 'cronjob-controller',
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (key) => reconcile(key, context, queue));
      client.watch(kind, ({ object, type, before }) => {
        const isOnlyStatus =
          type === 'MODIFIED' &&
          before !== undefined &&
          isEqual(before['spec'], object['spec']) &&
          !isTerminating(object);
        if (type !== 'DELETED' && !isOnlyStatus) queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
      client.watch('batch/v1 Job', ({ object }) => {
        const owner = object.metadata.ownerReferences?.find(
          (reference) => reference.kind === 'CronJob' && reference.controller === true,
        );
        if (owner !== undefined) queue.add(`${object.metadata.namespace}/${owner.name}`);
      });
    },
  };
}

function reconcile(key: string, context: ControllerContext, queue: Reconciler): void {
  const { client } = context;
  const cron = client.get(kind, ...namesOf(key));
  if (cron === undefined) return;
  const jobs = controlledBy(client, cron, 'Job');
  const status: Status = { ...(cron['status'] as Status | undefined) };
  cleanUp(context, cron, jobs);
  noteJobs(context, cron, jobs, status);
  let refusal: StatusError | undefined;
  if (!isTerminating(cron))
    try {
      const wait = startIfDue(context, cron, status);
      if (wait !== undefined) queue.addAfter(key, wait);
    } catch (error) {
      if (!(error instanceof StatusError) || isNamespaceEnding(error)) throw error;
      refusal = error;
    }
  const { active = [], ...rest } = status;
  const next = active.length === 0 ? rest : { active, ...rest };
  const latest = client.get(kind, ...namesOf(key));
  if (latest !== undefined && !isEqual(next, latest['status'] ?? {})) client.updateStatus({ ...latest, status: next });
  if (refusal !== undefined) throw refusal;
}

/** Which of the jobs still run, and when one succeeded last. */
function noteJobs(
  { client }: ControllerContext,
  cron: StoredObject,
  jobs: readonly StoredObject[],
  status: Status,
): void {
  const say = (type: EventText['type'], reason: string, message: string) =>
    client.event(cron, { type, reason, message });
  const isActive = (uid: string) => status.active?.some((job) => job.uid === uid) ?? false;
  const forget = (uid: string) => {
    status.active = (status.active ?? []).filter((job) => job.uid !== uid);
  };
  for (const job of jobs) {
    const { uid, name } = job.metadata;
    if (!isFinished(job)) {
      if (!isActive(uid))
        say('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      continue;
    }
    const condition = jobCondition(job, 'Complete') === undefined ? 'Failed' : 'Complete';
    if (isActive(uid)) {
      forget(uid);
      say('Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${condition}`);
    }
    const { completionTime } = jobStatus(job);
    if (condition === 'Complete' && completionTime !== undefined && completionTime > (status.lastSuccessfulTime ?? ''))
      status.lastSuccessfulTime = completionTime;
  }
  for (const { uid, name } of status.active ?? [])
    if (!jobs.some((job) => job.metadata.uid === uid)) {
      say('Normal', 'MissingJob', `Active job went missing: ${name}`);
      forget(uid);
    }
}

/** Starts the job that is due. Milliseconds until the next time; undefined when there is none. */
function startIfDue(context: ControllerContext, cron: StoredObject, status: Status): number | undefined {
  const { client, clock } = context;
  const spec = specOf(cron);
  const now = clock.now();
  const warn = (reason: string, message: string) => client.event(cron, { type: 'Warning', reason, message });
  if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
    warn('UnknownTimeZone', `invalid timeZone: "${spec.timeZone}": unknown time zone ${spec.timeZone}`);
    return undefined;
  }
  if (spec.suspend === true) return undefined;
  const schedule = parseSchedule(spec.schedule, spec.timeZone);
  if (schedule === undefined) {
    warn('UnparseableSchedule', `unparseable schedule: "${spec.schedule}" : ${scheduleError(spec.schedule) ?? ''}`);
    return undefined;
  }
  const { time, missed } = mostRecent(cron, status, schedule, now);
  const wait = () => {
    const next = schedule.next(now);
    return next === undefined ? undefined : next + delta - now;
  };
  if (time === undefined) return wait();
  if (missed > 100)
    warn(
      'TooManyMissedTimes',
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
  if (spec.startingDeadlineSeconds !== undefined && time + spec.startingDeadlineSeconds * 1000 < now) {
    warn(
      'MissSchedule',
      `Missed scheduled time to start a job: ${new Date(time).toUTCString().replace('GMT', '+0000')}`,
    );
    return wait();
  }
  const name = `${cron.metadata.name}-${Math.floor(time / 60_000)}`;
  if (status.active?.some((job) => job.name === name) === true || Date.parse(status.lastScheduleTime ?? '') === time)
    return wait();
  if (spec.concurrencyPolicy === 'Forbid' && (status.active ?? []).length > 0) {
    client.event(cron, {
      type: 'Normal',
      reason: 'JobAlreadyActive',
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    });
    return wait();
  }
  if (spec.concurrencyPolicy === 'Replace')
    for (const active of status.active ?? []) {
      const job = client.get('batch/v1 Job', cron.metadata.namespace, active.name);
      if (job !== undefined) removeJob(context, cron, job);
      status.active = (status.active ?? []).filter(({ uid }) => uid !== active.uid);
    }
  const job = startJob(context, cron, name, time);
  if (job === undefined) return wait();
  const { apiVersion, kind: jobKind, metadata } = job;
  const { namespace, uid, resourceVersion } = metadata;
  status.active = [...(status.active ?? []), { kind: jobKind, namespace, name, uid, apiVersion, resourceVersion }];
  status.lastScheduleTime = `${new Date(time).toISOString().slice(0, 19)}Z`;
  return wait();
}

/** The latest time that is over, and how many were not used. */
function mostRecent(
  cron: StoredObject,
  { lastScheduleTime }: Status,
  schedule: Schedule,
  now: number,
): { time: number | undefined; missed: number } {
  const { startingDeadlineSeconds } = specOf(cron);
  const last = Date.parse(lastScheduleTime ?? cron.metadata.creationTimestamp);
  const earliest = startingDeadlineSeconds === undefined ? last : Math.max(last, now - startingDeadlineSeconds * 1000);
  const first = schedule.next(earliest);
  if (first === undefined || first > now) return { time: undefined, missed: 0 };
  const second = schedule.next(first);
  if (second === undefined || second > now) return { time: first, missed: 1 };
  const missed = Math.floor((now - first) / (second - first)) + 1;
  let time = first;
  // From just before the end: a year of missed minutes is not walked through.
  let from = first + Math.max(0, missed - 2) * (second - first);
  for (let next = schedule.next(from); next !== undefined && next <= now; next = schedule.next(from)) {
    time = next;
    from = next;
  }
  return { time, missed };
}

function startJob(
  { client }: ControllerContext,
  cron: StoredObject,
  name: string,
  time: number,
): StoredObject | undefined {
  const { jobTemplate, timeZone } = specOf(cron);
  const { namespace } = cron.metadata;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  try {
    const job = client.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(labels === undefined ? {} : { labels }),
        annotations: {
          ...annotations,
          'batch.kubernetes.io/cronjob-scheduled-timestamp': zonedTimestamp(time, timeZone),
        },
        ownerReferences: [controllerReference(cron)],
      },
      spec: jobTemplate.spec,
    });
    client.event(cron, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${name}` });
    return job;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const existing = error.reason === 'AlreadyExists' ? client.get('batch/v1 Job', namespace, name) : undefined;
    if (existing !== undefined) return isControlledBy(existing, cron) ? existing : undefined;
    if (!isNamespaceEnding(error))
      client.event(cron, { type: 'Warning', reason: 'FailedCreate', message: `Error creating job: ${error.message}` });
    throw error;
  }
}

function removeJob({ client }: ControllerContext, cron: StoredObject, job: StoredObject): void {
  client.delete(job);
  client.event(cron, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted job ${job.metadata.name}` });
}

/** Deletes the oldest finished jobs beyond the limits. */
function cleanUp(context: ControllerContext, cron: StoredObject, jobs: readonly StoredObject[]): void {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = specOf(cron);
  const startOf = (job: StoredObject) => jobStatus(job).startTime ?? '';
  const trim = (type: string, limit: number | undefined) => {
    const ended = jobs.filter((job) => jobCondition(job, type) !== undefined && !isTerminating(job));
    if (limit === undefined || ended.length <= limit) return;
    ended.sort((one, other) =>
      startOf(one) === startOf(other)
        ? one.metadata.name < other.metadata.name
          ? -1
          : 1
        : startOf(one) < startOf(other)
          ? -1
          : 1,
    );
    for (const job of ended.slice(0, ended.length - limit)) removeJob(context, cron, job);
  };
  trim('Complete', successfulJobsHistoryLimit);
  trim('Failed', failedJobsHistoryLimit);
}
