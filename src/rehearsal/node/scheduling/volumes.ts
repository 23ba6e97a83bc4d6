import type { Reader } from '../../controllers/client.ts';
import type { StoredObject } from '../../objects.ts';
import type { Node, NodeSelectorTerm, Pod } from '../pod.ts';
import { matchesAnyTerm } from './node-affinity.ts';

interface Claim extends StoredObject {
  spec: {
    volumeName?: string;
    storageClassName?: string;
    accessModes?: string[];
    resources?: { requests?: Record<string, string> };
  };
  status?: { phase?: string };
}

interface PersistentVolume extends StoredObject {
  spec: {
    nodeAffinity?: { required?: { nodeSelectorTerms: NodeSelectorTerm[] } };
    claimRef?: { namespace?: string; name?: string };
    storageClassName?: string;
    accessModes?: string[];
  };
}

/** What the volumes of a pod say about where it may run (pkg/scheduler/framework/plugins/volumebinding). */
export interface PodVolumes {
  /** The volumes of bound claims; a claim whose volume does not exist stands as undefined. */
  bound: readonly (PersistentVolume | undefined)[];
  /** Claims that are bound once the pod has a node. */
  delayed: readonly Claim[];
  /** Of them: those that no class provisions, so that a volume must be there already. */
  static: readonly Claim[];
  /** Claims that one pod alone may use and another uses (ReadWriteOncePod). */
  isTaken: boolean;
}

/** The volumes, or why the pod cannot be scheduled anywhere. Undefined for a pod without claims. */
export function volumesOf(pod: Pod, reader: Reader): PodVolumes | { error: string } | undefined {
  const names = claimNames(pod);
  if (names.length === 0) return undefined;
  const claims: Claim[] = [];
  for (const { name, isEphemeral } of names) {
    const claim = reader.get('v1 PersistentVolumeClaim', pod.metadata.namespace, name) as Claim | undefined;
    if (claim === undefined)
      return {
        error: isEphemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
          : `persistentvolumeclaim "${name}" not found`,
      };
    if (claim.status?.phase === 'Lost')
      return {
        error: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`,
      };
    if (claim.metadata.deletionTimestamp !== undefined)
      return { error: `persistentvolumeclaim "${name}" is being deleted` };
    claims.push(claim);
  }
  const unbound = claims.filter((claim) => !isBound(claim));
  const delayed = unbound.filter((claim) => isDelayed(claim, reader));
  if (delayed.length < unbound.length) return { error: 'pod has unbound immediate PersistentVolumeClaims' };
  return {
    bound: claims
      .filter(isBound)
      .map(
        ({ spec }) =>
          reader.get('v1 PersistentVolume', undefined, spec.volumeName ?? '') as PersistentVolume | undefined,
      ),
    delayed,
    static: delayed.filter((claim) => classOf(claim, reader)?.['provisioner'] === 'kubernetes.io/no-provisioner'),
    isTaken: claims.some((claim) => isTakenAlone(claim, pod, reader)),
  };
}

/** Why the volumes keep the pod off this node, as the plugin words it. */
export function volumeProblems(volumes: PodVolumes, node: Node, reader: Reader): string[] {
  const problems: string[] = [];
  if (volumes.bound.some((volume) => volume !== undefined && !reaches(volume, node)))
    problems.push("node(s) didn't match PersistentVolume's node affinity");
  if (volumes.static.some((claim) => !hasVolumeFor(claim, node, reader)))
    problems.push("node(s) didn't find available persistent volumes to bind");
  if (volumes.bound.includes(undefined))
    problems.push('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
  return problems;
}

export function claimNames({ metadata, spec }: Pod): { name: string; isEphemeral: boolean }[] {
  return (spec.volumes ?? []).flatMap(
    ({ name, persistentVolumeClaim, ephemeral }): { name: string; isEphemeral: boolean }[] => {
      if (persistentVolumeClaim !== undefined) return [{ name: persistentVolumeClaim.claimName, isEphemeral: false }];
      return ephemeral === undefined ? [] : [{ name: `${metadata.name}-${name}`, isEphemeral: true }];
    },
  );
}

/** Set by the volume binder when claim and volume know each other. */
function isBound({ metadata, spec }: Claim): boolean {
  return (
    spec.volumeName !== undefined &&
    spec.volumeName !== '' &&
    metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined
  );
}

function classOf({ spec }: Claim, reader: Reader): StoredObject | undefined {
  return reader.get('storage.k8s.io/v1 StorageClass', undefined, spec.storageClassName ?? '');
}

function isDelayed(claim: Claim, reader: Reader): boolean {
  return classOf(claim, reader)?.['volumeBindingMode'] === 'WaitForFirstConsumer';
}

function reaches({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || matchesAnyTerm(terms, node);
}

function hasVolumeFor(claim: Claim, node: Node, reader: Reader): boolean {
  return reader.list('v1 PersistentVolume').some((object) => {
    const volume = object as PersistentVolume;
    const { claimRef, storageClassName = '', accessModes = [] } = volume.spec;
    const isFree =
      claimRef === undefined ||
      (claimRef.name === claim.metadata.name && claimRef.namespace === claim.metadata.namespace);
    return (
      isFree &&
      storageClassName === (claim.spec.storageClassName ?? '') &&
      (claim.spec.accessModes ?? []).every((mode) => accessModes.includes(mode)) &&
      reaches(volume, node)
    );
  });
}

function isTakenAlone(claim: Claim, pod: Pod, reader: Reader): boolean {
  if (claim.spec.accessModes?.includes('ReadWriteOncePod') !== true) return false;
  return reader
    .list('v1 Pod', { namespace: pod.metadata.namespace ?? '' })
    .some(
      (object) =>
        object.metadata.uid !== pod.metadata.uid &&
        (object as Pod).spec.nodeName !== undefined &&
        claimNames(object as Pod).some(({ name }) => name === claim.metadata.name),
    );
}
