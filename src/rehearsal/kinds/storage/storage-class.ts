import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { qualifiedName } from '../names.ts';
import { fill, within } from '../sharing.ts';

export const storageClassRules: KindRules = {
  defaults: (object) => fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: (object) => {
    const errors = new FieldErrors();
    const {
      provisioner = '',
      reclaimPolicy,
      volumeBindingMode,
      parameters = {},
    } = object as StoredObject & {
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
