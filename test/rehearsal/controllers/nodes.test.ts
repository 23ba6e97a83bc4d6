import { describe, expect, it } from 'vitest';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { nodeLifecycleController } from '../../../src/rehearsal/controllers/nodes/node-lifecycle.ts';
import { podGarbageCollector } from '../../../src/rehearsal/controllers/nodes/pod-garbage-collector.ts';
import { taintEvictionController } from '../../../src/rehearsal/controllers/nodes/taint-eviction.ts';
import { ttlController } from '../../../src/rehearsal/controllers/nodes/ttl.ts';
import { daemonSetController } from '../../../src/rehearsal/controllers/workloads/daemon-set.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { smallCluster, startOfTime } from '../support/small-cluster.ts';
import { change, conditionsOf, eventsOf, find, pods, specOf, statusOf, template } from './support/objects.ts';
import { rulesOfPods, testKubelet } from './support/test-kubelet.ts';

const cluster = () =>
  smallCluster(
    [
      nodeLifecycleController(),
      taintEvictionController(),
      podGarbageCollector(),
      ttlController(),
      daemonSetController(),
      testKubelet(),
    ],
    rulesOfPods,
  );
const stamp = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
const status = (ready: string, at = startOfTime) => ({
  conditions: [
    {
      type: 'Ready',
      status: ready,
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
      lastHeartbeatTime: stamp(at),
      lastTransitionTime: stamp(at),
    },
  ],
});
const node = (name: string, spec: object = {}): NewObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  spec,
  status: status('True'),
});
const taints = (object: StoredObject) =>
  ((specOf(object)['taints'] ?? []) as { key: string; effect: string }[]).map(({ key, effect }) => `${key}:${effect}`);
const daemonSet = (spec: object = {}): NewObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default', annotations: { 'deprecated.daemonset.template.generation': '1' } },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: template('agent', 'agent:1'),
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    ...spec,
  },
});

describe('a node', () => {
  it('that is not heard of any more is Unknown, tainted, and its pods are evicted after their time', () => {
    const small = cluster();
    small.client.create(node('node-1'));
    small.client.create(node('node-2'));
    const lease = (name: string, at: number): NewObject => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { renewTime: `${stamp(at).slice(0, -1)}.000000Z` },
    });
    small.client.create(lease('node-1', startOfTime));
    small.client.create(lease('node-2', startOfTime + 3_600_000));
    const tolerations = [
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ];
    small.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { ...template('p', 'p').spec, tolerations },
    });
    small.clock.advance(45_000);
    expect(taints(find(small.client, 'v1 Node', 'node-1', null))).toEqual([]);
    small.clock.advance(15_000);
    const lost = find(small.client, 'v1 Node', 'node-1', null);
    expect(conditionsOf(lost)[0]).toBe('Ready=Unknown NodeStatusUnknown: Kubelet stopped posting node status.');
    expect(taints(lost)).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoExecute',
    ]);
    expect(statusOf(find(small.client, 'v1 Pod', 'p')).conditions?.find(({ type }) => type === 'Ready')?.status).toBe(
      'False',
    );
    expect(eventsOf(small, 'node-1')).toEqual([
      'RegisteredNode: Node node-1 event: Registered Node node-1 in Controller',
      'NodeNotReady: Node node-1 status is now: NodeNotReady',
    ]);
    small.clock.advance(280_000);
    expect(find(small.client, 'v1 Pod', 'p').metadata.deletionTimestamp).toBeUndefined();
    small.clock.advance(30_000);
    expect(small.client.get('v1 Pod', 'default', 'p')).toBeUndefined();
    expect(eventsOf(small, 'p').at(-1)).toBe('TaintManagerEviction: Marking for deletion Pod default/p');
  });

  it('that comes back in time keeps its pods', () => {
    const small = cluster();
    small.client.create(node('node-1'));
    small.client.create(node('node-2'));
    small.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: {
        ...template('p', 'p').spec,
        tolerations: [
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        ],
      },
    });
    small.clock.advance(2000);
    const set = (ready: string) =>
      small.client.updateStatus({
        ...find(small.client, 'v1 Node', 'node-1', null),
        status: status(ready, small.clock.now()),
      });
    set('False');
    small.clock.advance(10_000);
    expect(taints(find(small.client, 'v1 Node', 'node-1', null))).toEqual([
      'node.kubernetes.io/not-ready:NoSchedule',
      'node.kubernetes.io/not-ready:NoExecute',
    ]);
    set('True');
    small.clock.advance(10_000);
    expect(taints(find(small.client, 'v1 Node', 'node-1', null))).toEqual([]);
    expect(eventsOf(small, 'p').at(-1)).toBe('TaintManagerEviction: Cancelling deletion of Pod default/p');
  });

  it('that is the only one is never emptied', () => {
    const small = cluster();
    small.client.create(node('node-1'));
    small.clock.advance(500_000);
    expect(taints(find(small.client, 'v1 Node', 'node-1', null))).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
  });

  it('that is cordoned is tainted as well', () => {
    const small = cluster();
    small.client.create(node('node-1', { unschedulable: true }));
    small.clock.advance(1000);
    expect(taints(find(small.client, 'v1 Node', 'node-1', null))).toEqual([
      'node.kubernetes.io/unschedulable:NoSchedule',
    ]);
    change(small.client, find(small.client, 'v1 Node', 'node-1', null), { unschedulable: false });
    small.clock.advance(1000);
    expect(taints(find(small.client, 'v1 Node', 'node-1', null))).toEqual([]);
  });

  it('that is removed takes its pods with it', () => {
    const small = cluster();
    small.client.create(node('node-1'));
    small.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: template('p', 'p').spec,
    });
    small.clock.advance(2000);
    small.client.delete(find(small.client, 'v1 Node', 'node-1', null));
    small.clock.advance(60_000);
    expect(pods(small)).toEqual([]);
  });
});

