import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { age, count, type CellsOf } from './cell.ts';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** Kinds about volumes, by group and resource. */
export const storageCells: Readonly<Record<string, CellsOf>> = {
  '/persistentvolumes': (object, now) => [
    object.metadata.name,
    object.spec.capacity?.storage ?? '0',
    accessModes(object.spec.accessModes),
    object.spec.persistentVolumeReclaimPolicy ?? '',
    phase(object),
    object.spec.claimRef === undefined
      ? ''
      : `${object.spec.claimRef.namespace ?? ''}/${object.spec.claimRef.name ?? ''}`,
    className(object),
    object.spec.volumeAttributesClassName ?? '<unset>',
    object.status?.reason ?? '',
    age(object, now),
    object.spec.volumeMode ?? '<unset>',
  ],
  '/persistentvolumeclaims': (object, now) => {
    const isBound = Boolean(object.spec.volumeName);
    return [
      object.metadata.name,
      phase(object),
      object.spec.volumeName ?? '',
      isBound ? (object.status?.capacity?.storage ?? '0') : '',
      isBound ? accessModes(object.status?.accessModes) : '',
      className(object),
      object.spec.volumeAttributesClassName ?? '<unset>',
      age(object, now),
      object.spec.volumeMode ?? '<unset>',
    ];
  },
  'storage.k8s.io/storageclasses': (object, now) => [
    isDefault(object) ? `${object.metadata.name} (default)` : object.metadata.name,
    (object['provisioner'] as string | undefined) ?? '',
    (object['reclaimPolicy'] as string | undefined) ?? 'Delete',
    (object['volumeBindingMode'] as string | undefined) ?? 'Immediate',
    object['allowVolumeExpansion'] === true,
    age(object, now),
  ],
  'storage.k8s.io/volumeattributesclasses': (object, now) => [
    object.metadata.name,
    (object['driverName'] as string | undefined) ?? '',
    age(object, now),
  ],
  'storage.k8s.io/volumeattachments': (object, now) => [
    object.metadata.name,
    object.spec.attacher ?? '',
    object.spec.source?.persistentVolumeName ?? '',
    object.spec.nodeName ?? '',
    object.status?.attached === true,
    age(object, now),
  ],
  'storage.k8s.io/csinodes': (object, now) => [
    object.metadata.name,
    count(object.spec.drivers?.length),
    age(object, now),
  ],
  'storage.k8s.io/csidrivers': (object, now) => {
    const requests = object.spec.tokenRequests as { audience: string }[] | undefined;
    return [
      object.metadata.name,
      object.spec.attachRequired !== false,
      object.spec.podInfoOnMount === true,
      object.spec.storageCapacity === true,
      requests === undefined ? '<unset>' : requests.map(({ audience }) => audience).join(','),
      object.spec.requiresRepublish === true,
      ((object.spec.volumeLifecycleModes ?? []) as string[]).join(',') || '<none>',
      age(object, now),
    ];
  },
};

const phase = ({ metadata, status }: KubernetesObject) =>
  metadata.deletionTimestamp === undefined ? ((status?.phase as string | undefined) ?? '') : 'Terminating';

const className = ({ metadata, spec }: KubernetesObject) =>
  metadata.annotations?.[classAnnotation] ?? (spec.storageClassName as string | undefined) ?? '';

const isDefault = ({ metadata }: KubernetesObject) =>
  defaultAnnotations.some((annotation) => metadata.annotations?.[annotation] === 'true');

const modeNames = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

const accessModes = (modes: readonly string[] | undefined) =>
  modeNames
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
