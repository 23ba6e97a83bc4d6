import { describe, expect, it } from 'vitest';
import { createKubelets } from '../../../src/rehearsal/node/kubelet.ts';
import { noInterference, type Interference } from '../../../src/rehearsal/node/interference.ts';
import { createScheduler } from '../../../src/rehearsal/node/scheduler.ts';
import { seed } from '../../../src/rehearsal/node/seed.ts';
import type { Container, Node, Pod, PodSpec } from '../../../src/rehearsal/node/pod.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { oneNode } from './one-node.ts';

function cluster(interference: Partial<Interference> = {}) {
  const kubelets = createKubelets({ interference: { ...noInterference, ...interference } });
  const made = smallCluster([createScheduler(), kubelets], {
    rules: (_, kind) => (kind === 'Pod' ? { gracePeriod: (_pod, asked) => asked ?? 30 } : {}),
  });
  made.client.create(oneNode());
  const run = (container: Partial<Container>, spec: Partial<PodSpec> = {}) =>
    made.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default', generation: 1 },
      spec: { containers: [{ name: 'web', image: 'acme/web:1', ...container }], ...spec },
      status: { phase: 'Pending' },
    });
  const pod = () => made.client.get('v1 Pod', 'default', 'web') as Pod;
  const events = () =>
    made.client.list('v1 Event').map(({ reason, message, count }) => `${reason} ${message} ${count ?? 1}`);
  return { ...made, kubelets, run, pod, events };
}

