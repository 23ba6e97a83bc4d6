import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { condition, isFalse, isTrue, notObserved } from './conditions.ts';
import { failed, ready, waitingFor, type RolloutStatus } from './status.ts';
import { elapsed, instant } from './times.ts';

/** Milliseconds that an operator has to say something about a new object. */
const statusGrace = 30_000;

/** Words of conditions that say done, the most telling first: kubedog, pkg/tracker/generic. */
const doneConditions = ['Ready', 'Succeeded', 'Complete', 'Completed', 'Available', 'Healthy', 'Established', 'Done'];
const phaseFields = ['phase', 'state', 'status', 'health'];
const donePhases =
  /^(ready|active|running|bound|available|healthy|succeeded|success|complete[d]?|done|deployed|synced|valid|ok)$/i;
const failedPhases = /^(failed|failure|error|errored|invalid|lost|unhealthy|degraded)$/i;

/**
 * Any kind without a rule of its own, also ones that we have never heard of: the conditions `Stalled` and `Reconciling`
 * (kstatus), then the usual words of readiness, then `status.phase` and its like. A kind of Kubernetes itself without a
 * status has nothing to become; of an operator's kind without one nobody knows.
 */
export function anyKind(object: KubernetesObject, _snapshot: Snapshot, now: number): RolloutStatus {
  const status = object['status'] as Record<string, unknown> | undefined;
  if (status === undefined || Object.keys(status).length === 0) return withoutStatus(object, now);
  const behind = notObserved(object, now);
  if (behind !== undefined) return behind;
  const halted = condition(object, 'Stalled');
  if (isTrue(halted)) return failed(halted?.reason ?? 'stalled', halted?.message ?? 'its controller gave up');
  const busy = condition(object, 'Reconciling');
  if (isTrue(busy)) return waitingFor(busy?.message ?? 'its controller');
  return byCondition(object) ?? byPhase(status) ?? ready();
}

function byCondition(object: KubernetesObject): RolloutStatus | undefined {
  for (const type of doneConditions) {
    const found = condition(object, type);
    if (found === undefined) continue;
    if (isTrue(found)) return ready();
    const why = found.message ?? found.reason;
    return waitingFor(isFalse(found) && why ? `condition ${type}: ${why}` : `condition ${type}`);
  }
  return undefined;
}

function byPhase(status: Record<string, unknown>): RolloutStatus | undefined {
  for (const field of phaseFields) {
    const value = status[field];
    if (typeof value !== 'string' || value === '') continue;
    if (donePhases.test(value)) return ready();
    if (failedPhases.test(value)) return failed('reported-failed', `its ${field} is ${value}`);
    return waitingFor(`its ${field}, now ${value}`);
  }
  return undefined;
}

function withoutStatus(object: KubernetesObject, now: number): RolloutStatus {
  if (isOfKubernetes(object.apiVersion)) return ready();
  const age = elapsed(instant(object.metadata.creationTimestamp), now);
  const what = 'its operator to report a status';
  return age > statusGrace ? { state: 'unknown', waitingFor: what } : waitingFor(what);
}

/** `v1`, `apps/v1`, `rbac.authorization.k8s.io/v1`: groups without a domain, or of k8s.io itself. */
function isOfKubernetes(apiVersion: string): boolean {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined || !group.includes('.') || group.endsWith('.k8s.io');
}