describe('a DaemonSet', () => {
  it('has one pod on each node that fits, tied to it by name', () => {
    const small = cluster();
    small.client.create(node('node-1'));
    small.client.create(node('node-2', { taints: [{ key: 'dedicated', effect: 'NoSchedule' }] }));
    small.client.create(daemonSet());
    small.clock.advance(3000);
    const [pod, ...others] = pods(small);
    expect(others).toEqual([]);
    expect(pod?.metadata.labels).toMatchObject({ app: 'agent', 'pod-template-generation': '1' });
    expect(specOf(pod)).toMatchObject({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }],
          },
        },
      },
    });
    expect(
      (specOf(pod)['tolerations'] as { key: string; effect: string }[]).map(
        ({ key, effect }) => `${key.split('/')[1]}:${effect}`,
      ),
    ).toEqual([
      'not-ready:NoExecute',
      'unreachable:NoExecute',
      'disk-pressure:NoSchedule',
      'memory-pressure:NoSchedule',
      'pid-pressure:NoSchedule',
      'unschedulable:NoSchedule',
    ]);
    expect(find(small.client, 'apps/v1 DaemonSet', 'agent')['status']).toEqual({
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberAvailable: 1,
      numberMisscheduled: 0,
      numberReady: 1,
      observedGeneration: 1,
      updatedNumberScheduled: 1,
    });
  });

  it('replaces its pods by a new template', () => {
    const small = cluster();
    small.client.create(node('node-1'));
    small.client.create(daemonSet());
    small.clock.advance(3000);
    const found = find(small.client, 'apps/v1 DaemonSet', 'agent');
    small.client.update({
      ...found,
      metadata: { ...found.metadata, annotations: { 'deprecated.daemonset.template.generation': '2' } },
      spec: { ...specOf(found), template: template('agent', 'agent:2') },
    });
    small.clock.advance(6000);
    expect(pods(small).map((pod) => (specOf(pod)['containers'] as { image: string }[])[0]?.image)).toEqual(['agent:2']);
    expect(find(small.client, 'apps/v1 DaemonSet', 'agent')['status']).toMatchObject({
      observedGeneration: 2,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
    });
    expect(small.client.list('apps/v1 ControllerRevision')).toHaveLength(2);
  });

  it('leaves a node that no longer fits and comes to a new one', () => {
    const small = cluster();
    small.client.create(node('node-1'));
    small.client.create(
      daemonSet({
        template: {
          ...template('agent', 'agent:1'),
          spec: { ...template('agent', 'agent:1').spec, nodeSelector: { role: 'worker' } },
        },
      }),
    );
    small.clock.advance(3000);
    expect(pods(small)).toEqual([]);
    const found = find(small.client, 'v1 Node', 'node-1', null);
    const labelled = small.client.update({ ...found, metadata: { ...found.metadata, labels: { role: 'worker' } } });
    small.clock.advance(3000);
    expect(pods(small)).toHaveLength(1);
    small.client.update({
      ...labelled,
      metadata: { ...find(small.client, 'v1 Node', 'node-1', null).metadata, labels: {} },
    });
    small.clock.advance(3000);
    expect(pods(small)).toEqual([]);
  });
});
