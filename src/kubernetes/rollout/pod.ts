import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { condition, isTrue } from './conditions.ts';
import { podSummary } from './pod-phase.ts';
import type { Pod } from './shapes.ts';
import { failed, ready, waitingFor, type RolloutStatus } from './status.ts';

/** A pod that shall stay is ready by its condition, one that shall end (`restartPolicy` Never, OnFailure) by success. */
export function pod(object: KubernetesObject, snapshot: Snapshot, now: number): RolloutStatus {
  const { spec, status } = object as Pod;
  if (status?.phase === 'Succeeded') return ready();
  if (status?.phase === 'Failed') return failed(status.reason ?? 'pod-failed', status.message ?? 'it has failed');
  const endsByItself = spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure';
  if (!endsByItself && isTrue(condition(object, 'Ready'))) return ready();
  const { phase, text } = podSummary(object as Pod, snapshot, now);
  return waitingFor(phase === 'ready' ? 'it to end' : text);
}
