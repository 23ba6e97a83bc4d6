import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { isTerminating, podSpec } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { matchingVolume, refersTo } from './matching.ts';
import {
  annotated,
  claimKind,
  claimSpec,
  ClaimUsers,
  classOf,
  isDelayed,
  keyFor,
  phaseOfStatus,
  storageClass,
  volumeAnnotations,
  volumeKind,
  volumeSpec,
  type ClaimStatus,
} from './volume-view.ts';

/** Milliseconds between two looks at a claim that waits (kube-controller-manager --pvclaimbinder-sync-period). */
const syncPeriod = 15_000;

/** Binds claims to volumes: pkg/controller/volume/persistentvolume. */
export function persistentVolumeBinder(): Controller {
  return {
    name: 'persistent-volume-binder',
    start(context) {
      const { client, clock } = context;
      const claims = new Reconciler(clock, (key) => syncClaim(key, context, { users, alone }, claims));
      const volumes = new Reconciler(clock, (key) => syncVolume(key, context));
      const users = new ClaimUsers(client, () => undefined);
      // Who makes a claim and its pod makes the claim first, and that is when it is looked at.
      const alone = new Set<string>();
      client.watch(claimKind, ({ object, type, before }) => {
        const isOnlyStatus =
          type === 'MODIFIED' &&
          before !== undefined &&
          isEqual(before['spec'], object['spec']) &&
          isEqual(before.metadata.annotations, object.metadata.annotations);
        if (type === 'ADDED' && users.of(keyFor(object)).length === 0) alone.add(keyFor(object));
        if (type === 'DELETED') alone.delete(keyFor(object));
        if (type !== 'DELETED' && !isOnlyStatus) claims.add(keyFor(object));
        const { volumeName } = claimSpec(object);
        if (volumeName !== undefined) volumes.add(volumeName);
      });
      client.watch(volumeKind, ({ object, type }) => {
        if (type !== 'DELETED') volumes.add(object.metadata.name);
        const { claimRef } = volumeSpec(object);
        if (claimRef !== undefined) claims.add(`${claimRef.namespace}/${claimRef.name}`);
        else if (type !== 'DELETED')
          for (const claim of client.list(claimKind)) if (phaseOfStatus(claim) !== 'Bound') claims.add(keyFor(claim));
      });
      client.watch('storage.k8s.io/v1 StorageClass', ({ object }) => {
        for (const claim of client.list(claimKind))
          if (classOf(claim) === object.metadata.name && phaseOfStatus(claim) !== 'Bound') claims.add(keyFor(claim));
      });
    },
  };
}

interface Users {
  users: ClaimUsers;
  /** Claims that no pod used when they were made, until they are looked at. */
  alone: Set<string>;
}

function syncClaim(
  key: string,
  { client, clock }: ControllerContext,
  { users, alone }: Users,
  queue: Reconciler,
): void {
  const wasAlone = alone.delete(key);
  const claim = client.get(claimKind, ...namesOf(key));
  if (claim === undefined || isTerminating(claim)) return;
  if (claim.metadata.annotations?.[volumeAnnotations.bindCompleted] !== undefined) return checkBound(client, claim);
  const { volumeName } = claimSpec(claim);
  if (volumeName === undefined || volumeName === '') {
    const found = storageClass(client, classOf(claim));
    const waits = isDelayed(found) && claim.metadata.annotations?.[volumeAnnotations.selectedNode] === undefined;
    const volume = matchingVolume(claim, client.list(volumeKind), isDelayed(found));
    if (volume !== undefined) return bind(client, clock.timestamp(), volume, claim);
    setPhase(client, claim, 'Pending');
    if (waits) tellWaiting(client, claim, wasAlone ? [] : users.of(key));
    else if (classOf(claim) !== '') provision(client, claim, found);
    else
      client.event(claim, {
        type: 'Normal',
        reason: 'FailedBinding',
        message: 'no persistent volumes available for this claim and no storage class is set',
      });
    return queue.addAfter(key, syncPeriod);
  }
  const volume = client.get(volumeKind, undefined, volumeName);
  if (volume !== undefined && (volumeSpec(volume).claimRef === undefined || refersTo(volume, claim)))
    return bind(client, clock.timestamp(), volume, claim);
  setPhase(client, claim, 'Pending');
  if (volume !== undefined) {
    client.event(claim, {
      type: 'Warning',
      reason: 'FailedBinding',
      message: `volume "${volumeName}" already bound to a different claim.`,
    });
  }
  queue.addAfter(key, syncPeriod);
}

function tellWaiting(client: Client, claim: StoredObject, pods: readonly StoredObject[]): void {
  const names = pods
    .filter((pod) => podSpec(pod).nodeName === undefined && !isTerminating(pod))
    .map(({ metadata }) => metadata.name);
  const [reason, message] =
    names.length === 0
      ? ['WaitForFirstConsumer', 'waiting for first consumer to be created before binding']
      : [
          'WaitForPodScheduled',
          `waiting for ${names.length === 1 ? 'pod' : 'pods'} ${names.join(',')} to be scheduled`,
        ];
  client.event(claim, { type: 'Normal', reason, message });
}

