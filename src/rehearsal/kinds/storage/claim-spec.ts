import type { FieldErrors } from '../field-errors.ts';
import { dnsLabel, dnsSubdomain } from '../names.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { checkSelector, type LabelSelector } from '../selectors.ts';
import type { Fields } from '../sharing.ts';

interface Reference {
  apiGroup?: string | null;
  kind?: string;
  name?: string;
  namespace?: string;
}

/** The wish of a PersistentVolumeClaim, as rules look at it. */
export interface ClaimSpec {
  accessModes?: string[];
  resources?: { requests?: Record<string, string | number>; limits?: Record<string, string | number> };
  storageClassName?: string;
  volumeName?: string;
  volumeMode?: string;
  volumeAttributesClassName?: string;
  selector?: LabelSelector;
  dataSource?: Reference;
  dataSourceRef?: Reference;
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

function checkReference(errors: FieldErrors, path: string, reference: Reference): void {
  const { name = '', kind = '', namespace = '' } = reference;
  const apiGroup = reference.apiGroup ?? '';
  if (name === '') errors.required(`${path}.name`);
  if (kind === '') errors.required(`${path}.kind`);
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim')
    errors.invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  if (apiGroup !== '') errors.each(`${path}.apiGroup`, apiGroup, dnsSubdomain(apiGroup));
  if (namespace !== '') errors.each(`${path}.namespace`, namespace, dnsLabel(namespace));
}

/** `ValidatePersistentVolumeClaimSpec` of pkg/apis/core/validation: claims, claim templates and ephemeral volumes. */
export function checkClaimSpec(errors: FieldErrors, path: string, fields: Fields): void {
  const spec = fields as ClaimSpec;
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) errors.required(`${path}.accessModes`, 'at least 1 access mode is required');
  checkSelector(errors, `${path}.selector`, spec.selector);
  for (const mode of modes)
    if (!accessModes.includes(mode)) errors.notSupported(`${path}.accessModes`, mode, accessModes);
  if (
    modes.includes('ReadWriteOncePod') &&
    modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode))
  )
    errors.forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes');
  const storage = spec.resources?.requests?.['storage'];
  if (storage === undefined) errors.required(`${path}.resources[storage]`);
  else if (parseQuantity(storage).nano <= 0n)
    errors.invalid(`${path}.resources[storage]`, formatQuantity(parseQuantity(storage)), 'must be greater than zero');
  const { storageClassName = '', volumeAttributesClassName = '', volumeMode } = spec;
  if (storageClassName !== '')
    errors.each(`${path}.storageClassName`, storageClassName, dnsSubdomain(storageClassName));
  if (volumeMode !== undefined && volumeMode !== 'Block' && volumeMode !== 'Filesystem')
    errors.notSupported(`${path}.volumeMode`, volumeMode, ['Block', 'Filesystem']);
  if (spec.dataSource !== undefined) checkReference(errors, `${path}.dataSource`, spec.dataSource);
  if (spec.dataSourceRef !== undefined) checkReference(errors, `${path}.dataSourceRef`, spec.dataSourceRef);
  if (volumeAttributesClassName !== '')
    errors.each(
      `${path}.volumeAttributesClassName`,
      volumeAttributesClassName,
      dnsSubdomain(volumeAttributesClassName),
    );
}
