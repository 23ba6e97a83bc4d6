import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { createPod, isNamespaceEnding, podFromTemplate, slowStart } from '../pod-control.ts';
import { byDeletionOrder } from '../workloads/deletion-order.ts';
import { missingIndexes } from './indexes.ts';
import type { JobSync } from './job-sync.ts';
import {
  failuresOfIndex,
  finishedAt,
  ignoredFailuresOfIndex,
  indexedTemplate,
  indexOf,
  isPodFailed,
  isTracked,
  onlyReplacesFailed,
  trackingFinalizer,
} from './job-view.ts';
import { matchFailurePolicy } from './pod-failure-policy.ts';

/** Milliseconds after the first failure until the next pod; doubled with each, up to the second (pkg/controller/job). */
const firstBackOff = 10_000;
const lastBackOff = 600_000;
/** Pods that one reconciliation creates at most. */
const burst = 500;

/** Failures in a row, which make the next pod wait. */
export interface BackOff {
  failures: number;
  /** Milliseconds since 1970. */
  lastFailure: number;
}

/** Creates and deletes pods so that as many are active as are wanted. */
export function managePods(sync: JobSync, backOff: BackOff, again: (milliseconds: number) => void): void {
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
export function delayedPods(sync: JobSync): ReadonlySet<string> {
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
