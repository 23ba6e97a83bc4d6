import type { StoredObject } from '../objects.ts';
import { fill, isAbsent, present, set, type Fields } from './sharing.ts';

/**
 * Versions of one stored object. Events and HorizontalPodAutoscalers are the built-in kinds that more than one API serves;
 * every other object comes back as it is.
 */
export function convert(object: StoredObject, toApiVersion: string): StoredObject {
  if (object.apiVersion === toApiVersion) return object;
  const conversion = conversions[`${object.kind} ${object.apiVersion} ${toApiVersion}`];
  return conversion === undefined ? object : conversion(object);
}

const conversions: Record<string, (object: StoredObject) => StoredObject> = {
  'Event events.k8s.io/v1 v1': (event) => renamedFields(event, 'v1', newToOld),
  'Event v1 events.k8s.io/v1': (event) => renamedFields(event, 'events.k8s.io/v1', oldToNew),
  'HorizontalPodAutoscaler autoscaling/v1 autoscaling/v2': toVersion2,
  'HorizontalPodAutoscaler autoscaling/v2 autoscaling/v1': toVersion1,
};

const newToOld: Record<string, string> = {
  regarding: 'involvedObject',
  note: 'message',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
  reportingController: 'reportingComponent',
};
const oldToNew = Object.fromEntries(Object.entries(newToOld).map(([one, other]) => [other, one]));

/** Fields that one API always writes and the other leaves out when they are empty. */
const always: Fields = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};

function renamedFields(event: StoredObject, apiVersion: string, names: Record<string, string>): StoredObject {
  const fields = Object.fromEntries(Object.entries(event).map(([name, value]) => [names[name] ?? name, value as unknown]));
  const renamed = { ...fields, apiVersion } as StoredObject;
  if (apiVersion === 'v1') return fill(renamed, always);
  const empty = ['reportingController', 'reportingInstance'].filter((name) => renamed[name] === '');
  return empty.reduce((result, name) => set(result, name, undefined), renamed);
}

const annotations = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  current: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
};

interface Metric extends Fields {
  type?: string;
}

interface AutoscalerSpec extends Fields {
  metrics?: Metric[] | null;
  behavior?: unknown;
  targetCPUUtilizationPercentage?: number;
}

const cpuOf = (metric: Metric, field: 'target' | 'current'): number | undefined => {
  const resource = metric['resource'] as { name?: string; target?: Fields; current?: Fields } | undefined;
  if (metric.type !== 'Resource' || resource?.name !== 'cpu') return undefined;
  return resource[field]?.['averageUtilization'] as number | undefined;
};

/** What the first version has no field for travels in annotations (pkg/apis/autoscaling/v1/conversion.go). */
function toVersion1(object: StoredObject): StoredObject {
  const { metrics, behavior, ...spec } = (object['spec'] ?? {}) as AutoscalerSpec;
  const { currentMetrics, conditions, ...status } = (object['status'] ?? {}) as Fields;
  const cpu = (metrics ?? []).map((metric) => cpuOf(metric, 'target')).find((value) => value !== undefined);
  const others = (metrics ?? []).filter((metric) => cpuOf(metric, 'target') === undefined);
  const current = (currentMetrics as Metric[] | null | undefined) ?? [];
  const currentCpu = current.map((metric) => cpuOf(metric, 'current')).findLast((value) => value !== undefined);
  const added = present({
    [annotations.metrics]: others.length === 0 ? undefined : JSON.stringify(others.map(metricToVersion1)),
    [annotations.current]: current.length === 0 ? undefined : JSON.stringify(current.map(statusToVersion1)),
    [annotations.behavior]: behavior === undefined ? undefined : JSON.stringify(goBehavior(behavior as Fields)),
    [annotations.conditions]:
      isAbsent(conditions) || (conditions as unknown[]).length === 0 ? undefined : JSON.stringify(conditions),
  });
  const all = { ...object.metadata.annotations, ...added };
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(all).length === 0 ? {} : { annotations: all }) },
    spec: present({ ...spec, targetCPUUtilizationPercentage: cpu }),
    status: present({ currentReplicas: 0, desiredReplicas: 0, ...status, currentCPUUtilizationPercentage: currentCpu }),
  } as StoredObject;
}

/** The internal type, which has no JSON names. */
function goBehavior(behavior: Fields): Fields {
  const rules = (value: unknown) => {
    if (isAbsent(value)) return null;
    const { stabilizationWindowSeconds = null, selectPolicy = null, policies, tolerance = null } = value as Fields;
    const list = (policies as { type: string; value: number; periodSeconds: number }[] | null | undefined) ?? null;
    return {
      StabilizationWindowSeconds: stabilizationWindowSeconds,
      SelectPolicy: selectPolicy,
      Policies: list?.map((policy) => ({ Type: policy.type, Value: policy.value, PeriodSeconds: policy.periodSeconds })) ?? null,
      Tolerance: tolerance,
    };
  };
  return { ScaleUp: rules(behavior['scaleUp']), ScaleDown: rules(behavior['scaleDown']) };
}

const lowerFirst = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1);

/** Back again; names are read whatever their case, as Go does. */
function fromGo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromGo);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, element]) => element !== null)
      .map(([name, element]) => [lowerFirst(name), fromGo(element)]),
  );
}

