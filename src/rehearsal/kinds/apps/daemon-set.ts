import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { withTemplate } from '../pod/defaults.ts';
import { checkTemplate } from '../pod/spec.ts';
import { checkSelector, isEmptySelector, isUsable, selects } from '../selectors.ts';
import { fill, fillZero, within } from '../sharing.ts';
import {
  amountOf,
  checkAtMostWhole,
  checkIntOrPercent,
  checkPodsAlwaysRestart,
  checkSelectorKept,
  goStrategy,
  prepareTemplateUpdate,
  present,
  specOf,
  type Strategy,
  warnOfTemplate,
  withoutGivenStatus,
} from './workload.ts';

export const daemonSetRules: KindRules = {
  // The field that the annotation stands for is zero until the strategy counts it (pkg/apis/apps/v1/conversion.go).
  defaults: (object) =>
    within(
      fill(withTemplateGeneration(object, Number(object.metadata.annotations?.[templateGeneration] ?? 0)), {
        spec: {},
        status: {},
      }),
      'spec',
      (spec) =>
        within(
          fill(withTemplate(fill(spec, { template: {}, selector: null, updateStrategy: {} })), {
            revisionHistoryLimit: 10,
          }),
          'updateStrategy',
          (strategy) => {
            const typed = fillZero(strategy, { type: 'RollingUpdate' });
            return typed['type'] === 'RollingUpdate'
              ? within(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
                  fill(rolling, { maxUnavailable: 1, maxSurge: 0 }),
                )
              : typed;
          },
        ),
    ),
  prepareCreate: (object, { warn }) => {
    warnOfTemplate(object, warn);
    return withoutGivenStatus(withTemplateGeneration(object, 1), {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    });
  },
  prepareUpdate: (object, old, context) => {
    const generation = Number(old.metadata.annotations?.[templateGeneration] ?? 0);
    const isChanged = !isEqual(specOf(object).template, specOf(old).template);
    prepareTemplateUpdate(object, old, context);
    return withTemplateGeneration(object, isChanged ? generation + 1 : generation);
  },
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = present(specOf(object));
    const { selector, template = {}, updateStrategy = {} } = spec;
    checkSelector(errors, 'spec.selector', selector);
    if (isUsable(selector) && !selects(selector, template.metadata?.labels))
      errors.invalid(
        'spec.template.metadata.labels',
        template.metadata?.labels,
        '`selector` does not match template `labels`',
      );
    if (selector !== undefined && isEmptySelector(selector))
      errors.invalid('spec.selector', selector, 'empty selector is invalid for daemonset');
    checkTemplate(errors, 'spec.template', template);
    checkPodsAlwaysRestart(errors, spec, 'DaemonSet');
    errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
    checkDaemonStrategy(errors, updateStrategy);
    errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
    return errors.list;
  },
  validateUpdate: checkSelectorKept,
};

/** How often the template has changed: kept in an annotation since apps/v1 has no field for it (`daemonSetStrategy`). */
const templateGeneration = 'deprecated.daemonset.template.generation';

const withTemplateGeneration = (object: StoredObject, generation: number): StoredObject => {
  const { annotations = {} } = object.metadata;
  if (annotations[templateGeneration] === String(generation)) return object;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [templateGeneration]: String(generation) } },
  };
};

function checkDaemonStrategy(errors: FieldErrors, strategy: Strategy): void {
  const path = 'spec.updateStrategy';
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate')
    return errors.notSupportedText(path, goStrategy(strategy), ['RollingUpdate', 'OnDelete']);
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  const at = `${path}.rollingUpdate`;
  checkIntOrPercent(errors, `${at}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${at}.maxSurge`, maxSurge);
  checkAtMostWhole(errors, `${at}.maxUnavailable`, maxUnavailable);
  checkAtMostWhole(errors, `${at}.maxSurge`, maxSurge);
  const [stops, adds] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (stops && adds) errors.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  if (!stops && !adds) errors.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
}
