import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { age, count, shortened, type Cell } from './cell.ts';

interface Target {
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}

/** The part of a metric that its type names: `resource`, `pods`, `object`, `external`, `containerResource`. */
interface Source {
  name?: string;
  target?: Target;
  current?: Target;
}

type Metric = { type: string } & Record<string, Source | string | undefined>;

const unknown = '<unknown>';

/** HorizontalPodAutoscaler; the metrics as `formatHPAMetrics` of kubernetes/kubernetes, pkg/printers/internalversion. */
export function autoscalerCells(object: KubernetesObject, now: number): Cell[] {
  const { scaleTargetRef, minReplicas, maxReplicas } = object.spec as {
    scaleTargetRef?: { kind: string; name: string };
    minReplicas?: number;
    maxReplicas?: number;
  };
  return [
    object.metadata.name,
    `${scaleTargetRef?.kind ?? ''}/${scaleTargetRef?.name ?? ''}`,
    metricsText(metricsOf(object), currentOf(object)),
    minReplicas === undefined ? '<unset>' : String(minReplicas),
    count(maxReplicas),
    count(object.status?.currentReplicas),
    age(object, now),
  ];
}

/** autoscaling/v1 has a field for the use of the processor only; what else an autoscaler has is in its autoscaling/v2 form. */
function metricsOf({ spec }: KubernetesObject): Metric[] {
  const use = spec.targetCPUUtilizationPercentage as number | undefined;
  if (use === undefined) return (spec.metrics ?? []) as Metric[];
  return [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: use } } }];
}

function currentOf({ status }: KubernetesObject): Metric[] {
  const use = status?.currentCPUUtilizationPercentage as number | undefined;
  if (use === undefined) return (status?.currentMetrics ?? []) as Metric[];
  return [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: use } } }];
}

function metricsText(metrics: readonly Metric[], current: readonly Metric[]): string {
  if (metrics.length === 0) return '<none>';
  return shortened(
    metrics.map((metric, index) => metricText(metric, current[index])),
    2,
    ', ',
  );
}

function metricText(metric: Metric, status: Metric | undefined): string {
  const field = `${metric.type.charAt(0).toLowerCase()}${metric.type.slice(1)}`;
  const source = metric[field];
  if (typeof source !== 'object') return '<unknown type>';
  const found = status?.[field];
  const now = typeof found === 'object' ? (found.current ?? {}) : undefined;
  const { averageValue, averageUtilization, value } = source.target ?? {};
  switch (metric.type) {
    case 'Pods':
      return `${average(now)}/${averageValue ?? '<nil>'}`;
    case 'Object':
    case 'External':
      return averageValue === undefined
        ? `${now === undefined ? unknown : (now.value ?? '<nil>')}/${value ?? '<nil>'}`
        : `${now?.averageValue ?? unknown}/${averageValue} (avg)`;
    default: {
      const name = source.name ?? '';
      if (averageValue !== undefined) return `${name}: ${average(now)}/${averageValue}`;
      return `${name}: ${percent(now?.averageUtilization) ?? unknown}/${percent(averageUtilization) ?? '<auto>'}`;
    }
  }
}

// `<nil>` is how Go prints a quantity that is not there.
const average = (now: Target | undefined) => (now === undefined ? unknown : (now.averageValue ?? '<nil>'));
const percent = (value: number | undefined) => (value === undefined ? undefined : `${value}%`);
