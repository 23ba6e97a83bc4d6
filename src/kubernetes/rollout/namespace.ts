import type { KubernetesObject } from '../objects.ts';
import { ready, waitingFor, type RolloutStatus } from './status.ts';

export function namespace(object: KubernetesObject): RolloutStatus {
  return object['status']?.phase === 'Active' ? ready() : waitingFor('it to become active');
}
