import type { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { ControllerContext } from '../controller.ts';
import { deletePod } from '../pod-control.ts';
import { isPodActive, isPodReady, isPodTerminal, isTerminating, phaseOf } from '../pods.ts';
import { formatIndexes, parseIndexes } from './indexes.ts';
import {
  failuresOfIndex,
  indexOf,
  isPodFailed,
  isTracked,
  jobSpec,
  jobStatus,
  trackingFinalizer,
  type JobCondition,
  type JobSpec,
  type JobStatus,
} from './job-view.ts';
import { matchFailurePolicy } from './pod-failure-policy.ts';

/** Pods whose end is counted in one write at most (pkg/controller/job, MaxUncountedPods). */
const mostUncounted = 500;

/** A Job with its pods, as one reconciliation sees and changes them. */
export class JobSync {
  job: StoredObject;
  readonly spec: JobSpec;
  readonly pods: readonly StoredObject[];
  readonly active: readonly StoredObject[];
  readonly context: ControllerContext;
  readonly isIndexed: boolean;
  readonly succeededBefore: ReadonlySet<number>;
  succeededIndexes: Set<number>;
  readonly failedIndexes: Set<number> | undefined;
  readonly uncounted: { succeeded: string[]; failed: string[] };
  readonly newlySucceeded: readonly StoredObject[];
  readonly newlyFailed: readonly StoredObject[];
  /** Of those that were active, the ones that were just deleted. */
  deleted = 0;
  deletedReady = 0;
  created = 0;
  refusal: StatusError | undefined;

  constructor(context: ControllerContext, job: StoredObject, pods: readonly StoredObject[]) {
    this.context = context;
    this.job = job;
    this.spec = jobSpec(job);
    this.pods = pods;
    this.active = pods.filter(isPodActive);
    this.isIndexed = this.spec.completionMode === 'Indexed';
    const { uncountedTerminatedPods, completedIndexes } = jobStatus(job);
    this.uncounted = {
      succeeded: [...(uncountedTerminatedPods?.succeeded ?? [])],
      failed: [...(uncountedTerminatedPods?.failed ?? [])],
    };
    const isNew = (pod: StoredObject, known: readonly string[]) =>
      isTracked(pod) && !known.includes(pod.metadata.uid) && (!this.isIndexed || indexOf(pod, this.spec) !== undefined);
    this.newlySucceeded = pods.filter((pod) => isNew(pod, this.uncounted.succeeded) && phaseOf(pod) === 'Succeeded');
    this.newlyFailed = pods.filter((pod) => isNew(pod, this.uncounted.failed) && isPodFailed(pod, this.spec));
    this.succeededBefore = parseIndexes(completedIndexes, this.spec.completions ?? 0);
    this.succeededIndexes = new Set([
      ...this.succeededBefore,
      ...this.newlySucceeded.flatMap((pod) => indexOf(pod, this.spec) ?? []),
    ]);
    this.failedIndexes = this.#failedIndexes();
  }

  get succeeded(): number {
    if (this.isIndexed) return this.succeededIndexes.size;
    return (jobStatus(this.job).succeeded ?? 0) + this.newlySucceeded.length + this.uncounted.succeeded.length;
  }

  get failed(): number {
    const counted = this.newlyFailed.filter((pod) => this.#isCounted(pod)).length;
    return (jobStatus(this.job).failed ?? 0) + counted + this.uncounted.failed.length;
  }

  get activeCount(): number {
    return this.active.length - this.deleted + this.created;
  }

  get terminating(): number {
    return this.pods.filter((pod) => isTerminating(pod) && !isPodTerminal(pod)).length + this.deleted;
  }

  delete(pods: readonly StoredObject[], keepsFinalizer: boolean): void {
    for (const pod of pods) {
      deletePod(this.context.client, this.job, keepsFinalizer ? pod : this.#untracked(pod));
      this.deleted += 1;
      if (isPodReady(pod)) this.deletedReady += 1;
    }
  }

  condition(type: string, reason: string, message: string, status: 'True' | 'False' = 'True'): JobCondition {
    const time = this.context.clock.timestamp();
    return { type, status, reason, message, lastProbeTime: time, lastTransitionTime: time };
  }

  /**
   * Writes what has ended, takes the finalizers off, counts it, and finishes the Job when nothing is left to be counted:
   * each a write of its own, so that no end is lost or counted twice (KEP-2307).
   */
  track(status: JobStatus, finishing: JobCondition | undefined, delayed: ReadonlySet<string>): void {
    const { conditions = [], ...rest } = status;
    const ended = this.#ended(finishing, delayed);
    let next: JobStatus = { ...rest, ...this.#indexCounts(), conditions: [...conditions] };
    let final = finishing;
    if (finishing?.type === 'FailureTarget' || finishing?.type === 'SuccessCriteriaMet') {
      if (!conditions.some(({ type }) => type === finishing.type)) next.conditions = [...conditions, finishing];
      final = this.condition(
        finishing.type === 'FailureTarget' ? 'Failed' : 'Complete',
        finishing.reason,
        finishing.message,
      );
    }
    this.#write(next);
    const gone = new Set(this.pods.filter((pod) => !isTracked(pod)).map(({ metadata }) => metadata.uid));
    for (const pod of ended) {
      this.#untracked(pod);
      gone.add(pod.metadata.uid);
    }
    const present = new Set(this.pods.map(({ metadata }) => metadata.uid));
    const isStill = (uid: string) => present.has(uid) && !gone.has(uid);
    const count = (field: 'succeeded' | 'failed') => {
      const left = this.uncounted[field].filter(isStill);
      next = { ...next, [field]: (next[field] ?? 0) + this.uncounted[field].length - left.length };
      this.uncounted[field] = left;
    };
    if (!this.isIndexed) count('succeeded');
    count('failed');
    const isDone =
      final !== undefined &&
      this.uncounted.succeeded.length + this.uncounted.failed.length === 0 &&
      (next.terminating ?? 0) === 0;
    if (isDone && final !== undefined) {
      next.conditions = [...(next.conditions ?? []), final];
      if (final.type === 'Complete') next.completionTime = final.lastTransitionTime;
    }
    this.#write(next);
    if (isDone && final !== undefined) this.#announce(final, next.succeeded ?? 0);
  }

  #announce({ type, reason, message }: JobCondition, succeeded: number): void {
    const { client } = this.context;
    if (type === 'Failed') return client.event(this.job, { type: 'Warning', reason, message });
    if (this.spec.completions !== undefined && succeeded > this.spec.completions)
      client.event(this.job, {
        type: 'Warning',
        reason: 'TooManySucceededPods',
        message: 'Too many succeeded pods running after completion count reached',
      });
    client.event(this.job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
  }

  /** Pods whose end is to be counted now; notes them as uncounted. */
  #ended(finishing: JobCondition | undefined, delayed: ReadonlySet<string>): StoredObject[] {
    const ended: StoredObject[] = [];
    for (const pod of this.pods) {
      if (!isTracked(pod) || this.uncounted.failed.length + this.uncounted.succeeded.length >= mostUncounted) continue;
      const { uid } = pod.metadata;
      const isFailed = isPodFailed(pod, this.spec);
      const isOver = isTerminating(this.job) || finishing !== undefined || phaseOf(pod) === 'Succeeded';
      if (!isOver && (!isFailed || delayed.has(uid))) continue;
      ended.push(pod);
      if (phaseOf(pod) === 'Succeeded' && !this.uncounted.failed.includes(uid)) {
        if (!this.isIndexed && !this.uncounted.succeeded.includes(uid)) this.uncounted.succeeded.push(uid);
      } else if (isFailed || (finishing !== undefined && finishing.type !== 'SuccessCriteriaMet')) {
        const counts = !this.isIndexed || indexOf(pod, this.spec) !== undefined;
        if (counts && this.#isCounted(pod) && !this.uncounted.failed.includes(uid)) this.uncounted.failed.push(uid);
      }
    }
    return ended;
  }

  #indexCounts(): JobStatus {
    if (!this.isIndexed) return {};
    return {
      succeeded: this.succeededIndexes.size,
      completedIndexes: formatIndexes(this.succeededIndexes),
      ...(this.failedIndexes === undefined ? {} : { failedIndexes: formatIndexes(this.failedIndexes) }),
    };
  }

  #isCounted(pod: StoredObject): boolean {
    return matchFailurePolicy(this.spec.podFailurePolicy, pod).action !== 'Ignore';
  }

  #failedIndexes(): Set<number> | undefined {
    const limit = this.spec.backoffLimitPerIndex;
    if (!this.isIndexed || limit === undefined) return undefined;
    const failed = this.pods.filter(
      (pod) =>
        isTracked(pod) &&
        isPodFailed(pod, this.spec) &&
        (matchFailurePolicy(this.spec.podFailurePolicy, pod).action === 'FailIndex' ||
          (this.#isCounted(pod) && failuresOfIndex(pod) >= limit)),
    );
    const known = parseIndexes(jobStatus(this.job).failedIndexes, this.spec.completions ?? 0);
    return new Set([...known, ...failed.flatMap((pod) => indexOf(pod, this.spec) ?? [])]);
  }

  #untracked(pod: StoredObject): StoredObject {
    const latest = this.context.client.get('v1 Pod', pod.metadata.namespace, pod.metadata.name);
    if (latest?.metadata.uid !== pod.metadata.uid || !isTracked(latest)) return pod;
    const { finalizers = [], ...metadata } = latest.metadata;
    const others = finalizers.filter((finalizer) => finalizer !== trackingFinalizer);
    return this.context.client.update({
      ...latest,
      metadata: { ...metadata, ...(others.length === 0 ? {} : { finalizers: others }) },
    });
  }

  #write(status: JobStatus): void {
    const { succeeded, failed } = this.uncounted;
    const written = asGo({
      ...status,
      uncountedTerminatedPods: {
        ...(succeeded.length === 0 ? {} : { succeeded: [...succeeded] }),
        ...(failed.length === 0 ? {} : { failed: [...failed] }),
      },
    });
    if (isEqual(written, this.job['status'])) return;
    this.job = this.context.client.updateStatus({ ...this.job, status: written });
  }
}

/** Without the fields that Go leaves out when they are empty. */
function asGo({ active, succeeded, failed, completedIndexes, conditions, ...rest }: JobStatus): JobStatus {
  return {
    ...rest,
    ...(active === undefined || active === 0 ? {} : { active }),
    ...(succeeded === undefined || succeeded === 0 ? {} : { succeeded }),
    ...(failed === undefined || failed === 0 ? {} : { failed }),
    ...(completedIndexes === undefined || completedIndexes === '' ? {} : { completedIndexes }),
    ...(conditions === undefined || conditions.length === 0 ? {} : { conditions }),
  };
}
