import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { checkClaimSpec, type ClaimSpec } from './claim-spec.ts';
import { differences } from '../differences.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { compareQuantities, formatQuantity, milliValue, parseQuantity, zeroQuantity } from '../quantity.ts';
import { type Fields, fill, fillZero, set, within } from '../sharing.ts';

export const oldClass = 'volume.beta.kubernetes.io/storage-class';

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

/** `GetWarningsForPersistentVolumeClaim` of pkg/api/persistentvolumeclaim */
function warnOfClaim(object: StoredObject, warn: (text: string) => void): void {
  if (object.metadata.annotations?.[oldClass] !== undefined)
    warn(`metadata.annotations[${oldClass}]: deprecated since v1.8; use "storageClassName" attribute instead`);
  const { resources = {} } = claimOf(object);
  for (const field of ['requests', 'limits'] as const) {
    const value = resources[field]?.['storage'];
    if (value !== undefined && milliValue(parseQuantity(value)) % 1000n !== 0n)
      warn(
        `spec.resources.${field}[storage]: fractional byte value "${formatQuantity(parseQuantity(value))}" is invalid, must be an integer`,
      );
  }
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
  prepareCreate: (object, { warn }) => {
    warnOfClaim(object, warn);
    return set(withBothSources(object), 'status', { phase: 'Pending' });
  },
  prepareUpdate: (object, old, { warn }) => {
    warnOfClaim(object, warn);
    return withBothSources(object, old);
  },
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
  if (isMoved && (annotations[oldClass] ?? wasNamed) === wasNamed)
    allowed = set(allowed, 'storageClassName', undefined);
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
