import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { claim, controlledBy, watchDependents } from '../owners.ts';
import { createPod, isNamespaceEnding, podFromTemplate, slowStart } from '../pod-control.ts';
import { isPodReady, isTerminating, phaseOf, podStatus } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { byDeletionOrder } from '../workloads/deletion-order.ts';
import { missingIndexes, parseIndexes } from './indexes.ts';
import {
  failuresOfIndex,
  finishedAt,
  ignoredFailuresOfIndex,
  indexedTemplate,
  indexOf,
  isFinished,
  isPodFailed,
  isTracked,
  jobCondition,
  jobSpec,
  jobStatus,
  onlyReplacesFailed,
  trackingFinalizer,
  type JobCondition,
  type JobSpec,
  type JobStatus,
} from './job-view.ts';
import { JobSync } from './job-sync.ts';
import { matchFailurePolicy } from './pod-failure-policy.ts';

/** Milliseconds after the first failure until the next pod; doubled with each, up to the second (pkg/controller/job). */
const firstBackOff = 10_000;
const lastBackOff = 600_000;
/** Pods that one reconciliation creates at most. */
const burst = 500;
/** Milliseconds that changes of pods are collected (SyncJobBatchPeriod). */
const batchPeriod = 1000;

interface BackOff {
  failures: number;
  /** Milliseconds since 1970. */
  lastFailure: number;
}

