import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { withTemplate } from '../pod/defaults.ts';
import { fill, fillZero, within } from '../sharing.ts';
import {
  amountOf,
  checkAtMostWhole,
  checkIntOrPercent,
  checkReplicated,
  checkSelected,
  checkSelectorKept,
  goStrategy,
  prepareTemplateUpdate,
  present,
  specOf,
  warnOfTemplate,
  withoutGivenStatus,
  type WorkloadSpec,
} from './workload.ts';

function checkDeploymentStrategy(errors: FieldErrors, { strategy = {} }: WorkloadSpec): void {
  const { type, rollingUpdate } = strategy;
  const path = 'spec.strategy';
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined)
      errors.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type === 'RollingUpdate') {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
    const at = `${path}.rollingUpdate`;
    checkIntOrPercent(errors, `${at}.maxUnavailable`, maxUnavailable);
    checkIntOrPercent(errors, `${at}.maxSurge`, maxSurge);
    if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0)
      errors.invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0');
    checkAtMostWhole(errors, `${at}.maxUnavailable`, maxUnavailable);
  } else errors.notSupportedText(path, goStrategy(strategy), ['Recreate', 'RollingUpdate']);
}

export const deploymentRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) => {
      let result = fill(withTemplate(fill(spec, { template: {}, selector: null, strategy: {} })), {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      });
      result = within(result, 'strategy', (strategy) => {
        const typed = fillZero(strategy, { type: 'RollingUpdate' });
        return typed['type'] === 'RollingUpdate'
          ? within(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
              fill(rolling, { maxUnavailable: '25%', maxSurge: '25%' }),
            )
          : typed;
      });
      return result;
    }),
  prepareCreate: (object, { warn }) => {
    warnOfTemplate(object, warn);
    return withoutGivenStatus(object, {});
  },
  prepareUpdate: prepareTemplateUpdate,
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = present(specOf(object));
    errors.nonNegative('spec.replicas', spec.replicas);
    if (checkSelected(errors, spec, 'deployment')) checkReplicated(errors, spec);
    else errors.invalid('spec.selector', spec.selector, 'invalid label selector');
    checkDeploymentStrategy(errors, spec);
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
    errors.nonNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds);
    const { progressDeadlineSeconds: deadline } = spec;
    if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0))
      errors.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
    return errors.list;
  },
  validateUpdate: checkSelectorKept,
};
