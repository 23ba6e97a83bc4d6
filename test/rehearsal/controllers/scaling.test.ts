import { describe, expect, it } from 'vitest';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { horizontalPodAutoscalerController } from '../../../src/rehearsal/controllers/scaling/horizontal-pod-autoscaler.ts';
import { podDisruptionBudgetController } from '../../../src/rehearsal/controllers/scaling/pod-disruption-budget.ts';
import { deploymentController } from '../../../src/rehearsal/controllers/workloads/deployment.ts';
import { replicaSetController } from '../../../src/rehearsal/controllers/workloads/replica-set.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { conditionsOf, deployment, eventsOf, find, specOf, statusOf } from './support/objects.ts';
import { rulesOfPods, testKubelet } from './support/test-kubelet.ts';

const cluster = () =>
  smallCluster(
    [
      horizontalPodAutoscalerController(),
      podDisruptionBudgetController(),
      deploymentController(),
      replicaSetController(),
      testKubelet(),
    ],
    rulesOfPods,
  );
const autoscaler = (name: string, minReplicas: number, maxReplicas: number): NewObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas,
    maxReplicas,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  },
  status: { desiredReplicas: 0, currentMetrics: null },
});
const kind = 'autoscaling/v2 HorizontalPodAutoscaler';
const unserved =
  'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';

// Recorded with kubectl 1.34.10 on Kubernetes 1.34.10 without a metrics server, 2026-11-24.
describe('a HorizontalPodAutoscaler', () => {
  it('says that nobody serves metrics', () => {
    const small = cluster();
    small.client.create(deployment('web', { replicas: 2 }));
    small.client.create(autoscaler('web', 1, 4));
    small.clock.advance(16_000);
    const found = find(small.client, kind, 'web');
    expect(conditionsOf(found)).toEqual([
      "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
      `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${unserved}`,
    ]);
    expect(statusOf(found)).toMatchObject({ currentReplicas: 2, desiredReplicas: 0, currentMetrics: [{ type: '' }] });
    const events = small.client
      .list('v1 Event')
      .filter((event) => (event['involvedObject'] as { kind: string }).kind === 'HorizontalPodAutoscaler');
    expect(events.map((event) => `${event['reason'] as string}: ${event['message'] as string}`).toSorted()).toEqual([
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${unserved}`,
      `FailedGetResourceMetric: ${unserved}`,
    ]);
  });

  it('keeps its target within its limits', () => {
    const small = cluster();
    small.client.create(deployment('web', { replicas: 1 }));
    small.client.create(autoscaler('web', 2, 4));
    small.clock.advance(16_000);
    expect(specOf(find(small.client, 'apps/v1 Deployment', 'web'))).toMatchObject({ replicas: 2 });
    expect(eventsOf(small, 'web')).toContain(
      'SuccessfulRescale: New size: 2; reason: Current number of replicas below Spec.MinReplicas',
    );
  });

  it('says that its target is not there, or scaled to nothing', () => {
    const small = cluster();
    small.client.create(autoscaler('nope', 1, 4));
    small.client.create(deployment('zero', { replicas: 0 }));
    small.client.create(autoscaler('zero', 1, 4));
    small.clock.advance(16_000);
    expect(conditionsOf(find(small.client, kind, 'nope'))).toEqual([
      `AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "nope" not found`,
    ]);
    expect(conditionsOf(find(small.client, kind, 'zero'))[1]).toBe(
      'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
    );
  });
});

describe('a PodDisruptionBudget', () => {
  const budget = (spec: object): NewObject => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });

  it.each([
    [{ minAvailable: 1 }, { desiredHealthy: 1, disruptionsAllowed: 2, expectedPods: 3 }],
    [{ minAvailable: '50%' }, { desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    [{ maxUnavailable: 1 }, { desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    [{ maxUnavailable: 0 }, { desiredHealthy: 3, disruptionsAllowed: 0, expectedPods: 3 }],
  ])('%j of three healthy pods', (spec, expected) => {
    const small = cluster();
    small.client.create(deployment('web', { replicas: 3 }));
    small.client.create(budget(spec));
    small.clock.advance(5000);
    const found = find(small.client, 'policy/v1 PodDisruptionBudget', 'web');
    expect(statusOf(found)).toMatchObject({ ...expected, currentHealthy: 3, observedGeneration: 1 });
    const allowed = expected.disruptionsAllowed > 0;
    expect(conditionsOf(found)).toEqual([
      allowed ? 'DisruptionAllowed=True SufficientPods: ' : 'DisruptionAllowed=False InsufficientPods: ',
    ]);
  });

  it('allows one eviction after the other', () => {
    const small = cluster();
    small.client.create(deployment('web', { replicas: 2 }));
    small.client.create(budget({ minAvailable: 1 }));
    small.clock.advance(5000);
    const [one, two] = small.client.list('v1 Pod');
    if (one === undefined || two === undefined) throw new Error('no pods');
    small.client.evict(one);
    expect(() => small.client.evict(two)).toThrow("Cannot evict pod as it would violate the pod's disruption budget.");
    small.clock.advance(5000);
    small.client.evict(two);
  });
});
