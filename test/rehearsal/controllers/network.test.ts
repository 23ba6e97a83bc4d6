import { describe, expect, it } from 'vitest';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { endpointSliceController } from '../../../src/rehearsal/controllers/network/endpoint-slices.ts';
import { endpointsController } from '../../../src/rehearsal/controllers/network/endpoints.ts';
import { loadBalancerController } from '../../../src/rehearsal/controllers/network/load-balancer.ts';
import { garbageCollector } from '../../../src/rehearsal/controllers/lifecycle/garbage-collector.ts';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { change, find } from './support/objects.ts';
import { rulesOfPods, testKubelet, type Fate } from './support/test-kubelet.ts';

function cluster(fateOf?: (name: string) => Fate) {
  const registry = new Registry();
  return smallCluster(
    [
      endpointsController(),
      endpointSliceController(),
      garbageCollector({ registry }),
      loadBalancerController({
        delay: 2000,
        address: ({ metadata }) => (metadata.name === 'never' ? undefined : { ip: '192.0.2.1' }),
      }),
      testKubelet((pod) => fateOf?.(pod.metadata.name) ?? 'runs'),
    ],
    { ...rulesOfPods, registry },
  );
}

const service = (name: string, spec: object = {}): NewObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', labels: { tier: 'front' } },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.96.0.9',
    ipFamilies: ['IPv4'],
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
    ...spec,
  },
});
const pod = (name: string, spec: object = {}): NewObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: { containers: [{ name: 'a', image: 'a', ports: [{ name: 'http', containerPort: 8080 }] }], ...spec },
});

// The objects were recorded with kubectl 1.34.10 on Kubernetes 1.34.10, 2026-11-24.
describe('the endpoints of a Service', () => {
  it('are its ready pods at their own ports', () => {
    const small = cluster();
    small.client.create(service('web'));
    const { uid } = small.client.create(pod('p')).metadata;
    small.clock.advance(3000);
    expect(find(small.client, 'v1 Endpoints', 'web')).toMatchObject({
      metadata: {
        labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller', tier: 'front' },
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-05T10:00:01Z' },
      },
      subsets: [
        {
          addresses: [
            { ip: '10.244.0.2', nodeName: 'node-1', targetRef: { kind: 'Pod', name: 'p', namespace: 'default', uid } },
          ],
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        },
      ],
    });
    const [slice] = small.client.list('discovery.k8s.io/v1 EndpointSlice');
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      metadata: {
        generateName: 'web-',
        labels: {
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          'kubernetes.io/service-name': 'web',
          tier: 'front',
        },
      },
      endpoints: [
        {
          addresses: ['10.244.0.2'],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: 'node-1',
          targetRef: { kind: 'Pod', name: 'p', namespace: 'default', uid },
        },
      ],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    });
  });

  it('are none, and said so, while no pod matches; the slice stays', () => {
    const small = cluster();
    small.client.create(service('web'));
    small.clock.settle();
    const [empty] = small.client.list('discovery.k8s.io/v1 EndpointSlice');
    expect(empty).toMatchObject({ endpoints: null, ports: null });
    expect(find(small.client, 'v1 Endpoints', 'web')['subsets']).toBeUndefined();
    small.client.create(pod('p'));
    small.clock.advance(3000);
    small.client.delete(find(small.client, 'v1 Pod', 'p'));
    small.clock.advance(500);
    const [ending] = small.client.list('discovery.k8s.io/v1 EndpointSlice');
    expect(ending?.metadata.name).toBe(empty?.metadata.name);
    expect(ending?.['endpoints']).toMatchObject([{ conditions: { ready: false, serving: true, terminating: true } }]);
    expect(find(small.client, 'v1 Endpoints', 'web')['subsets']).toBeUndefined();
    small.clock.advance(3000);
    expect(small.client.list('discovery.k8s.io/v1 EndpointSlice')).toMatchObject([
      { metadata: { name: empty?.metadata.name }, endpoints: null, ports: null },
    ]);
  });

  it('hold pods that are not ready apart, or as ready where the Service publishes them', () => {
    const small = cluster(() => 'starts but is never ready');
    small.client.create(service('web'));
    small.client.create(service('peers', { clusterIP: 'None', publishNotReadyAddresses: true }));
    small.client.create(pod('p', { hostname: 'p', subdomain: 'peers' }));
    small.clock.advance(3000);
    expect(find(small.client, 'v1 Endpoints', 'web')['subsets']).toMatchObject([
      { notReadyAddresses: [{ ip: '10.244.0.2' }] },
    ]);
    expect(find(small.client, 'v1 Endpoints', 'peers')).toMatchObject({
      metadata: { labels: { 'service.kubernetes.io/headless': '' } },
      subsets: [{ addresses: [{ ip: '10.244.0.2', hostname: 'p' }] }],
    });
    const slices = small.client.list('discovery.k8s.io/v1 EndpointSlice', {
      labels: { 'kubernetes.io/service-name': 'peers' },
    });
    expect(slices[0]?.['endpoints']).toMatchObject([
      { hostname: 'p', conditions: { ready: true, serving: false, terminating: false } },
    ]);
  });

  it('fill slices of a hundred', () => {
    const small = cluster();
    small.client.create(service('web'));
    for (let index = 0; index < 250; index += 1) small.client.create(pod(`p${index}`));
    small.clock.advance(5000);
    const sizes = () =>
      small.client
        .list('discovery.k8s.io/v1 EndpointSlice')
        .map((slice) => (slice['endpoints'] as unknown[]).length)
        .toSorted((one, other) => one - other);
    expect(sizes()).toEqual([50, 100, 100]);
    for (const { metadata } of small.client.list('v1 Pod').slice(0, 150))
      small.client.delete(find(small.client, 'v1 Pod', metadata.name));
    small.clock.advance(5000);
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBe(100);
  });

  it('go with their Service', () => {
    const small = cluster();
    small.client.create(service('web'));
    small.clock.settle();
    small.client.delete(find(small.client, 'v1 Service', 'web'));
    small.clock.settle();
    expect([...small.client.list('v1 Endpoints'), ...small.client.list('discovery.k8s.io/v1 EndpointSlice')]).toEqual(
      [],
    );
  });
});

describe('a Service of type LoadBalancer', () => {
  it('has an address after a moment, or never, and loses it with the type', () => {
    const small = cluster();
    small.client.create(service('web', { type: 'LoadBalancer' }));
    small.client.create(service('never', { type: 'LoadBalancer' }));
    small.clock.advance(1000);
    expect(find(small.client, 'v1 Service', 'web')['status']).toEqual({ loadBalancer: {} });
    small.clock.advance(2000);
    expect(find(small.client, 'v1 Service', 'web')['status']).toEqual({
      loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] },
    });
    expect(find(small.client, 'v1 Service', 'never')['status']).toEqual({ loadBalancer: {} });
    change(small.client, find(small.client, 'v1 Service', 'web'), { type: 'ClusterIP' });
    small.clock.settle();
    expect(find(small.client, 'v1 Service', 'web')['status']).toEqual({ loadBalancer: {} });
  });
});