describe('the kubelet', () => {
  it('pulls an image once, says how long it took and how large it is, and lists it on the node', () => {
    const { run, clock, events, client, pod } = cluster();
    run({});
    clock.advance(10_000);
    expect(pod().status?.phase).toBe('Running');
    expect(events().find((text) => text.startsWith('Pulled'))).toMatch(
      /^Pulled Successfully pulled image "acme\/web:1" in (\d+ms|[\d.]+s) \((\d+ms|[\d.]+s) including waiting\)\. Image size: \d+ bytes\. 1$/,
    );
    expect(pod().status?.containerStatuses?.[0]).toMatchObject({
      image: 'docker.io/acme/web:1',
      imageID: expect.stringMatching(/^docker\.io\/acme\/web@sha256:[0-9a-f]{64}$/),
      containerID: expect.stringMatching(/^containerd:\/\/[0-9a-f]{64}$/),
    });
    clock.advance(300_000);
    const node = client.get('v1 Node', undefined, 'local-node') as Node;
    expect(node.status?.images?.map(({ names }) => names[1])).toEqual(['docker.io/acme/web:1']);
    expect(node.status?.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['MemoryPressure', 'False'],
      ['DiskPressure', 'False'],
      ['PIDPressure', 'False'],
      ['Ready', 'True'],
    ]);
  });

  it('keeps what a container and the run before it have said', () => {
    const { run, clock, kubelets, pod } = cluster();
    run({ command: ['sh', '-c', 'echo hello; sleep 5; echo done; exit 1'] });
    clock.advance(8500);
    const previous = kubelets.logsOf(pod(), 'web', true);
    expect(previous?.map(({ text, stream }) => [text, stream])).toEqual([
      ['hello', 'stdout'],
      ['done', 'stdout'],
    ]);
    expect((previous?.[1]?.time ?? 0) - (previous?.[0]?.time ?? 0)).toBe(5000);
    expect(kubelets.logsOf(pod(), 'web', false)?.map(({ text }) => text)).toEqual(['hello']);
    expect(kubelets.logsOf(pod(), 'other', false)).toBeUndefined();
  });

  it('writes no more once a pod is ready, however long it runs', () => {
    const { run, clock, api, pod } = cluster();
    run({
      readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 },
      livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
    });
    clock.advance(10_000);
    expect(pod().status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    const { resourceVersion } = pod().metadata;
    clock.advance(3_600_000);
    expect(pod().metadata.resourceVersion).toBe(resourceVersion);
    expect(api.store.list({ storage: '/pods' })).toHaveLength(1);
  });

  it('ends a pod that does not hear the signal when its grace is over', () => {
    const { run, clock, client, pod } = cluster();
    run({ command: ['sleep', '1000'] });
    clock.advance(10_000);
    const seen: (number | undefined)[] = [];
    client.watch('v1 Pod', ({ object }) => {
      const state = (object as Pod).status?.containerStatuses?.[0]?.state;
      if (state?.terminated !== undefined) seen.push(state.terminated.exitCode);
    });
    client.delete(pod(), { gracePeriodSeconds: 5 });
    clock.advance(4900);
    expect(client.get('v1 Pod', 'default', 'web')).toBeDefined();
    clock.advance(2000);
    expect(client.get('v1 Pod', 'default', 'web')).toBeUndefined();
    expect(new Set(seen)).toEqual(new Set([137]));
  });

  it('leaves nothing to happen of a pod that was removed by force', () => {
    const { run, clock, client, pod, events } = cluster();
    run({ readinessProbe: { httpGet: { port: 80 }, initialDelaySeconds: 30 } });
    clock.advance(5000);
    client.delete(pod(), { gracePeriodSeconds: 0 });
    const before = events();
    clock.advance(120_000);
    expect(events()).toEqual(before);
  });

  it('looks at a probe again when a fault comes, and again when it goes', () => {
    let problem: { text: string } | undefined;
    const listeners: (() => void)[] = [];
    const { run, clock, pod } = cluster({
      probeProblem: () => problem,
      onChange: (listener) => void listeners.push(listener),
    });
    const ready = () => pod().status?.containerStatuses?.[0]?.ready;
    run({ readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1, failureThreshold: 2 } });
    clock.advance(10_000);
    expect(ready()).toBe(true);
    problem = { text: 'sick' };
    for (const listener of listeners) listener();
    clock.advance(3000);
    expect(ready()).toBe(false);
    problem = undefined;
    for (const listener of listeners) listener();
    clock.advance(2000);
    expect(ready()).toBe(true);
  });

  it('gives every pod of a node an address of its own, and takes it back', () => {
    const { clock, client } = cluster();
    for (let index = 0; index < 20; index += 1)
      client.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `p${index}`, namespace: 'default' },
        spec: { containers: [{ name: 'web', image: 'acme/web:1' }] },
        status: {},
      });
    clock.advance(30_000);
    const addresses = client.list('v1 Pod').map((pod) => (pod as Pod).status?.podIP);
    expect(new Set(addresses).size).toBe(20);
    expect(addresses.every((address) => address?.startsWith('10.244.0.'))).toBe(true);
  });

  it('runs a fresh cluster of several nodes to readiness', () => {
    const { clock, client } = smallCluster([createScheduler(), createKubelets()]);
    seed(client, { nodes: 3 });
    clock.advance(1000);
    const nodes = client.list('v1 Node') as readonly Node[];
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['minikube', 'minikube-m02', 'minikube-m03']);
    expect(
      nodes.every(({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      ),
    ).toBe(true);
    seed(client, { nodes: 3 });
    expect(client.list('v1 Node')).toHaveLength(3);
  });
});

describe('ten thousand pods', () => {
  it('become ready with four writes each and cost nothing afterwards', () => {
    const { clock, client } = smallCluster([createScheduler(), createKubelets({ images: ['docker.io/acme/web:1'] })]);
    const count = 10_000;
    for (let index = 0; index < 100; index += 1)
      client.create(oneNode(`n${index}`, { allocatable: { cpu: '32', memory: '64Gi' } }));
    let writes = 0;
    const ready = new Set<string>();
    client.watch('v1 Pod', ({ type, object }) => {
      if (type === 'MODIFIED') writes += 1;
      const pod = object as Pod;
      if (pod.status?.conditions?.some(({ type: is, status }) => is === 'Ready' && status === 'True'))
        ready.add(pod.metadata.name);
    });
    for (let index = 0; index < count; index += 1)
      client.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `web-${index}`, namespace: 'default', generation: 1 },
        spec: {
          containers: [
            { name: 'web', image: 'acme/web:1', readinessProbe: { httpGet: { port: 80 }, periodSeconds: 2 } },
          ],
        },
        status: { phase: 'Pending' },
      });
    clock.advance(10_000);
    expect(ready.size).toBe(count);
    expect(writes).toBeLessThanOrEqual(4 * count);
    clock.advance(3_600_000);
    expect(writes).toBeLessThanOrEqual(4 * count);
  });
});
