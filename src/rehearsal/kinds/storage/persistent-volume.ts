import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { dnsSubdomain } from '../names.ts';
import { checkNodeSelector } from '../pod/placement.ts';
import type { NodeTerm } from '../pod/types.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { type Fields, fill, fillZero, isAbsent, set, within } from '../sharing.ts';
import { oldClass } from './persistent-volume-claim.ts';

/** `GetWarningsForPersistentVolume` of pkg/api/persistentvolume */
function warnOfVolume(object: StoredObject, warn: (text: string) => void): void {
  for (const [annotation, text] of oldAnnotations)
    if (object.metadata.annotations?.[annotation] !== undefined) warn(`metadata.annotations[${annotation}]: ${text}`);
  const spec = (object['spec'] ?? {}) as VolumeSpec;
  if (spec.persistentVolumeReclaimPolicy === 'Recycle')
    warn(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  for (const [source, text] of oldSources) if (!isAbsent(spec[source])) warn(`spec.${source}: deprecated in ${text}`);
}

const oldAnnotations = [
  [oldClass, 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const;

const oldSources = [
  ['cephfs', 'v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'v1.11, non-functional in v1.16+'],
  ['scaleIO', 'v1.16, non-functional in v1.22+'],
  ['storageos', 'v1.22, non-functional in v1.25+'],
  ['glusterfs', 'v1.25, non-functional in v1.26+'],
  ['rbd', 'v1.28, non-functional in v1.31+'],
] as const;

interface VolumeSpec {
  accessModes?: string[];
  capacity?: Record<string, string | number>;
  persistentVolumeReclaimPolicy?: string;
  storageClassName?: string;
  volumeMode?: string;
  mountOptions?: string[];
  claimRef?: Fields;
  nodeAffinity?: { required?: { nodeSelectorTerms?: NodeTerm[] } };
  hostPath?: { path?: string; type?: string };
  local?: { path?: string; fsType?: string };
  nfs?: { server?: string; path?: string };
  csi?: { driver?: string; volumeHandle?: string };
  [source: string]: unknown;
}

const ownFields = [
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeMode',
  'volumeAttributesClassName',
];

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];

const sourcesOf = (spec: VolumeSpec) =>
  Object.fromEntries(Object.entries(spec).filter(([field, value]) => !ownFields.includes(field) && !isAbsent(value)));

export const persistentVolumeRules: KindRules = {
  defaults: (object) =>
    within(
      within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
        within(
          fill(fillZero(spec, { persistentVolumeReclaimPolicy: 'Retain' }), { volumeMode: 'Filesystem' }),
          'hostPath',
          (source) => fill(source, { type: '' }),
        ),
      ),
      'status',
      (status) => fillZero(status, { phase: 'Pending' }),
    ),
  prepareCreate: (object, { clock, warn }) => {
    warnOfVolume(object, warn);
    return set(object, 'status', { phase: 'Pending', lastPhaseTransitionTime: clock.timestamp() });
  },
  prepareUpdate: (object, _, { warn }) => {
    warnOfVolume(object, warn);
    return object;
  },
  validate: (object) => {
    const errors = new FieldErrors();
    checkVolume(errors, (object['spec'] ?? {}) as VolumeSpec);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    const [spec, before] = [(object['spec'] ?? {}) as VolumeSpec, (old['spec'] ?? {}) as VolumeSpec];
    if (!isEqual(sourcesOf(spec), sourcesOf(before)))
      errors.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation');
    errors.immutable('volumeMode', spec.volumeMode, spec.volumeMode !== before.volumeMode);
    if (before.nodeAffinity !== undefined && !isEqual(spec.nodeAffinity, before.nodeAffinity))
      errors.invalid(
        'nodeAffinity',
        spec.nodeAffinity,
        'field is immutable, except for updating from beta label to GA',
      );
    return errors.list;
  },
  selectableFields: { name: (object) => object.metadata.name },
};

function checkVolume(errors: FieldErrors, spec: VolumeSpec): void {
  const { accessModes: modes = [], capacity = {}, persistentVolumeReclaimPolicy = '', storageClassName = '' } = spec;
  if (modes.length === 0) errors.required('spec.accessModes');
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported('spec.accessModes', mode, accessModes);
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    errors.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes');
  if (Object.keys(capacity).length === 0) errors.required('spec.capacity');
  if (capacity['storage'] === undefined || Object.keys(capacity).length > 1)
    errors.notSupported('spec.capacity', spec.capacity, ['storage']);
  for (const [name, value] of Object.entries(capacity)) {
    const size = parseQuantity(value);
    if (size.nano < 0n)
      errors.invalid(`spec.capacity[${name}]`, formatQuantity(size), 'must be a valid resource quantity');
    if (size.nano <= 0n) errors.invalid(`spec.capacity[${name}]`, formatQuantity(size), 'must be greater than zero');
  }
  if (persistentVolumeReclaimPolicy !== '' && !reclaimPolicies.includes(persistentVolumeReclaimPolicy))
    errors.notSupported('spec.persistentVolumeReclaimPolicy', persistentVolumeReclaimPolicy, reclaimPolicies);
  if (spec.nodeAffinity !== undefined) {
    if (spec.nodeAffinity.required === undefined)
      errors.required('spec.nodeAffinity.required', 'must specify required node constraints');
    else checkNodeSelector(errors, 'spec.nodeAffinity.required', spec.nodeAffinity.required.nodeSelectorTerms);
  }
  checkVolumeSource(errors, spec);
  if (storageClassName !== '') errors.each('spec.storageClassName', storageClassName, dnsSubdomain(storageClassName));
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Block' && spec.volumeMode !== 'Filesystem')
    errors.notSupported('spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']);
}

function checkVolumeSource(errors: FieldErrors, spec: VolumeSpec): void {
  const kinds = Object.keys(sourcesOf(spec));
  for (const kind of kinds.slice(1)) errors.forbidden(`spec.${kind}`, 'may not specify more than 1 volume type');
  if (kinds.length === 0) errors.required('spec', 'must specify a volume type');
  const { hostPath, local, nfs, csi } = spec;
  if (hostPath !== undefined && (hostPath.path ?? '') === '') errors.required('spec.hostPath.path');
  if (local !== undefined) {
    if ((local.path ?? '') === '') errors.required('spec.local.path');
    if (spec.nodeAffinity === undefined) errors.required('spec.nodeAffinity', 'Local volume requires node affinity');
  }
  if (nfs !== undefined) {
    if ((nfs.server ?? '') === '') errors.required('spec.nfs.server');
    if ((nfs.path ?? '') === '') errors.required('spec.nfs.path');
    if (!(nfs.path ?? '').startsWith('/')) errors.invalid('spec.nfs.path', nfs.path ?? '', 'must be an absolute path');
  }
  if (csi !== undefined) {
    if ((csi.driver ?? '') === '') errors.required('spec.csi.driver');
    if ((csi.volumeHandle ?? '') === '') errors.required('spec.csi.volumeHandle');
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle' && hostPath?.path === '/')
    errors.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'");
}
