import type { StoredObject } from '../objects.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel, pathSegment } from './names.ts';
import { formatQuantity, parseQuantity } from './quantity.ts';
import { checkContainerResourceName } from './resource-names.ts';
import { fill, set, within, type Fields } from './sharing.ts';

interface Reference {
  apiVersion?: string;
  kind?: string;
  name?: string;
}

interface Target {
  type?: string;
  value?: string | number;
  averageValue?: string | number;
  averageUtilization?: number;
}

interface Source {
  name?: string;
  container?: string;
  target?: Target;
  metric?: { name?: string };
  describedObject?: Reference;
}

interface Metric {
  type?: string;
  object?: Source;
  pods?: Source;
  resource?: Source;
  containerResource?: Source;
  external?: Source;
}

interface ScalingRules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: { type?: string; value?: number; periodSeconds?: number }[];
  tolerance?: string | number;
}

interface AutoscalerSpec {
  minReplicas?: number;
  maxReplicas?: number;
  scaleTargetRef?: Reference;
  metrics?: Metric[];
  behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
}

const cpuAtEighty = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};
const scaleUp = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const scaleDown = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

function withDefaults(fields: Fields): Fields {
  let spec = fill(fields, { minReplicas: 1, scaleTargetRef: {} });
  if (((spec['metrics'] as unknown[] | null | undefined) ?? []).length === 0)
    spec = set(spec, 'metrics', [cpuAtEighty]);
  return within(spec, 'behavior', (behavior) =>
    within(
      within(fill(behavior, { scaleUp, scaleDown }), 'scaleUp', (rules) => fill(rules, scaleUp)),
      'scaleDown',
      (rules) => fill(rules, scaleDown),
    ),
  );
}

function checkReference(errors: FieldErrors, path: string, reference: Reference, needsGroup: boolean): void {
  const { apiVersion = '', kind = '', name = '' } = reference;
  if (kind === '') errors.required(`${path}.kind`);
  else errors.each(`${path}.kind`, kind, pathSegment(kind));
  if (name === '') errors.required(`${path}.name`);
  else errors.each(`${path}.name`, name, pathSegment(name));
  if (apiVersion.split('/').length > 2)
    errors.invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else if (needsGroup && !apiVersion.includes('/'))
    errors.invalid(`${path}.apiVersion`, apiVersion, 'apiVersion must specify API group');
}

const sourceTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const fieldOf: Record<string, keyof Metric> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
};
const sourceFields = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

function checkTarget(errors: FieldErrors, path: string, target: Target = {}): void {
  const { type = '', value, averageValue, averageUtilization } = target;
  if (type === '') errors.required(`${path}.type`, 'must specify a metric target type');
  if (type !== 'Utilization' && type !== 'Value' && type !== 'AverageValue')
    errors.invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue');
  for (const [field, amount] of Object.entries({ value, averageValue }))
    if (amount !== undefined && parseQuantity(amount).nano <= 0n)
      errors.invalid(`${path}.${field}`, formatQuantity(parseQuantity(amount)), 'must be positive');
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.invalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0');
}

function checkIdentifier(errors: FieldErrors, path: string, { name = '' }: { name?: string } = {}): void {
  if (name === '') errors.required(`${path}.name`, 'must specify a metric name');
  else errors.each(`${path}.name`, name, pathSegment(name));
}

/** A source by utilization or by value: `resource` and `containerResource`. */
function checkResourceTarget(errors: FieldErrors, path: string, { target = {} }: Source): void {
  checkTarget(errors, `${path}.target`, target);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined)
    errors.required(`${path}.target.averageUtilization`, 'must set either a target raw value or a target utilization');
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.forbidden(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization');
}