export function jobController(): Controller {
  return {
    name: 'job-controller',
    start(context) {
      const { client, clock } = context;
      const backOffs = new Map<string, BackOff>();
      const queue = new Reconciler(clock, (key) => reconcile(key, context, dependents.orphans, queue, backOffs));
      const dependents = watchDependents(client, {
        dependent: 'v1 Pod',
        owner: 'batch/v1 Job',
        selectorOf: (job) => jobSpec(job).selector,
        enqueue: (key, { type }) => (type === 'ADDED' ? queue.add(key) : queue.addSoon(key, batchPeriod)),
      });
      client.watch('batch/v1 Job', ({ object, type }) => {
        if (type === 'DELETED') backOffs.delete(object.metadata.uid);
        else queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
      // Pods of a Job that is gone would keep their finalizer for ever.
      client.watch('v1 Pod', ({ object, type }) => {
        const owner = object.metadata.ownerReferences?.find(
          ({ kind, controller }) => kind === 'Job' && controller === true,
        );
        if (type === 'DELETED' || owner === undefined || !isTracked(object) || !isTerminating(object)) return;
        const job = client.get('batch/v1 Job', object.metadata.namespace, owner.name);
        if (job?.metadata.uid !== owner.uid || isFinished(job))
          strays.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
      const strays = new Reconciler(clock, (key) => {
        const pod = client.get('v1 Pod', ...namesOf(key));
        if (pod === undefined || !isTracked(pod)) return;
        const finalizers = (pod.metadata.finalizers ?? []).filter((finalizer) => finalizer !== trackingFinalizer);
        client.update({ ...pod, metadata: { ...pod.metadata, finalizers } });
      });
    },
  };
}

function reconcile(
  key: string,
  context: ControllerContext,
  orphans: (namespace: string) => Iterable<StoredObject>,
  queue: Reconciler,
  backOffs: Map<string, BackOff>,
): void {
  const { client, clock } = context;
  const job = client.get('batch/v1 Job', ...namesOf(key));
  if (job === undefined || isFinished(job)) return;
  const { managedBy, selector } = jobSpec(job);
  if (managedBy !== undefined && managedBy !== 'kubernetes.io/job-controller') return;
  const pods = claim(client, job, selector, controlledBy(client, job, 'Pod'), orphans(job.metadata.namespace ?? ''));
  const sync = new JobSync(context, job, pods);
  const status: JobStatus = { ...jobStatus(job) };
  if (status.startTime === undefined && sync.spec.suspend !== true) status.startTime = clock.timestamp();
  const backOff = nextBackOff(backOffs.get(job.metadata.uid), sync);
  backOffs.set(job.metadata.uid, backOff);
  const deadline = deadlineOf(sync.spec, status);
  let finishing = finishingOf(sync, deadline);
  if (finishing === undefined && deadline !== undefined) queue.addAfter(key, deadline - clock.now());
  if (finishing !== undefined) sync.delete(sync.active, true);
  else {
    if (!isTerminating(job)) manage(sync, backOff, (wait) => queue.addAfter(key, wait));
    finishing = completed(sync) ?? finishing;
    if (finishing === undefined && !isTerminating(job)) noteSuspension(sync, status);
  }
  status.active = sync.activeCount;
  status.ready = sync.active.filter(isPodReady).length - sync.deletedReady;
  status.terminating = sync.terminating;
  sync.track(status, finishing, delayedPods(sync));
  if (sync.refusal !== undefined) throw sync.refusal;
}

function nextBackOff(known: BackOff | undefined, { newlySucceeded, newlyFailed }: JobSync): BackOff {
  const ends = [...newlySucceeded, ...newlyFailed].sort((one, other) => finishedAt(one) - finishedAt(other));
  return ends.reduce<BackOff>(
    ({ failures }, pod) =>
      phaseOf(pod) === 'Succeeded'
        ? { failures: 0, lastFailure: 0 }
        : { failures: failures + 1, lastFailure: finishedAt(pod) },
    known ?? { failures: 0, lastFailure: 0 },
  );
}

const deadlineOf = ({ activeDeadlineSeconds, suspend }: JobSpec, { startTime }: JobStatus) =>
  activeDeadlineSeconds === undefined || startTime === undefined || suspend === true
    ? undefined
    : Date.parse(startTime) + activeDeadlineSeconds * 1000;

/** The condition that ends the Job, in the order in which pkg/controller/job looks for it. */
function finishingOf(sync: JobSync, deadline: number | undefined): JobCondition | undefined {
  const { job, spec, pods, failedIndexes } = sync;
  const target = jobCondition(job, 'SuccessCriteriaMet') ?? jobCondition(job, 'FailureTarget');
  if (target !== undefined) return target;
  const fail = (reason: string, message: string) => sync.condition('FailureTarget', reason, message);
  for (const pod of pods) {
    if (!isPodFailed(pod, spec)) continue;
    const { action, message } = matchFailurePolicy(spec.podFailurePolicy, pod);
    if (action === 'FailJob' && message !== undefined) return fail('PodFailurePolicy', message);
  }
  const limit = spec.backoffLimit ?? 6;
  if (sync.failed > limit || hasRestartedTooOften(sync, limit))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (deadline !== undefined && deadline <= sync.context.clock.now())
    return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  if (failedIndexes !== undefined && failedIndexes.size > 0) {
    if (spec.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes)
      return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
    if (failedIndexes.size + sync.succeededIndexes.size >= (spec.completions ?? 0))
      return fail('FailedIndexes', 'Job has failed indexes');
  }
  const rule = successRule(sync);
  return rule === undefined
    ? undefined
    : sync.condition('SuccessCriteriaMet', 'SuccessPolicy', `Matched rules at index ${rule}`);
}

function hasRestartedTooOften({ spec, pods }: JobSync, limit: number): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter((pod) => phaseOf(pod) === 'Running' || phaseOf(pod) === 'Pending')
    .flatMap((pod) => [...(podStatus(pod).initContainerStatuses ?? []), ...(podStatus(pod).containerStatuses ?? [])])
    .reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function successRule({ isIndexed, spec, succeededIndexes }: JobSync): number | undefined {
  if (!isIndexed || succeededIndexes.size === 0) return undefined;
  const index = (spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes: text, succeededCount }) => {
    if (text === undefined) return succeededCount !== undefined && succeededIndexes.size >= succeededCount;
    const wanted = parseIndexes(text, spec.completions ?? 0);
    const met = [...wanted].filter((one) => succeededIndexes.has(one)).length;
    return wanted.size > 0 && (met === wanted.size || (succeededCount !== undefined && met >= succeededCount));
  });
  return index === -1 ? undefined : index;
}

function completed(sync: JobSync): JobCondition | undefined {
  const { completions } = sync.spec;
  const isComplete =
    sync.activeCount === 0 && (completions === undefined ? sync.succeeded > 0 : sync.succeeded >= completions);
  return isComplete
    ? sync.condition('SuccessCriteriaMet', 'CompletionsReached', 'Reached expected number of succeeded pods')
    : undefined;
}

/** Creates and deletes pods so that as many are active as are wanted. */
function manage(sync: JobSync, backOff: BackOff, again: (milliseconds: number) => void): void {
  const { spec, active } = sync;
  if (spec.suspend === true) return sync.delete(active, false);
  const parallelism = spec.parallelism ?? 1;
  const wanted =
    spec.completions === undefined
      ? sync.succeeded > 0
        ? active.length
        : parallelism
      : Math.max(0, Math.min(parallelism, spec.completions - sync.succeeded));
  const doomed = podsForRemoval(sync, active.length - wanted);
  if (doomed.length > 0) return sync.delete(doomed.slice(0, burst), false);
  const missing = Math.min(burst, wanted - active.length - (onlyReplacesFailed(spec) ? sync.terminating : 0));
  if (missing <= 0) return;
  if (spec.backoffLimitPerIndex === undefined) {
    const wait = waitAfter(backOff.failures, backOff.lastFailure) - sync.context.clock.now();
    if (wait > 0) return again(wait);
  }
  createPods(sync, missing, again);
}

/** Milliseconds since 1970 until which no new pod is made. */
const waitAfter = (failures: number, lastFailure: number) =>
  failures === 0 ? 0 : lastFailure + Math.min(lastBackOff, firstBackOff * 2 ** Math.min(failures - 1, 20));

function podsForRemoval({ isIndexed, active, spec }: JobSync, atLeast: number): StoredObject[] {
  const seen = new Set<number>();
  const isExtra = (pod: StoredObject) => {
    const index = indexOf(pod, spec);
    if (index === undefined || seen.has(index)) return true;
    seen.add(index);
    return false;
  };
  const extra = isIndexed ? active.filter(isExtra) : [];
  if (extra.length >= atLeast) return extra;
  const others = active.filter((pod) => !extra.includes(pod));
  return [...extra, ...byDeletionOrder(others, []).slice(0, atLeast - extra.length)];
}

function createPods(sync: JobSync, count: number, again: (milliseconds: number) => void): void {
  const { job, spec, active, context } = sync;
  const template = {
    ...spec.template,
    metadata: {
      ...spec.template.metadata,
      finalizers: [...(spec.template.metadata?.finalizers ?? []), trackingFinalizer],
    },
  };
  const taken = new Set(active.flatMap((pod) => indexOf(pod, spec) ?? []));
  const indexes = sync.isIndexed
    ? missingIndexes(count, spec.completions ?? 0, taken, sync.succeededIndexes, sync.failedIndexes ?? new Set())
    : undefined;
  const due = indexes?.filter((index) => isIndexDue(sync, index, again));
  sync.refusal = slowStart(due?.length ?? count, (position) => {
    const index = due?.[position];
    const pod =
      index === undefined
        ? podFromTemplate(job, template)
        : podFromTemplate(job, indexedTemplate(job, template, index, failuresFor(sync, index)));
    const metadata =
      index === undefined ? pod.metadata : { ...pod.metadata, generateName: `${job.metadata.name}-${index}-` };
    try {
      createPod(context.client, job, { ...pod, metadata });
      sync.created += 1;
    } catch (error) {
      if (!(error instanceof StatusError) || !isNamespaceEnding(error)) throw error;
    }
  });
}

const lastFailureOf = ({ pods, spec }: JobSync, index: number) =>
  pods
    .filter((pod) => isTracked(pod) && isPodFailed(pod, spec) && indexOf(pod, spec) === index)
    .sort((one, other) => finishedAt(other) - finishedAt(one))[0];

function failuresFor(sync: JobSync, index: number): { counted: number; ignored: number } | undefined {
  if (sync.spec.backoffLimitPerIndex === undefined) return undefined;
  const last = lastFailureOf(sync, index);
  if (last === undefined) return { counted: 0, ignored: 0 };
  const isIgnored = matchFailurePolicy(sync.spec.podFailurePolicy, last).action === 'Ignore';
  return {
    counted: failuresOfIndex(last) + (isIgnored ? 0 : 1),
    ignored: ignoredFailuresOfIndex(last) + (isIgnored ? 1 : 0),
  };
}

function isIndexDue(sync: JobSync, index: number, again: (milliseconds: number) => void): boolean {
  const last = sync.spec.backoffLimitPerIndex === undefined ? undefined : lastFailureOf(sync, index);
  if (last === undefined) return true;
  const wait =
    waitAfter(failuresOfIndex(last) + ignoredFailuresOfIndex(last) + 1, finishedAt(last)) - sync.context.clock.now();
  if (wait > 0) again(wait);
  return wait <= 0;
}

/** With a limit per index, the last failed pod of an index stays until its successor is there: it carries the count. */
function delayedPods(sync: JobSync): ReadonlySet<string> {
  if (sync.spec.backoffLimitPerIndex === undefined) return new Set();
  const running = new Set(sync.active.flatMap((pod) => indexOf(pod, sync.spec) ?? []));
  const open = missingIndexes(
    Infinity,
    sync.spec.completions ?? 0,
    running,
    sync.succeededIndexes,
    sync.failedIndexes ?? new Set(),
  );
  return new Set(open.flatMap((index) => lastFailureOf(sync, index)?.metadata.uid ?? []));
}

function noteSuspension(sync: JobSync, status: JobStatus): void {
  const isSuspended = sync.spec.suspend === true;
  const known = status.conditions?.find(({ type }) => type === 'Suspended');
  if (known === undefined ? !isSuspended : (known.status === 'True') === isSuspended) return;
  const condition = isSuspended
    ? sync.condition('Suspended', 'JobSuspended', 'Job suspended')
    : sync.condition('Suspended', 'JobResumed', 'Job resumed', 'False');
  status.conditions = [...(status.conditions ?? []).filter(({ type }) => type !== 'Suspended'), condition];
  if (!isSuspended) status.startTime = sync.context.clock.timestamp();
  sync.context.client.event(sync.job, {
    type: 'Normal',
    reason: isSuspended ? 'Suspended' : 'Resumed',
    message: condition.message,
  });
}
