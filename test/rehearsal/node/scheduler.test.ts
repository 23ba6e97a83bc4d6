import { describe, expect, it } from 'vitest';
import type { Pod, PodSpec } from '../../../src/rehearsal/node/pod.ts';
import { createScheduler, type SchedulerOptions } from '../../../src/rehearsal/node/scheduler.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { oneNode } from './one-node.ts';

function cluster(nodes = [oneNode()], options: SchedulerOptions = {}) {
  const made = smallCluster([createScheduler(options)]);
  const { client, clock } = made;
  for (const node of nodes) client.create(node);
  clock.settle();
  const create = (name: string, spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}) => {
    client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', generation: 1, labels },
      spec: { containers: [{ name: 'web', image: 'web' }], ...spec },
      status: { phase: 'Pending' },
    });
    clock.settle();
  };
  const podOf = (name: string) => client.get('v1 Pod', 'default', name) as Pod;
  const nodeOf = (name: string) => podOf(name).spec.nodeName;
  const whyNot = (name: string) => podOf(name).status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  return { ...made, create, podOf, nodeOf, whyNot };
}

const cpu = (amount: string): Partial<PodSpec> => ({
  containers: [{ name: 'web', image: 'web', resources: { requests: { cpu: amount } } }],
});
const nothingToPreempt = (nodes: number) =>
  `no new claims to deallocate, preemption: 0/${nodes} nodes are available: ${nodes} No preemption victims found for incoming pod.`;

