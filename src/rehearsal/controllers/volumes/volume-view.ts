import type { StoredObject } from '../../objects.ts';
import type { LabelSelector } from '../../store/selectors.ts';
import type { Client } from '../client.ts';
import { podSpec } from '../pods.ts';

interface ClaimReference {
  apiVersion?: string;
  kind?: string;
  namespace: string;
  name: string;
  uid?: string;
  resourceVersion?: string;
}

export interface VolumeSpec {
  capacity?: { storage?: string };
  accessModes?: string[];
  claimRef?: ClaimReference;
  persistentVolumeReclaimPolicy?: string;
  storageClassName?: string;
  volumeMode?: string;
  hostPath?: { path: string };
  [source: string]: unknown;
}

export interface ClaimSpec {
  accessModes?: string[];
  resources?: { requests?: { storage?: string } };
  storageClassName?: string;
  volumeMode?: string;
  volumeName?: string;
  selector?: LabelSelector;
}

export interface ClaimStatus {
  phase?: string;
  accessModes?: string[];
  capacity?: { storage?: string };
  conditions?: object[];
}

export const volumeAnnotations = {
  boundByController: 'pv.kubernetes.io/bound-by-controller',
  bindCompleted: 'pv.kubernetes.io/bind-completed',
  provisionedBy: 'pv.kubernetes.io/provisioned-by',
  selectedNode: 'volume.kubernetes.io/selected-node',
  provisioner: 'volume.kubernetes.io/storage-provisioner',
  betaProvisioner: 'volume.beta.kubernetes.io/storage-provisioner',
} as const;

export const claimKind = 'v1 PersistentVolumeClaim';
export const volumeKind = 'v1 PersistentVolume';

export const volumeSpec = (volume: StoredObject) => volume['spec'] as VolumeSpec;
export const claimSpec = (claim: StoredObject) => claim['spec'] as ClaimSpec;
export const phaseOfStatus = (object: StoredObject) => (object['status'] as { phase?: string } | undefined)?.phase;
export const classOf = (object: StoredObject) =>
  (object['spec'] as { storageClassName?: string }).storageClassName ??
  object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
  '';

export const storageClass = (client: Client, name: string) =>
  client.get('storage.k8s.io/v1 StorageClass', undefined, name);
export const isDelayed = (found: StoredObject | undefined) => found?.['volumeBindingMode'] === 'WaitForFirstConsumer';

export const annotated = (object: StoredObject, annotations: Record<string, string>): StoredObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});

export const keyFor = ({ metadata }: StoredObject) =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;

/** Which pods name a claim: kept by watching, so that no claim has to look through all pods. */
export class ClaimUsers {
  readonly #users = new Map<string, Map<string, StoredObject>>();

  constructor(client: Client, changed: (claim: string) => void) {
    client.watch('v1 Pod', ({ type, object, before }) => {
      const isSame = before !== undefined && type === 'MODIFIED' && podSpec(before) === podSpec(object);
      const claims = claimsOf(object);
      for (const claim of claims) {
        const users = this.#users.get(claim) ?? new Map<string, StoredObject>();
        this.#users.set(claim, users);
        if (type === 'DELETED') users.delete(object.metadata.uid);
        else users.set(object.metadata.uid, object);
        if (users.size === 0) this.#users.delete(claim);
        if (!isSame) changed(claim);
      }
    });
  }

  of(claim: string): StoredObject[] {
    return [...(this.#users.get(claim)?.values() ?? [])];
  }
}

function claimsOf(pod: StoredObject): string[] {
  const { namespace, name } = pod.metadata;
  return (podSpec(pod).volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [`${namespace}/${volume.persistentVolumeClaim.claimName}`];
    return volume.ephemeral === undefined ? [] : [`${namespace}/${name}-${volume.name}`];
  });
}
