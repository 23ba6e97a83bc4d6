import type { KubernetesObject } from '../objects.ts';
import { condition, isFalse, isTrue } from './conditions.ts';
import { failed, ready, waitingFor, type RolloutStatus } from './status.ts';

/** Established; discovery may lag behind by moments, so whoever creates the first object of the kind tries again. */
export function customResourceDefinition(object: KubernetesObject): RolloutStatus {
  const names = condition(object, 'NamesAccepted');
  if (isFalse(names)) return failed('names-not-accepted', names?.message ?? 'another kind has its names');
  return isTrue(condition(object, 'Established')) ? ready() : waitingFor('the API server to serve it');
}
