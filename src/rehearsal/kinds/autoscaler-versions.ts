import type { StoredObject } from '../objects.ts';
import { metricToVersion1, metricToVersion2, statusToVersion1, statusToVersion2 } from './autoscaler-metrics.ts';
import { type Fields, isAbsent, present } from './sharing.ts';

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
export function toVersion1(object: StoredObject): StoredObject {
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
      isAbsent(conditions) || (conditions as unknown[]).length === 0
        ? undefined
        : JSON.stringify((conditions as Fields[]).map(inOrder)),
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

/** As HorizontalPodAutoscalerCondition of autoscaling/v1 lists its fields. */
const inOrder = ({ type, status, lastTransitionTime, reason, message }: Fields): Fields =>
  present({ type, status, lastTransitionTime, reason, message });

/** The internal type, which has no JSON names. */
function goBehavior(behavior: Fields): Fields {
  const rules = (value: unknown) => {
    if (isAbsent(value)) return null;
    const { stabilizationWindowSeconds = null, selectPolicy = null, policies, tolerance = null } = value as Fields;
    const list = (policies as { type: string; value: number; periodSeconds: number }[] | null | undefined) ?? null;
    return {
      StabilizationWindowSeconds: stabilizationWindowSeconds,
      SelectPolicy: selectPolicy,
      Policies:
        list?.map((policy) => ({ Type: policy.type, Value: policy.value, PeriodSeconds: policy.periodSeconds })) ??
        null,
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

export function toVersion2(object: StoredObject): StoredObject {
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
    // The second version leaves out that there are none.
    status: present({ ...status, currentReplicas: status['currentReplicas'] || undefined, currentMetrics, conditions }),
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
