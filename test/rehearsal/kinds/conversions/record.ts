import { join } from 'node:path';
import { openApiServer, sourceOf } from '../api-server.ts';
import type { Fields } from '../case.ts';
import { createRecorder, withoutManaged, writeRecording } from '../recorder.ts';

/**
 * Records objects that a real API server shows in two versions. Against the cluster of $KUBECONFIG, in the namespace
 * rh-conversions.
 *
 *     node test/rehearsal/kinds/conversions/record.ts
 */
const namespace = 'rh-conversions';
const server = await openApiServer();
const { make, read, openNamespace, closeNamespace } = createRecorder(server, namespace);

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const utilization = (name: string, averageUtilization: number) => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
});
const autoscaler = (version: string, name: string, spec: Fields): Fields => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: { scaleTargetRef: target, maxReplicas: 3, ...spec },
});
const autoscalers = [
  autoscaler('v1', 'old', { targetCPUUtilizationPercentage: 70, minReplicas: 2 }),
  autoscaler('v1', 'old-by-default', {}),
  autoscaler('v2', 'new-by-default', {}),
  autoscaler('v2', 'processor', { metrics: [utilization('cpu', 60)] }),
  autoscaler('v2', 'memory', { metrics: [utilization('memory', 60)] }),
  autoscaler('v2', 'both', {
    metrics: [
      utilization('memory', 60),
      utilization('cpu', 50),
      { type: 'Pods', pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '10' } } },
    ],
    behavior: {
      scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] },
    },
  }),
  autoscaler('v2', 'amount', {
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '200m' } } },
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' },
          metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } },
          target: { type: 'Value', value: '2k' },
        },
      },
      {
        type: 'External',
        external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '30' } },
      },
    ],
  }),
];
const involvedObject = { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace };
const time = '2024-01-01T00:00:00.000000Z';
const events: Fields[] = [
  {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'old' },
    involvedObject,
    reason: 'Pulled',
    message: 'Image pulled',
    type: 'Normal',
    count: 3,
    source: { component: 'kubelet', host: 'node' },
    firstTimestamp: '2024-01-01T00:00:00Z',
    lastTimestamp: '2024-01-01T00:00:05Z',
  },
  { apiVersion: 'v1', kind: 'Event', metadata: { name: 'bare' }, involvedObject },
  {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'new' },
    eventTime: time,
    reportingController: 'example.com/controller',
    reportingInstance: 'one',
    action: 'Binding',
    reason: 'Scheduled',
    regarding: involvedObject,
    related: { kind: 'Node', name: 'node' },
    note: 'Assigned',
    type: 'Normal',
    series: { count: 2, lastObservedTime: time },
  },
];

async function bothOf(paths: readonly [string, string]): Promise<[Fields, Fields]> {
  for (;;) {
    const [one, other] = [await read(paths[0]), await read(paths[1])];
    const versionOf = ({ metadata }: Fields) => (metadata as Fields)['resourceVersion'];
    if (versionOf(one) === versionOf(other)) return [withoutManaged(one), withoutManaged(other)];
  }
}

await openNamespace();
const pairs: [Fields, Fields][] = [];
for (const object of [...autoscalers, ...events]) {
  await make(object);
  const { name } = object['metadata'] as { name: string };
  const place = `namespaces/${namespace}`;
  const path = (base: string, plural: string) => `${base}/${place}/${plural}/${name}`;
  pairs.push(
    await bothOf(
      object['kind'] === 'Event'
        ? [path('/api/v1', 'events'), path('/apis/events.k8s.io/v1', 'events')]
        : [
            path('/apis/autoscaling/v1', 'horizontalpodautoscalers'),
            path('/apis/autoscaling/v2', 'horizontalpodautoscalers'),
          ],
    ),
  );
}
// The controller has written conditions by now, which the old version keeps in annotations.
while (
  (
    (await read(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/old`))['status'] as {
      conditions?: object;
    }
  )?.conditions === undefined
);
pairs.push(
  await bothOf([
    `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers/old`,
    `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/old`,
  ]),
);
await writeRecording(join(import.meta.dirname, 'recorded.json'), {
  source: sourceOf(server, 'test/rehearsal/kinds/conversions/record.ts'),
  pairs,
});
await closeNamespace();
server.close();