function toVersion2(object: StoredObject): StoredObject {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = (object['spec'] ?? {}) as AutoscalerSpec;
  const { currentCPUUtilizationPercentage: currentCpu, ...status } = (object['status'] ?? {}) as Fields;
  const own = object.metadata.annotations ?? {};
  const metrics = [
    ...(read<Fields[]>(own[annotations.metrics]) ?? []).map(metricToVersion2),
    ...(cpu === undefined ? [] : [cpuMetric(cpu)]),
  ];
  const behavior = read<Fields>(own[annotations.behavior]);
  const current = read<Fields[]>(own[annotations.current])?.map(statusToVersion2);
  const conditions = read<unknown[]>(own[annotations.conditions]);
  const rest = Object.fromEntries(
    Object.entries(own).filter(([key]) => !(Object.values(annotations) as string[]).includes(key)),
  );
  const currentMetrics = current ?? (currentCpu === undefined ? null : [currentCpuMetric(currentCpu)]);
  const { annotations: _, ...metadata } = object.metadata;
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(rest).length === 0 ? {} : { annotations: rest }) },
    spec: present({
      ...spec,
      metrics: metrics.length === 0 ? [cpuMetric(80)] : metrics,
      behavior: behavior === undefined ? undefined : fromGo(behavior),
    }),
    status: present({ ...status, currentMetrics, conditions }),
  } as StoredObject;
}

const cpuMetric = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const currentCpuMetric = (averageUtilization: unknown) => ({
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization } },
});

/** An annotation that cannot be read is passed over, as on the server. */
function read<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

type Values = { value?: unknown; averageValue?: unknown; averageUtilization?: unknown };
interface Source extends Fields {
  name?: string;
  container?: string;
  metric?: { name?: string; selector?: unknown };
  describedObject?: unknown;
  target?: Values;
  current?: Values;
}

const sourceField: Record<string, string> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
};

const sourceOf = (metric: Fields) => {
  const field = sourceField[String(metric['type'])] ?? '';
  return { field, source: (metric[field] ?? {}) as Source };
};

function metricToVersion1(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const { metric: id, target = {}, describedObject, name, container } = source;
  const byField: Record<string, Fields> = {
    resource: { name, targetAverageUtilization: target.averageUtilization, targetAverageValue: target.averageValue },
    containerResource: {
      name,
      targetAverageUtilization: target.averageUtilization,
      targetAverageValue: target.averageValue,
      container,
    },
    pods: { metricName: id?.name, targetAverageValue: target.averageValue, selector: id?.selector },
    object: {
      target: describedObject,
      metricName: id?.name,
      targetValue: target.value ?? '0',
      selector: id?.selector,
      averageValue: target.averageValue,
    },
    external: {
      metricName: id?.name,
      metricSelector: id?.selector,
      targetValue: target.value,
      targetAverageValue: target.averageValue,
    },
  };
  return { type: metric['type'], [field]: present(byField[field] ?? {}) };
}

function metricToVersion2(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const { targetAverageUtilization: utilization, targetAverageValue: average, targetValue: value } = source;
  const id = present({ name: source['metricName'], selector: source['selector'] ?? source['metricSelector'] });
  const byUtilization = {
    type: utilization === undefined ? 'AverageValue' : 'Utilization',
    averageValue: average,
    averageUtilization: utilization,
  };
  const byField: Record<string, Fields> = {
    resource: { name: source.name, target: present(byUtilization) },
    containerResource: { name: source.name, container: source.container, target: present(byUtilization) },
    pods: { metric: id, target: present({ type: 'AverageValue', averageValue: average }) },
    object: {
      describedObject: source['target'],
      metric: id,
      target: present({
        type: source['averageValue'] === undefined ? 'Value' : 'AverageValue',
        value,
        averageValue: source['averageValue'],
      }),
    },
    external: {
      metric: id,
      target: present({ type: value === undefined ? 'AverageValue' : 'Value', value, averageValue: average }),
    },
  };
  return { type: metric['type'], [field]: present(byField[field] ?? {}) };
}

function statusToVersion1(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const { metric: id, current = {}, describedObject, name, container } = source;
  const byField: Record<string, Fields> = {
    resource: {
      name,
      currentAverageUtilization: current.averageUtilization,
      currentAverageValue: current.averageValue ?? '0',
    },
    containerResource: {
      name,
      currentAverageUtilization: current.averageUtilization,
      currentAverageValue: current.averageValue ?? '0',
      container,
    },
    pods: { metricName: id?.name, currentAverageValue: current.averageValue ?? '0', selector: id?.selector },
    object: {
      target: describedObject,
      metricName: id?.name,
      currentValue: current.value ?? '0',
      selector: id?.selector,
      averageValue: current.averageValue,
    },
    external: {
      metricName: id?.name,
      metricSelector: id?.selector,
      currentValue: current.value ?? '0',
      currentAverageValue: current.averageValue,
    },
  };
  return { type: metric['type'], [field]: present(byField[field] ?? {}) };
}

function statusToVersion2(metric: Fields): Fields {
  const { field, source } = sourceOf(metric);
  const id = present({ name: source['metricName'], selector: source['selector'] ?? source['metricSelector'] });
  const average = source['currentAverageValue'] ?? source['averageValue'];
  const value = source['currentValue'];
  const current = present({ value, averageValue: average, averageUtilization: source['currentAverageUtilization'] });
  const isResource = field === 'resource' || field === 'containerResource';
  return {
    type: metric['type'],
    [field]: present(
      isResource
        ? { name: source.name, container: source.container, current }
        : { metric: id, describedObject: source['target'], current },
    ),
  };
}