describe('the scheduler', () => {
  it('binds a pod, says so in an event with the action Binding, and marks it scheduled', () => {
    const { create, nodeOf, podOf, client } = cluster();
    create('web');
    expect(nodeOf('web')).toBe('local-node');
    expect(podOf('web').status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(client.list('v1 Event').map(({ reason, message }) => [reason, message])).toEqual([
      ['Scheduled', 'Successfully assigned default/web to local-node'],
    ]);
  });

  it('counts what is taken, and tries again when a pod goes', () => {
    const { create, nodeOf, whyNot, client, clock, podOf } = cluster();
    create('first', cpu('1500m'));
    create('second', cpu('600m'));
    expect(nodeOf('second')).toBeUndefined();
    expect(whyNot('second')).toBe(`0/1 nodes are available: 1 Insufficient cpu. ${nothingToPreempt(1)}`);
    client.delete(podOf('first'), { gracePeriodSeconds: 0 });
    clock.advance(1000);
    expect(nodeOf('second')).toBe('local-node');
  });

  it('adds up tenths of a core without rounding errors', () => {
    const { create, nodeOf } = cluster([oneNode('n', { allocatable: { cpu: '300m' } })]);
    for (const name of ['a', 'b', 'c']) create(name, cpu('100m'));
    expect(['a', 'b', 'c'].map(nodeOf)).toEqual(['n', 'n', 'n']);
  });

  it('says of each reason how many nodes have it, in the order of the text', () => {
    const { create, whyNot } = cluster([
      oneNode('cordoned', { spec: { unschedulable: true } }),
      oneNode('tainted', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
      oneNode('small', { allocatable: { cpu: '1' } }),
      oneNode('tiny', { allocatable: { cpu: '500m', pods: '0' } }),
    ]);
    create('web', cpu('1500m'));
    expect(whyNot('web')).toBe(
      '0/4 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.',
    );
  });

  it('lets a pod that tolerates it onto a tainted and onto a cordoned node', () => {
    const { create, nodeOf } = cluster([
      oneNode('n', { spec: { unschedulable: true, taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] } }),
    ]);
    create('web', {
      tolerations: [
        { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
        { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' },
      ],
    });
    expect(nodeOf('web')).toBe('n');
  });

  it('keeps pods with anti-affinity apart, also from those that came later', () => {
    const { create, nodeOf, whyNot } = cluster([oneNode('a'), oneNode('b')]);
    const apart: Partial<PodSpec> = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
          ],
        },
      },
    };
    create('one', apart, { app: 'web' });
    create('two', apart, { app: 'web' });
    create('three', {}, { app: 'web' });
    expect(new Set([nodeOf('one'), nodeOf('two')])).toEqual(new Set(['a', 'b']));
    expect(whyNot('three')).toBe(
      `0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules. ${nothingToPreempt(2)}`,
    );
  });

  it('places the first pod of a kind that wants to be with its kind, and the others with it', () => {
    const { create, nodeOf } = cluster([oneNode('a'), oneNode('b')]);
    const beside: Partial<PodSpec> = {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
          ],
        },
      },
    };
    for (const name of ['one', 'two', 'three']) create(name, beside, { app: 'web' });
    expect(new Set(['one', 'two', 'three'].map(nodeOf)).size).toBe(1);
  });

  it('spreads over zones as far as the skew allows', () => {
    const { create, nodeOf, whyNot } = cluster([
      oneNode('a', { labels: { zone: 'east' } }),
      oneNode('b', { labels: { zone: 'west' }, spec: { unschedulable: true } }),
    ]);
    const spread: Partial<PodSpec> = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    };
    create('one', spread, { app: 'web' });
    create('two', spread, { app: 'web' });
    expect(nodeOf('one')).toBe('a');
    expect(whyNot('two')).toBe(
      "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    );
  });

  it('spreads the pods of one controller over equal nodes', () => {
    const { create, nodeOf, client, clock } = cluster([oneNode('a'), oneNode('b'), oneNode('c')]);
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'owner', controller: true };
    const names = ['p1', 'p2', 'p3'];
    for (const name of names)
      client.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', ownerReferences: [owner] },
        spec: { containers: [{ name: 'web', image: 'web' }] },
        status: {},
      });
    clock.settle();
    expect(new Set(names.map(nodeOf)).size).toBe(3);
    expect(create).toBeTypeOf('function');
  });

  it('waits for a claim that is bound at once, and takes the node of its volume', () => {
    const { create, nodeOf, whyNot, client, clock } = cluster([oneNode('a'), oneNode('b')]);
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
    create('web', { volumes });
    expect(whyNot('web')).toBe('0/2 nodes are available: persistentvolumeclaim "data" not found. not found');
    const claim = client.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'] },
      status: { phase: 'Pending' },
    });
    clock.advance(2000);
    expect(whyNot('web')).toBe('0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found');
    const required = {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['b'] }] }],
    };
    client.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv' },
      spec: { nodeAffinity: { required } },
    });
    client.update({
      ...claim,
      metadata: { ...claim.metadata, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { ...claim['spec'], volumeName: 'pv' },
    });
    clock.advance(5000);
    expect(nodeOf('web')).toBe('b');
  });

  it('chooses a node for a claim that waits for its first consumer, and binds when the claim is bound', () => {
    const { create, nodeOf, client, clock } = cluster();
    client.create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'late' },
      provisioner: 'x',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    client.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { storageClassName: 'late' },
      status: {},
    });
    create('web', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] });
    const claim = client.get('v1 PersistentVolumeClaim', 'default', 'data');
    expect(claim?.metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'local-node' });
    expect(nodeOf('web')).toBeUndefined();
    client.create({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' }, spec: {} });
    if (claim === undefined) return;
    client.update({
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: { ...claim.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' },
      },
      spec: { ...claim['spec'], volumeName: 'pv' },
    });
    clock.settle();
    expect(nodeOf('web')).toBe('local-node');
  });

  it('takes pods by priority, and leaves those with a gate and those of other schedulers alone', () => {
    const { client, clock, nodeOf } = cluster([oneNode('n', { allocatable: { pods: '1' } })]);
    const make = (name: string, spec: object) =>
      client.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { containers: [{ name: 'web', image: 'web' }], ...spec },
        status: {},
      });
    make('gated', { schedulingGates: [{ name: 'x' }] });
    make('foreign', { schedulerName: 'other' });
    make('low', {});
    make('high', { priority: 1000 });
    clock.settle();
    expect(['gated', 'foreign', 'low', 'high'].map(nodeOf)).toEqual([undefined, undefined, undefined, 'n']);
  });

  it('waits longer after each failure, and starts at once when a node comes', () => {
    const { create, nodeOf, client, clock, whyNot } = cluster([]);
    create('web');
    expect(whyNot('web')).toBe('no nodes available to schedule pods');
    clock.advance(60_000);
    client.create(oneNode());
    clock.settle();
    expect(nodeOf('web')).toBe('local-node');
  });
});
