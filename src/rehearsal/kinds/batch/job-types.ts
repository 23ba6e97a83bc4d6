import type { PodTemplate } from '../pod/types.ts';
import type { LabelSelector } from '../selectors.ts';
import type { FailurePolicy, SuccessPolicy } from './job-policies.ts';

/** `batch.v1.JobSpec`, as far as its rules look at it. */
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
