import type { KubernetesObject } from '../objects.ts';
import { condition, counted, isTrue } from './conditions.ts';
import { failed, ready, stalled, waitingFor, type RolloutStatus } from './status.ts';

interface JobSpec {
  completions?: number | null;
  backoffLimit?: number;
  suspend?: boolean;
}

/**
 * Ready is complete, not started (Kubernetes documentation, "Jobs"). `FailureTarget` comes before `Failed`, while the last
 * pods still end, and is as final.
 */
export function job(object: KubernetesObject): RolloutStatus {
  const spec = object['spec'] as JobSpec;
  const { succeeded = 0, failed: failures = 0 } = (object['status'] ?? {}) as { succeeded?: number; failed?: number };
  // A work queue has no number of completions: one success, then the rest ends.
  const wanted = spec.completions ?? 1;
  const count = (status: RolloutStatus): RolloutStatus => counted(status, Math.min(succeeded, wanted), wanted);

  if (isTrue(condition(object, 'Complete'))) return ready();
  const end = [condition(object, 'Failed'), condition(object, 'FailureTarget')].find(isTrue);
  if (end !== undefined) return count(failed(reasons[end.reason ?? ''] ?? 'job-failed', 'it has failed for good'));
  if (spec.suspend === true) return count(stalled('paused', 'somebody to resume it (spec.suspend)'));
  if (isTrue(condition(object, 'SuccessCriteriaMet'))) return count(waitingFor('its last pods to end'));
  if (failures > 0) {
    const attempt = `attempt ${failures + 1} of ${(spec.backoffLimit ?? 6) + 1}`;
    return count(waitingFor(`it to complete (${attempt})`));
  }
  return count(waitingFor('it to complete'));
}

/** Reasons of the condition `Failed` that are a limit of ours, not the program's doing. */
const reasons: Record<string, string> = { DeadlineExceeded: 'deadline-exceeded' };
