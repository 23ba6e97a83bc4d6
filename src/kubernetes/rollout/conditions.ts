import type { KubernetesObject } from '../objects.ts';
import { stalled, waitingFor, type RolloutStatus } from './status.ts';
import type { Condition } from './shapes.ts';
import { elapsed, instant } from './times.ts';

/** A condition, unless it speaks of an older generation (Gateway API, cert-manager and Keycloak mark each with its own). */
export function condition(object: KubernetesObject, type: string): Condition | undefined {
  return conditions(object).find((one) => one.type === type);
}

function conditions(object: KubernetesObject): Condition[] {
  const generation = object.metadata.generation ?? 0;
  const all = (object['status']?.conditions ?? []) as Condition[];
  return all.filter(({ observedGeneration = generation }) => observedGeneration >= generation);
}

export function isTrue(one: Condition | undefined): boolean {
  return one?.status === 'True' || one?.status === true;
}

export function isFalse(one: Condition | undefined): boolean {
  return one?.status === 'False' || one?.status === false;
}

/** Milliseconds after which a controller that has not looked at an object is suspected not to run. */
const controllerGrace = 15_000;

/**
 * The status is of an older wish as long as `observedGeneration` is behind (kstatus); `always`: kinds whose controller
 * always writes it, so that a missing one means not seen yet.
 */
export function notObserved(
  object: KubernetesObject,
  now: number,
  { always = false }: { always?: boolean } = {},
): RolloutStatus | undefined {
  const { generation = 0, creationTimestamp } = object.metadata;
  const observed = object['status']?.observedGeneration as number | undefined;
  if (observed === undefined ? !always : observed >= generation) return undefined;
  const what = 'its controller to see the change';
  // Only a first generation tells when it was wished: the creation.
  const isOverdue = generation <= 1 && elapsed(instant(creationTimestamp), now) > controllerGrace;
  return isOverdue ? stalled('not-observed', what) : waitingFor(what);
}

/** A status with the numbers behind it. */
export function counted(status: RolloutStatus, ready: number, wanted: number): RolloutStatus {
  return status.state === 'ready' || status.state === 'unknown' ? status : { ...status, ready, wanted };
}
