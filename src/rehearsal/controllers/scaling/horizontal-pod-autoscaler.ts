import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { withCondition, type Condition } from '../conditions.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';
import { readScale, withReplicas } from './scale-target.ts';

interface Metric {
  type: string;
  resource?: { name: string; target: { type: string } };
  containerResource?: { name: string; target: { type: string } };
  pods?: { metric: { name: string } };
  object?: { metric: { name: string } };
  external?: { metric: { name: string } };
}

interface Spec {
  scaleTargetRef: { apiVersion: string; kind: string; name: string };
  minReplicas?: number;
  maxReplicas: number;
  metrics?: Metric[];
}

interface Status {
  currentReplicas?: number;
  desiredReplicas: number;
  lastScaleTime?: string;
  currentMetrics: { type: string }[] | null;
  conditions?: readonly Condition[];
}

const kind = 'autoscaling/v2 HorizontalPodAutoscaler';
/** Milliseconds between two looks (kube-controller-manager --horizontal-pod-autoscaler-sync-period). */
const syncPeriod = 15_000;

/** Holds targets within their limits; there is no metrics server in a rehearsed cluster: pkg/controller/podautoscaler. */
export function horizontalPodAutoscalerController(): Controller {
  return {
    name: 'horizontal-pod-autoscaler',
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (key) => {
        const autoscaler = client.get(kind, ...namesOf(key));
        if (autoscaler === undefined) return;
        reconcile(context, autoscaler);
        queue.addAfter(key, syncPeriod);
      });
      client.watch(kind, ({ object, type }) => {
        if (type !== 'DELETED') queue.addAfter(`${object.metadata.namespace}/${object.metadata.name}`, syncPeriod);
      });
    },
  };
}

function reconcile({ client, clock }: ControllerContext, autoscaler: StoredObject): void {
  const spec = autoscaler['spec'] as Spec;
  const known = (autoscaler['status'] ?? { desiredReplicas: 0, currentMetrics: null }) as Status;
  const time = clock.timestamp();
  let conditions = known.conditions ?? [];
  const set = (type: string, status: Condition['status'], reason: string, message: string) => {
    conditions = withCondition(conditions, { type, status, reason, message }, time);
  };
  const write = (status: Partial<Status>) => {
    const { currentReplicas = 0, desiredReplicas = known.desiredReplicas, ...rest } = status;
    const next = {
      ...(currentReplicas === 0 ? {} : { currentReplicas }),
      desiredReplicas,
      ...(known.lastScaleTime === undefined ? {} : { lastScaleTime: known.lastScaleTime }),
      currentMetrics: null,
      ...rest,
      conditions,
    };
    if (!isEqual(next, known)) client.updateStatus({ ...autoscaler, status: next });
  };
  const warn = (reason: string, message: string) => client.event(autoscaler, { type: 'Warning', reason, message });
  let scale: ReturnType<typeof readScale>;
  try {
    scale = readScale(client, autoscaler.metadata.namespace, spec.scaleTargetRef);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    warn('FailedGetScale', error.message);
    set(
      'AbleToScale',
      'False',
      'FailedGetScale',
      `the HPA controller was unable to get the target's current scale: ${error.message}`,
    );
    return write(known.currentReplicas === undefined ? {} : { currentReplicas: known.currentReplicas });
  }
  set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
  const { replicas, target } = scale;
  const least = spec.minReplicas ?? 1;
  if (replicas === 0 && least !== 0) {
    set(
      'ScalingActive',
      'False',
      'ScalingDisabled',
      'scaling is disabled since the replica count of the target is zero',
    );
    return write({ desiredReplicas: 0 });
  }
  if (replicas > spec.maxReplicas || replicas < least) {
    const desired = replicas > spec.maxReplicas ? spec.maxReplicas : least;
    const reason = `Current number of replicas ${replicas > spec.maxReplicas ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas'}`;
    client.update(withReplicas(target, desired));
    set(
      'AbleToScale',
      'True',
      'SucceededRescale',
      `the HPA controller was able to update the target scale to ${desired}`,
    );
    client.event(autoscaler, {
      type: 'Normal',
      reason: 'SuccessfulRescale',
      message: `New size: ${desired}; reason: ${reason}`,
    });
    return write({ currentReplicas: replicas, desiredReplicas: desired, lastScaleTime: time });
  }
  const metrics = spec.metrics ?? [];
  const problems = metrics.map(problemOf);
  for (const { reason, message } of problems) warn(reason, message);
  const [first] = problems;
  if (first === undefined) return write({ currentReplicas: replicas });
  set('ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.message}`);
  write({ currentReplicas: replicas, currentMetrics: metrics.map(() => ({ type: '' })) });
  warn(
    'FailedComputeMetricsReplicas',
    `invalid metrics (${problems.length} invalid out of ${metrics.length}), first error is: failed to get ${first.what} metric value: ${first.message}`,
  );
}

/** Why a metric cannot be had: nobody serves the metrics APIs. */
function problemOf({ type, resource, containerResource, pods, object, external }: Metric): {
  reason: string;
  what: string;
  message: string;
} {
  const { name = '', target } = resource ?? containerResource ?? {};
  const measure = target?.type === 'AverageValue' ? 'usage' : 'utilization';
  const unserved =
    'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  const custom = (metric: string) =>
    `unable to get metric ${metric}: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered`;
  const metric = (pods ?? object ?? external)?.metric.name ?? '';
  switch (type) {
    case 'Resource':
      return {
        reason: 'FailedGetResourceMetric',
        what: `${name} resource`,
        message: `failed to get ${name} ${measure}: unable to get metrics for resource ${name}: ${unserved}`,
      };
    case 'ContainerResource':
      return {
        reason: 'FailedGetContainerResourceMetric',
        what: `${name} container`,
        message: `failed to get ${name} ${measure}: unable to get metrics for resource ${name}: ${unserved}`,
      };
    case 'Pods':
      return { reason: 'FailedGetPodsMetric', what: 'pods', message: custom(metric) };
    case 'Object':
      return { reason: 'FailedGetObjectMetric', what: 'object', message: custom(metric) };
    default:
      return {
        reason: 'FailedGetExternalMetric',
        what: `${metric} external`,
        message: `unable to get external metric ${metric}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${metric}.external.metrics.k8s.io)`,
      };
  }
}