/** Leaves the claim to the provisioner of its class. */
function provision(client: Client, claim: StoredObject, found: StoredObject | undefined): void {
  if (found === undefined)
    return client.event(claim, {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `storageclass.storage.k8s.io "${classOf(claim)}" not found`,
    });
  const provisioner = found['provisioner'] as string;
  if (provisioner.startsWith('kubernetes.io/'))
    return client.event(claim, {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `no volume plugin matched name: ${provisioner}`,
    });
  const { provisioner: name, betaProvisioner } = volumeAnnotations;
  const known = claim.metadata.annotations ?? {};
  const waiting =
    known[name] === provisioner && known[betaProvisioner] === provisioner
      ? claim
      : client.update(annotated(claim, { [betaProvisioner]: provisioner, [name]: provisioner }));
  client.event(waiting, {
    type: 'Normal',
    reason: 'ExternalProvisioning',
    message: `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  });
}

/** Four writes: the volume and its status, the claim and its status. Each is left out when it was made before. */
function bind(client: Client, time: string, volume: StoredObject, claim: StoredObject): void {
  const { name, namespace = '', uid, resourceVersion } = claim.metadata;
  const { boundByController, bindCompleted } = volumeAnnotations;
  const { claimRef } = volumeSpec(volume);
  let bound = volume;
  if (claimRef?.uid !== uid) {
    const reference = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
    const next = { ...volume, spec: { ...volumeSpec(volume), claimRef: reference } };
    bound = client.update(claimRef === undefined ? annotated(next, { [boundByController]: 'yes' }) : next);
  }
  if (phaseOfStatus(bound) !== 'Bound') bound = setVolumePhase(client, bound, 'Bound', time);
  const isChosen = claimSpec(claim).volumeName === bound.metadata.name;
  const named = annotated(
    { ...claim, spec: { ...claimSpec(claim), volumeName: bound.metadata.name } },
    { ...(isChosen ? {} : { [boundByController]: 'yes' }), [bindCompleted]: 'yes' },
  );
  setPhase(client, client.update(named), 'Bound', bound);
}

/** A claim that was bound: its volume may have gone or have another owner. */
function checkBound(client: Client, claim: StoredObject): void {
  const { volumeName = '' } = claimSpec(claim);
  const volume = volumeName === '' ? undefined : client.get(volumeKind, undefined, volumeName);
  if (volume !== undefined && refersTo(volume, claim)) return setPhase(client, claim, 'Bound', volume);
  if (phaseOfStatus(claim) === 'Lost') return;
  const [reason, message] =
    volumeName === ''
      ? ['ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!']
      : volume === undefined
        ? ['ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!']
        : ['ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly'];
  setPhase(client, claim, 'Lost');
  client.event(claim, { type: 'Warning', reason, message });
}

function setPhase(client: Client, claim: StoredObject, phase: string, volume?: StoredObject): void {
  const known = (claim['status'] ?? {}) as ClaimStatus;
  const { capacity: _, accessModes: __, ...rest } = known;
  const status: ClaimStatus =
    volume === undefined
      ? { ...rest, phase }
      : {
          ...known,
          phase,
          accessModes: volumeSpec(volume).accessModes ?? [],
          // A claim that has grown says so through its resizer.
          capacity:
            known.phase === phase && known.capacity !== undefined ? known.capacity : { ...volumeSpec(volume).capacity },
        };
  if (!isEqual(status, known)) client.updateStatus({ ...claim, status });
}

function setVolumePhase(client: Client, volume: StoredObject, phase: string, time: string): StoredObject {
  if (phaseOfStatus(volume) === phase) return volume;
  return client.updateStatus({
    ...volume,
    status: { ...(volume['status'] as object | undefined), phase, lastPhaseTransitionTime: time },
  });
}

/** What a volume is while nobody binds it: free, or left by its claim. */
function syncVolume(name: string, { client, clock }: ControllerContext): void {
  const volume = client.get(volumeKind, undefined, name);
  if (volume === undefined || isTerminating(volume)) return;
  const { claimRef } = volumeSpec(volume);
  const time = clock.timestamp();
  if (claimRef === undefined || claimRef.uid === undefined || claimRef.uid === '') {
    setVolumePhase(client, volume, 'Available', time);
    return;
  }
  const claim = client.get(claimKind, claimRef.namespace, claimRef.name);
  if (claim?.metadata.uid === claimRef.uid) return;
  const phase = phaseOfStatus(volume);
  if (phase === 'Released' || phase === 'Failed') return;
  reclaim(client, setVolumePhase(client, volume, 'Released', time), time);
}

/** Deletes a volume of the built-in kind whose policy wants it; others are their provisioner's. */
function reclaim(client: Client, volume: StoredObject, time: string): void {
  const { persistentVolumeReclaimPolicy, hostPath } = volumeSpec(volume);
  const isForeign = volume.metadata.annotations?.[volumeAnnotations.provisionedBy] !== undefined;
  if (persistentVolumeReclaimPolicy !== 'Delete' || isForeign || hostPath === undefined) return;
  if (/^\/tmp\/.+/.test(hostPath.path)) return client.delete(volume);
  setVolumePhase(client, volume, 'Failed', time);
  client.event(volume, {
    type: 'Warning',
    reason: 'VolumeFailedDelete',
    message: `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`,
  });
}
