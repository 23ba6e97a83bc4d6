import type { KubernetesObject } from '../objects.ts';
import { sanitiseLine } from '../../secrets/sanitise.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { eventsOf, newest } from './events.ts';
import { podsWithClaim } from './pods.ts';
import type { Pod } from './shapes.ts';
import { failed, ready, waitingFor, type RolloutStatus } from './status.ts';

/**
 * Bound is ready. A class that binds when the first pod is scheduled leaves a claim without a pod pending for good, and
 * that is as ready as it can be (Kubernetes documentation, "Volume Binding Mode").
 */
export function persistentVolumeClaim(claim: KubernetesObject, snapshot: Snapshot): RolloutStatus {
  const phase = claim['status']?.phase as string | undefined;
  if (phase === 'Bound') return ready();
  if (phase === 'Lost') return failed('volume-lost', 'its volume is gone');
  const waitsForPod = bindsOnFirstUse(claim, snapshot) && podsWithClaim(claim.metadata.name, snapshot).length === 0;
  return waitsForPod ? ready() : waitingFor(claimWait(claim, snapshot) ?? 'a volume');
}

/** What a claim waits for; undefined: it has its volume. */
export function claimWait(claim: KubernetesObject, snapshot: Snapshot): string | undefined {
  if (claim['status']?.phase === 'Bound') return undefined;
  const name = `volume claim ${claim.metadata.name}`;
  if (claim['status']?.phase === 'Lost') return `${name}: its volume is gone`;
  const said = newest(eventsOf(snapshot, claim), ['FailedBinding', 'ProvisioningFailed']);
  if (said !== undefined) return `${name}: ${sanitiseLine(said.message ?? 'no volume')}`;
  if (claim.metadata.annotations?.[selectedNode] !== undefined) return `${name}: waiting for the disk to be made`;
  if (bindsOnFirstUse(claim, snapshot)) return `${name}: waiting for first consumer`;
  const provisioner = storageClassOf(claim, snapshot)?.['provisioner'] as string | undefined;
  return `${name}: waiting for ${provisioner ?? 'a volume'}`;
}

// Set by the scheduler once it chose a node: from then on it is the provisioner's turn.
const selectedNode = 'volume.kubernetes.io/selected-node';
const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/** The class that a claim names, or the default one; `''` names none. */
export function storageClassOf(claim: KubernetesObject, snapshot: Snapshot): KubernetesObject | undefined {
  const name = claim['spec']?.storageClassName as string | null | undefined;
  if (typeof name === 'string') return snapshot.find('StorageClass', name);
  return snapshot.objects('StorageClass').find(({ metadata }) => metadata.annotations?.[defaultClass] === 'true');
}

/** By its class, or, where classes may not be read, by what the volume controller said. */
function bindsOnFirstUse(claim: KubernetesObject, snapshot: Snapshot): boolean {
  const mode = storageClassOf(claim, snapshot)?.['volumeBindingMode'] as string | undefined;
  if (mode !== undefined) return mode === 'WaitForFirstConsumer';
  return newest(eventsOf(snapshot, claim), ['WaitForFirstConsumer']) !== undefined;
}

export function claimsOf(pod: Pod, snapshot: Snapshot): KubernetesObject[] {
  return (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim: volume }) => {
    const claim = volume === undefined ? undefined : snapshot.find('PersistentVolumeClaim', volume.claimName);
    return claim === undefined ? [] : [claim];
  });
}
