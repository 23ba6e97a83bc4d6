import type { StoredObject } from '../../objects.ts';
import type { LabelSelector } from '../../store/selectors.ts';
import { isTerminating, phaseOf, podStatus, type PodTemplate } from '../pods.ts';
import type { FailurePolicy } from './pod-failure-policy.ts';

export interface JobSpec {
  parallelism?: number;
  completions?: number;
  completionMode?: string;
  backoffLimit?: number;
  backoffLimitPerIndex?: number;
  maxFailedIndexes?: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  suspend?: boolean;
  selector: LabelSelector;
  template: PodTemplate;
  podFailurePolicy?: FailurePolicy;
  successPolicy?: { rules: { succeededIndexes?: string; succeededCount?: number }[] };
  podReplacementPolicy?: string;
  managedBy?: string;
}

export interface JobCondition {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
  lastProbeTime: string;
  lastTransitionTime: string;
}

export interface JobStatus {
  conditions?: JobCondition[];
  startTime?: string;
  completionTime?: string;
  active?: number;
  ready?: number;
  terminating?: number;
  succeeded?: number;
  failed?: number;
  completedIndexes?: string;
  failedIndexes?: string;
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
}

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
const indexAnnotation = 'batch.kubernetes.io/job-completion-index';
const failureCount = 'batch.kubernetes.io/job-index-failure-count';
const ignoredFailureCount = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const jobSpec = (job: StoredObject) => job['spec'] as JobSpec;
export const jobStatus = (job: StoredObject) => (job['status'] as JobStatus | undefined) ?? {};

export const jobCondition = (job: StoredObject, type: string) =>
  jobStatus(job).conditions?.find((condition) => condition.type === type && condition.status === 'True');

export const isFinished = (job: StoredObject) =>
  jobCondition(job, 'Complete') !== undefined || jobCondition(job, 'Failed') !== undefined;

export const isTracked = ({ metadata }: StoredObject) => metadata.finalizers?.includes(trackingFinalizer) ?? false;

export const onlyReplacesFailed = ({ podReplacementPolicy, podFailurePolicy }: JobSpec) =>
  podReplacementPolicy === 'Failed' || podFailurePolicy !== undefined;

/** Counts as a failed attempt: also a pod that is being deleted, unless only truly failed ones are replaced. */
export function isPodFailed(pod: StoredObject, spec: JobSpec): boolean {
  const phase = phaseOf(pod);
  if (phase === 'Failed') return true;
  return !onlyReplacesFailed(spec) && isTerminating(pod) && phase !== 'Succeeded';
}

/** The completion index of a pod; undefined when it has none or one that is not asked for. */
export function indexOf({ metadata }: StoredObject, { completions = 0 }: JobSpec): number | undefined {
  const text = metadata.annotations?.[indexAnnotation] ?? '';
  return /^\d+$/.test(text) && Number(text) < completions ? Number(text) : undefined;
}

export const failuresOfIndex = ({ metadata }: StoredObject) => Number(metadata.annotations?.[failureCount] ?? 0);
export const ignoredFailuresOfIndex = ({ metadata }: StoredObject) =>
  Number(metadata.annotations?.[ignoredFailureCount] ?? 0);

/** Milliseconds since 1970 at which the last container of a failed pod ended. */
export function finishedAt(pod: StoredObject): number {
  const ends = (podStatus(pod).containerStatuses ?? []).map(({ state }) =>
    Date.parse(state?.terminated?.finishedAt ?? ''),
  );
  const known = ends.filter((end) => !Number.isNaN(end));
  return known.length > 0
    ? Math.max(...known)
    : Date.parse(pod.metadata.deletionTimestamp ?? pod.metadata.creationTimestamp);
}

/** What is added to a pod for one index (pkg/controller/job/indexed_job_utils.go). */
export function indexedTemplate(
  job: StoredObject,
  template: PodTemplate,
  index: number,
  failures: { counted: number; ignored: number } | undefined,
): PodTemplate {
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexAnnotation}']` } },
  };
  const withVariable = <C extends { env?: object[] }>(container: C): C => ({
    ...container,
    env: [...(container.env ?? []), variable],
  });
  const { containers, initContainers, ...spec } = template.spec;
  return {
    metadata: {
      ...template.metadata,
      labels: { ...template.metadata?.labels, [indexAnnotation]: String(index) },
      annotations: {
        ...template.metadata?.annotations,
        [indexAnnotation]: String(index),
        ...(failures === undefined ? {} : { [failureCount]: String(failures.counted) }),
        ...(failures === undefined || failures.ignored === 0
          ? {}
          : { [ignoredFailureCount]: String(failures.ignored) }),
      },
    },
    spec: {
      ...spec,
      hostname: `${job.metadata.name}-${index}`,
      containers: containers.map(withVariable),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withVariable) }),
    },
  };
}