const checkSource: Record<(typeof sourceFields)[number], (errors: FieldErrors, path: string, source: Source) => void> =
  {
    object: (errors, path, { describedObject = {}, metric, target = {} }) => {
      checkReference(errors, `${path}.describedObject`, describedObject, false);
      checkIdentifier(errors, `${path}.metric`, metric);
      checkTarget(errors, `${path}.target`, target);
      if (target.value === undefined && target.averageValue === undefined)
        errors.required(`${path}.target.averageValue`, 'must set either a target value or averageValue');
    },
    external: (errors, path, { metric, target = {} }) => {
      checkIdentifier(errors, `${path}.metric`, metric);
      checkTarget(errors, `${path}.target`, target);
      if (target.value === undefined && target.averageValue === undefined)
        errors.required(`${path}.target.averageValue`, 'must set either a target value for metric or a per-pod target');
      if (target.value !== undefined && target.averageValue !== undefined)
        errors.forbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target');
    },
    pods: (errors, path, { metric, target = {} }) => {
      checkIdentifier(errors, `${path}.metric`, metric);
      checkTarget(errors, `${path}.target`, target);
      if (target.averageValue === undefined)
        errors.required(`${path}.target.averageValue`, 'must specify a positive target averageValue');
    },
    resource: (errors, path, source) => {
      if ((source.name ?? '') === '') errors.required(`${path}.name`, 'must specify a resource name');
      checkResourceTarget(errors, path, source);
    },
    containerResource: (errors, path, source) => {
      const { name = '', container = '' } = source;
      if (name === '') errors.required(`${path}.name`, 'must specify a resource name');
      else checkContainerResourceName(errors, `${path}.name`, name);
      if (container === '') errors.required(`${path}.container`, 'must specify a container');
      else errors.each(`${path}.container`, container, dnsLabel(container));
      checkResourceTarget(errors, path, source);
    },
  };

function checkMetric(errors: FieldErrors, path: string, metric: Metric): void {
  const { type = '' } = metric;
  if (type === '') errors.required(`${path}.type`, 'must specify a metric source type');
  if (!sourceTypes.includes(type)) errors.notSupported(`${path}.type`, type, sourceTypes);
  const found = sourceFields.filter((field) => metric[field] !== undefined);
  const [first] = found;
  if (first !== undefined) checkSource[first](errors, `${path}.${first}`, metric[first] ?? {});
  const expected = fieldOf[type];
  if (expected === undefined) errors.notSupported(`${path}.type`, type, sourceTypes);
  else if (metric[expected] === undefined)
    errors.required(`${path}.${expected}`, 'must populate information for the given metric source');
  if (found.length === 1) return;
  for (const field of found)
    if (field !== expected) errors.forbidden(`${path}.${field}`, 'must populate the given metric source only');
}

function checkScaling(errors: FieldErrors, path: string, rules: ScalingRules | undefined): void {
  if (rules === undefined) return;
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules;
  if (window !== undefined && window < 0)
    errors.invalid(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > 3600)
    errors.invalid(`${path}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600');
  errors.oneOf(`${path}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min'], true);
  if (policies.length === 0) errors.required(`${path}.policies`, 'must specify at least one Policy');
  for (const [index, { type = '', value = 0, periodSeconds = 0 }] of policies.entries()) {
    const at = `${path}.policies[${index}]`;
    if (type !== 'Pods' && type !== 'Percent') errors.notSupported(`${at}.type`, type, ['Percent', 'Pods']);
    if (value <= 0) errors.invalid(`${at}.value`, value, 'must be greater than zero');
    if (periodSeconds <= 0) errors.invalid(`${at}.periodSeconds`, periodSeconds, 'must be greater than zero');
    if (periodSeconds > 1800)
      errors.invalid(`${at}.periodSeconds`, periodSeconds, 'must be less than or equal to 1800');
  }
}

/** HorizontalPodAutoscalers in their stored version, autoscaling/v2. */
export const horizontalPodAutoscalerRules: KindRules = {
  defaults: (object) => within(fill(object, { spec: {}, status: {} }), 'spec', withDefaults),
  prepareCreate: (object) => set(object, 'status', { desiredReplicas: 0, currentMetrics: null }),
  validate: (object) => {
    const errors = new FieldErrors();
    checkAutoscaler(errors, object);
    return errors.list;
  },
};

function checkAutoscaler(errors: FieldErrors, object: StoredObject): void {
  const spec = (object['spec'] ?? {}) as AutoscalerSpec;
  const { minReplicas, maxReplicas = 0 } = spec;
  if (minReplicas !== undefined && minReplicas < 1)
    errors.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1');
  if (maxReplicas < 1) errors.invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0');
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  checkReference(
    errors,
    'spec.scaleTargetRef',
    spec.scaleTargetRef ?? {},
    object.metadata.resourceVersion === undefined,
  );
  const metrics = spec.metrics ?? [];
  for (const [index, metric] of metrics.entries()) checkMetric(errors, `spec.metrics[${index}]`, metric);
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    errors.forbidden(
      'spec.metrics',
      'must specify at least one Object or External metric to support scaling to zero replicas',
    );
  checkScaling(errors, 'spec.behavior.scaleUp', spec.behavior?.scaleUp);
  checkScaling(errors, 'spec.behavior.scaleDown', spec.behavior?.scaleDown);
}
