import type { StoredObject } from '../../objects.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { claim, controlledBy, watchDependents } from '../owners.ts';
import { isPodReady, isTerminating, phaseOf, podStatus } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { parseIndexes } from './indexes.ts';
import { delayedPods, managePods, type BackOff } from './job-pods.ts';
import { JobSync } from './job-sync.ts';
import {
  finishedAt,
  isFinished,
  isPodFailed,
  isTracked,
  jobCondition,
  jobSpec,
  jobStatus,
  trackingFinalizer,
  type JobCondition,
  type JobSpec,
  type JobStatus,
} from './job-view.ts';
import { matchFailurePolicy } from './pod-failure-policy.ts';

/** Milliseconds that changes of pods are collected (SyncJobBatchPeriod). */
const batchPeriod = 1000;

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
    if (!isTerminating(job)) managePods(sync, backOff, (wait) => queue.addAfter(key, wait));
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
