import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { podPhases, podSummary, type PodSummary } from './pod-phase.ts';
import { claimWait, claimsOf } from './persistent-volume-claim.ts';
import { podsOf } from './pods.ts';
import type { Pod } from './shapes.ts';

/** One line that says what a rollout waits for at the level of pods; undefined when pods have nothing to say. */
export function waitingDetail(object: KubernetesObject, snapshot: Snapshot, now: number): string | undefined {
  const at = snapshot.staleSince ?? now;
  if (object.kind === 'PersistentVolumeClaim') return claimWait(object, snapshot);
  const pods = podsOf(object, snapshot);
  const worst = pods
    .map((pod) => ({ pod, summary: podSummary(pod, snapshot, at) }))
    .filter(({ summary }) => !['ready', 'done', 'stopping'].includes(summary.phase))
    .sort((a, b) => severity(a.summary) - severity(b.summary))[0];
  if (worst === undefined) return undefined;
  return claimOf(worst.pod, worst.summary, snapshot) ?? worst.summary.text;
}

const severity = ({ phase }: PodSummary): number => podPhases.indexOf(phase);

/** A pod that cannot be placed because of a claim says less than the claim itself. */
function claimOf(pod: Pod, { phase, text }: PodSummary, snapshot: Snapshot): string | undefined {
  const isAboutClaims = phase === 'attaching' || phase === 'queued' || /persistentvolume|volume/i.test(text);
  if (!isAboutClaims) return undefined;
  for (const claim of claimsOf(pod, snapshot)) {
    const wait = claimWait(claim, snapshot);
    if (wait !== undefined) return wait;
  }
  return undefined;
}
