import type { Reader } from '../controllers/client.ts';
import { keyOf } from '../controllers/controller.ts';
import type { StoredObject } from '../objects.ts';
import { matchesSelector, type LabelSelector } from '../store/selectors.ts';
import { StatusError } from './status-error.ts';

interface BudgetStatus {
  disruptionsAllowed?: number;
  currentHealthy?: number;
  desiredHealthy?: number;
  observedGeneration?: number;
}

/**
 * The PodDisruptionBudget that an eviction takes one disruption from; undefined when none covers the pod. Throws as
 * pkg/registry/core/pod/storage/eviction.go does when the eviction is not allowed.
 */
export function budgetFor(pod: StoredObject, reader: Reader): StoredObject | undefined {
  const { namespace } = pod.metadata;
  const budgets = reader
    .list('policy/v1 PodDisruptionBudget', namespace === undefined ? {} : { namespace })
    .filter((budget) => selects(budget, pod));
  if (budgets.length > 1)
    throw new StatusError(
      500,
      'InternalError',
      `This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.`,
    );
  const [budget] = budgets;
  if (budget === undefined) return undefined;
  const status = (budget['status'] ?? {}) as BudgetStatus;
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0))
    throw refused(budget, 'is still being processed by the server.', 10);
  if ((status.disruptionsAllowed ?? 0) > 0) return budget;
  throw refused(
    budget,
    `needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
    0,
  );
}

function refused(budget: StoredObject, why: string, retryAfterSeconds: number): StatusError {
  return new StatusError(429, 'TooManyRequests', `Cannot evict pod as it would violate the pod's disruption budget.`, {
    causes: [
      { reason: 'DisruptionBudget', message: `The disruption budget ${keyOf(budget).split('/').at(-1) ?? ''} ${why}` },
    ],
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  });
}

function selects(budget: StoredObject, pod: StoredObject): boolean {
  const selector = (budget['spec'] as { selector?: LabelSelector } | undefined)?.selector;
  return selector !== undefined && matchesSelector(selector, pod.metadata.labels ?? {});
}
