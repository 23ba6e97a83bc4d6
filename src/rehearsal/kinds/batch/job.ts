import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { FieldErrors } from '../field-errors.ts';
import { internalJson } from '../internal-json.ts';
import type { KindRules } from '../kind-rules.ts';
import { dnsLabel, labelValue } from '../names.ts';
import { withTemplate } from '../pod/defaults.ts';
import type { PodTemplate } from '../pod/types.ts';
import { checkSelector, isUsable, selects } from '../selectors.ts';
import { type Fields, fill, fillZero, isAbsent, nameOf, within, withinEach } from '../sharing.ts';
import { checkJobSpec, goSuccessPolicy, warnOfJob } from './job-spec.ts';
import type { JobSpec } from './job-types.ts';

const uidLabel = 'batch.kubernetes.io/controller-uid';
const nameLabel = 'batch.kubernetes.io/job-name';
const oldUidLabel = 'controller-uid';
const oldNameLabel = 'job-name';

const specOf = (object: StoredObject) => (object['spec'] ?? {}) as JobSpec;

/** The labels by which a Job finds its pods (`generateSelector`); a Job with manualSelector brings its own. */
function withGeneratedSelector(job: StoredObject): StoredObject {
  const spec = specOf(job);
  if (spec.manualSelector === true) return job;
  const { uid } = job.metadata;
  const name = nameOf(job);
  const template = spec.template ?? {};
  const labels = fill(template.metadata?.labels ?? {}, {
    [oldNameLabel]: name,
    [nameLabel]: name,
    [oldUidLabel]: uid,
    [uidLabel]: uid,
  });
  const selector = spec.selector ?? {};
  const matchLabels = fill(selector.matchLabels ?? {}, { [uidLabel]: uid });
  return {
    ...job,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function checkGenerated(errors: FieldErrors, job: StoredObject): void {
  const { manualSelector, selector, template = {} } = specOf(job);
  if (manualSelector === true || selector === undefined) return;
  const { uid } = job.metadata;
  const name = nameOf(job);
  const expected = { [oldUidLabel]: uid, [oldNameLabel]: name, [uidLabel]: uid, [nameLabel]: name };
  for (const [key, value] of Object.entries(expected)) {
    const actual = template.metadata?.labels?.[key];
    const path = 'spec.template.metadata.labels';
    if (actual === undefined) errors.required(`${path}[${key}]`, `must be '${value}'`);
    else if (actual !== value) errors.invalid(`${path}[${key}]`, template.metadata?.labels, `must be '${value}'`);
  }
  if (!selects(selector, expected)) errors.invalid('spec.selector', selector, '`selector` not auto-generated');
}

/** A Job of its own also has a selector (`ValidateJobSpec`). */
function checkSelected(errors: FieldErrors, spec: JobSpec): void {
  const { selector, template } = spec;
  if (selector === undefined) errors.required('spec.selector');
  checkSelector(errors, 'spec.selector', selector);
  const labels = template?.metadata?.labels;
  if (isUsable(selector) && !selects(selector, labels))
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
}

/** A Job without labels of its own takes those of its pods, also the generated ones, whenever it is read. */
function withLabelsOfPods(job: StoredObject): StoredObject {
  const labels = specOf(job).template?.metadata?.labels;
  if (labels === undefined || Object.keys(job.metadata.labels ?? {}).length > 0) return job;
  return { ...job, metadata: { ...job.metadata, labels } };
}

const withConditionStatus = (policy: Fields) =>
  withinEach(policy, 'rules', (rule) =>
    withinEach(rule, 'onPodConditions', (condition) => fillZero(condition, { status: 'True' })),
  );

const withJobDefaults = (spec: Fields): Fields => {
  let result = withTemplate(fill(spec, { template: {} }));
  if (isAbsent(result['completions']) && isAbsent(result['parallelism']))
    result = { ...result, completions: 1, parallelism: 1 };
  result = within(result, 'podFailurePolicy', withConditionStatus);
  const hasIndexLimit = !isAbsent(result['backoffLimitPerIndex']);
  return fill(result, {
    parallelism: 1,
    backoffLimit: hasIndexLimit ? 2_147_483_647 : 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: isAbsent(result['podFailurePolicy']) ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  });
};

export const jobRules: KindRules = {
  defaults: (object) => {
    const filled = within(fill(object, { spec: {}, status: {} }), 'spec', withJobDefaults);
    return withLabelsOfPods(filled);
  },
  prepareCreate: (object, { warn }) => {
    const name = dnsLabel(nameOf(object));
    if (name.length > 0)
      warn(
        `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${name.join(' ')}]`,
      );
    warnOfJob(specOf(object), 'spec', warn);
    // The defaults have given it the labels of its pods, the very same object.
    const { labels } = object.metadata;
    const hasOwnLabels = labels !== undefined && labels !== specOf(object).template?.metadata?.labels;
    // A name that is no label is complained of in the template alone: the Job takes the labels once it is stored.
    const isFine = labelValue(nameOf(object)).length === 0;
    const job = { ...withGeneratedSelector(object), status: {} };
    return hasOwnLabels || !isFine ? job : withLabelsOfPods({ ...job, metadata: { ...job.metadata, labels: {} } });
  },
  validate: (object) => {
    const errors = new FieldErrors();
    const spec = specOf(object);
    checkGenerated(errors, object);
    checkJobSpec(errors, 'spec', spec);
    checkSelected(errors, spec);
    const { completions = 0, completionMode } = spec;
    if (completionMode === 'Indexed' && completions > 0) {
      const host = `${nameOf(object)}-${completions - 1}`;
      if (dnsLabel(host).length > 0)
        errors.invalid('metadata.name', nameOf(object), `will not able to create pod with invalid DNS label: ${host}`);
    }
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    checkJobUpdate(errors, specOf(object), old);
    return errors.list;
  },
  selectableFields: {
    'status.successful': (object) => String((object['status'] as { succeeded?: number } | undefined)?.succeeded ?? 0),
  },
};

function checkJobUpdate(errors: FieldErrors, spec: JobSpec, old: StoredObject): void {
  const before = specOf(old);
  if (spec === before) return;
  if (!isEqual(spec.completions, before.completions)) {
    if (spec.completionMode !== 'Indexed') errors.invalid('spec.completions', spec.completions, 'field is immutable');
    else if (spec.completions !== undefined && spec.completions !== spec.parallelism)
      errors.invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism');
  }
  errors.immutable('spec.selector', spec.selector, !isEqual(spec.selector, before.selector));
  const status = (old['status'] ?? {}) as { startTime?: string };
  const mayMove = before.suspend === true && status.startTime === undefined;
  const [template, previous] = mayMove ? movable(spec, before) : [spec.template, before.template];
  if (!isEqual(template, previous))
    errors.invalidText(
      'spec.template',
      internalJson('core.v1.PodTemplateSpec', spec.template ?? {}),
      'field is immutable',
    );
  errors.immutable('spec.completionMode', spec.completionMode, spec.completionMode !== before.completionMode);
  for (const field of ['podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const)
    if (!isEqual(spec[field], before[field]))
      errors.invalidText(
        `spec.${field}`,
        field === 'successPolicy' && spec.successPolicy !== undefined
          ? goSuccessPolicy(spec.successPolicy)
          : JSON.stringify(spec[field] ?? null),
        'field is immutable',
      );
}

/** A suspended Job that never ran may still be told where its pods run. */
function movable(spec: JobSpec, before: JobSpec): [PodTemplate, PodTemplate] {
  const reduced = ({ template = {} }: JobSpec): PodTemplate => {
    const { affinity, nodeSelector: _n, tolerations: _t, schedulingGates: _g, ...rest } = template.spec ?? {};
    const { nodeAffinity: _a, ...others } = affinity ?? {};
    return { spec: Object.keys(others).length === 0 ? rest : { ...rest, affinity: others } };
  };
  return [reduced(spec), reduced(before)];
}
