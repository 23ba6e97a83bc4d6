import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';

export const controllerRevisionRules: KindRules = {
  validate: (object) => {
    const errors = new FieldErrors();
    errors.nonNegative('revision', object['revision']);
    const data = object['data'] as unknown;
    if (data === undefined || data === null) errors.required('data', 'data is mandatory');
    else if (typeof data !== 'object' || Array.isArray(data))
      errors.required('data', 'data must be a valid JSON object');
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    errors.immutable('data', object['data'], !isEqual(object['data'], old['data']));
    return errors.list;
  },
};
