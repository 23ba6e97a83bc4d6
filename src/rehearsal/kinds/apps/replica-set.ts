import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { withTemplate } from '../pod/defaults.ts';
import { checkTemplate } from '../pod/spec.ts';
import type { PodTemplate } from '../pod/types.ts';
import { selects } from '../selectors.ts';
import { type Fields, fill, set, within } from '../sharing.ts';
import {
  checkPodsAlwaysRestart,
  checkReplicated,
  checkSelected,
  checkSelectorKept,
  prepareTemplateUpdate,
  present,
  specOf,
  warnOfTemplate,
  withoutGivenStatus,
} from './workload.ts';

export const replicaSetRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
      fill(withTemplate(fill(spec, { template: {}, selector: null })), { replicas: 1 }),
    ),
  prepareCreate: (object, { warn }) => {
    warnOfTemplate(object, warn);
    return withoutGivenStatus(object, { replicas: 0 });
  },
  prepareUpdate: prepareTemplateUpdate,
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = present(specOf(object));
    errors.nonNegative('spec.replicas', spec.replicas);
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    if (checkSelected(errors, spec, 'deployment')) checkReplicated(errors, spec);
    else errors.invalid('spec.selector', spec.selector, 'invalid label selector');
    return errors.list;
  },
  validateUpdate: checkSelectorKept,
  selectableFields: {
    'status.replicas': (object) => String((object['status'] as { replicas?: number } | undefined)?.replicas ?? 0),
  },
};

/** ReplicationControllers: their selector is a map, and both it and their labels may come from the template. */
export const replicationControllerRules: KindRules = {
  defaults: (object) => {
    const filled = within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
      fill(withTemplate(spec), { replicas: 1 }),
    );
    const spec = filled['spec'] as { selector?: Fields; template?: PodTemplate };
    const labels = spec.template?.metadata?.labels;
    if (labels === undefined) return filled;
    const selected =
      Object.keys(spec.selector ?? {}).length === 0 ? set(filled, 'spec', { ...spec, selector: labels }) : filled;
    return Object.keys(object.metadata.labels ?? {}).length === 0
      ? { ...selected, metadata: { ...selected.metadata, labels } }
      : selected;
  },
  prepareCreate: (object) => withoutGivenStatus(object, { replicas: 0 }),
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = (object['spec'] ?? {}) as {
      selector?: Record<string, string>;
      replicas?: number;
      minReadySeconds?: number;
      template?: PodTemplate;
    };
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    const { selector = {}, template } = spec;
    if (Object.keys(selector).length === 0) errors.required('spec.selector');
    errors.nonNegative('spec.replicas', spec.replicas);
    if (template === undefined) {
      errors.required('spec.template');
      return errors.list;
    }
    const labels = template.metadata?.labels;
    if (!selects({ matchLabels: selector }, labels))
      errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
    checkTemplate(errors, 'spec.template', template);
    checkPodsAlwaysRestart(errors, { template }, 'ReplicationController');
    return errors.list;
  },
};
