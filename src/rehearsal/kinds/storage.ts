import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { checkClaimSpec, type ClaimSpec } from './claim-spec.ts';
import { differences } from './differences.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import { checkNodeSelector } from './pod/placement.ts';
import type { NodeTerm } from './pod/types.ts';
import { compareQuantities, formatQuantity, parseQuantity, zeroQuantity } from './quantity.ts';
import { fill, fillZero, isAbsent, set, within, type Fields } from './sharing.ts';

const oldClass = 'volume.beta.kubernetes.io/storage-class';

const claimOf = (object: StoredObject) => (object['spec'] ?? {}) as ClaimSpec;

/** What `dataSource` may be a copy of; anything else is dropped (`dataSourceIsEnabled` of pkg/api/persistentvolumeclaim). */
const isKnownSource = ({ apiGroup, kind }: NonNullable<ClaimSpec['dataSource']>) =>
  ((apiGroup ?? '') === '' && kind === 'PersistentVolumeClaim') ||
  (apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot');

const withoutOddSource = (spec: ClaimSpec): ClaimSpec =>
  spec.dataSource === undefined || spec.dataSourceRef !== undefined || isKnownSource(spec.dataSource)
    ? spec
    : set(spec, 'dataSource', undefined);

/** A data source is written in both of its fields (`NormalizeDataSources`). */
function withBothSources(object: StoredObject, old?: StoredObject): StoredObject {
  const before = old === undefined ? {} : claimOf(old);
  const isNew = before.dataSource === undefined && before.dataSourceRef === undefined;
  const spec = isNew ? withoutOddSource(claimOf(object)) : claimOf(object);
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined)
    return { ...object, spec: { ...spec, dataSourceRef: dataSource } };
  if (dataSource === undefined && dataSourceRef !== undefined && (dataSourceRef.namespace ?? '') === '')
    return { ...object, spec: { ...spec, dataSource: dataSourceRef } };
  return { ...object, spec };
}

export const persistentVolumeClaimRules: KindRules = {
  defaults: (object) =>
    within(
      within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
        fill(spec, { volumeMode: 'Filesystem', resources: {} }),
      ),
      'status',
      (status) => fillZero(status, { phase: 'Pending' }),
    ),
  prepareCreate: (object) => set(withBothSources(object), 'status', { phase: 'Pending' }),
  prepareUpdate: (object, old) => withBothSources(object, old),
  validate: (object) => {
    const errors = new FieldErrors();
    checkClaimSpec(errors, 'spec', (object['spec'] ?? {}) as Fields);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    checkClaimUpdate(errors, object, old);
    return errors.list;
  },
  selectableFields: { name: (object) => object.metadata.name },
};

/** A claim is fixed but for the binding, a class that it got later, and its size once it is bound. */
function checkClaimUpdate(errors: FieldErrors, object: StoredObject, old: StoredObject): void {
  const [spec, before] = [claimOf(object), claimOf(old)];
  const status = (old['status'] ?? {}) as { phase?: string; capacity?: Record<string, string> };
  const [annotations, former] = [object.metadata.annotations ?? {}, old.metadata.annotations ?? {}];
  let allowed: Fields = { ...spec };
  let reference: Fields = { ...before };
  if ((before.volumeName ?? '') === '') reference = set(reference, 'volumeName', spec.volumeName);
  const wasNamed = former[oldClass];
  const isMoved = wasNamed !== undefined && before.storageClassName === undefined && spec.storageClassName === wasNamed;
  if (isMoved && (annotations[oldClass] ?? wasNamed) === wasNamed) allowed = set(allowed, 'storageClassName', undefined);
  else {
    if (annotations[oldClass] !== wasNamed)
      errors.invalid(`metadata.annotations.${oldClass}`, annotations[oldClass] ?? '', 'field is immutable');
    const isSet = spec.storageClassName !== undefined && before.storageClassName === undefined;
    if (isSet && (wasNamed === undefined || spec.storageClassName === wasNamed))
      allowed = set(allowed, 'storageClassName', before.storageClassName);
  }
  if (status.phase === 'Bound') {
    const requests = { ...spec.resources?.requests };
    const storage = before.resources?.requests?.['storage'];
    if (spec.resources?.requests !== undefined && storage !== undefined)
      allowed = { ...allowed, resources: { ...spec.resources, requests: { ...requests, storage } } };
    allowed = set(allowed, 'volumeAttributesClassName', before.volumeAttributesClassName);
  }
  if (!isEqual(allowed, reference))
    errors.forbidden(
      'spec',
      `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${differences('core.v1.PersistentVolumeClaimSpec', reference, allowed)}`,
    );
  const sizeOf = (list: Record<string, string | number> | undefined) =>
    list?.['storage'] === undefined ? zeroQuantity : parseQuantity(list['storage']);
  const [size, previous] = [sizeOf(spec.resources?.requests), sizeOf(before.resources?.requests)];
  if (compareQuantities(size, previous) < 0 && compareQuantities(size, sizeOf(status.capacity)) <= 0)
    errors.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
  errors.immutable('volumeMode', spec.volumeMode, spec.volumeMode !== before.volumeMode);
}

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
  prepareCreate: (object, { clock }) =>
    set(object, 'status', { phase: 'Pending', lastPhaseTransitionTime: clock.timestamp() }),
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
      errors.invalid('nodeAffinity', spec.nodeAffinity, 'field is immutable, except for updating from beta label to GA');
    return errors.list;
  },
  selectableFields: { name: (object) => object.metadata.name },
};

function checkVolume(errors: FieldErrors, spec: VolumeSpec): void {
  const { accessModes: modes = [], capacity = {}, persistentVolumeReclaimPolicy = '', storageClassName = '' } = spec;
  if (modes.length === 0) errors.required('spec.accessModes');
  for (const mode of modes)
    if (!accessModes.includes(mode)) errors.notSupported('spec.accessModes', mode, accessModes);
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    errors.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes');
  if (Object.keys(capacity).length === 0) errors.required('spec.capacity');
  if (capacity['storage'] === undefined || Object.keys(capacity).length > 1)
    errors.notSupported('spec.capacity', spec.capacity, ['storage']);
  for (const [name, value] of Object.entries(capacity)) {
    const size = parseQuantity(value);
    if (size.nano < 0n) errors.invalid(`spec.capacity[${name}]`, formatQuantity(size), 'must be a valid resource quantity');
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

export const storageClassRules: KindRules = {
  defaults: (object) => fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: (object) => {
    const errors = new FieldErrors();
    const { provisioner = '', reclaimPolicy, volumeBindingMode, parameters = {} } = object as StoredObject & {
      provisioner?: string;
      reclaimPolicy?: string;
      volumeBindingMode?: string;
      parameters?: Record<string, string>;
    };
    if (provisioner === '') errors.required('provisioner');
    else errors.each('provisioner', provisioner.toLowerCase(), qualifiedName(provisioner.toLowerCase()));
    for (const key in parameters) if (key === '') errors.invalid('parameters', key, 'field can not be empty.');
    errors.oneOf('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain'], true);
    errors.oneOf('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy'])
      if (!isEqual(object[field], old[field])) errors.forbidden(field, `updates to ${field} are forbidden.`);
    errors.immutable(
      'volumeBindingMode',
      object['volumeBindingMode'],
      object['volumeBindingMode'] !== old['volumeBindingMode'],
    );
    return errors.list;
  },
};

export const csiDriverRules: KindRules = {
  defaults: (object) =>
    within(object, 'spec', (spec) =>
      fill(spec, {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        requiresRepublish: false,
        seLinuxMount: false,
      }),
    ),
};
