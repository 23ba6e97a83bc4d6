import { describe, expect, it } from 'vitest';
import { gatherClusterFacts, nodePortsOf } from '../../src/facts/cluster-facts.ts';
import { quantity } from '../../src/kubernetes/quantity.ts';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { service } from '../support/manifests.ts';

const node = (
  name: string,
  architecture: string,
  more: { spec?: object; cpu?: string; memory?: string } = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: more.spec ?? {},
  status: { nodeInfo: { architecture }, allocatable: { cpu: more.cpu ?? '2', memory: more.memory ?? '4Gi' } },
});
const pod = (name: string, nodeName: string | undefined, requests: object[], phase = 'Running'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: {
    ...(nodeName === undefined ? {} : { nodeName }),
    containers: requests.map((each) => ({ resources: { requests: each } })),
  },
  status: { phase },
});
const gigabyte = 1024 ** 3;

async function factsOf(objects: KubernetesObject[], forbidden: string[] = []) {
  const cluster = new FakeCluster();
  for (const object of objects) cluster.put(object);
  for (const kind of forbidden) cluster.forbidden.add(kind);
  return gatherClusterFacts(cluster);
}

describe('what a cluster offers', () => {
  it('is read once: version, identity, lists, node ports', async () => {
    const facts = await factsOf([
      node('a', 'arm64'),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'standard' } },
      { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' } },
      service('web', { ports: [{ port: 80, nodePort: 30001 }, { port: 81 }] }),
    ]);
    expect(facts).toMatchObject({ version: 'v1.34.0', uid: 'uid-of-the-cluster', architectures: ['arm64'], nodes: 1 });
    expect(
      [facts.namespaces, facts.storageClasses, facts.ingressClasses].map((list) =>
        list?.map(({ metadata }) => metadata.name),
      ),
    ).toEqual([['kube-system', 'shop'], ['standard'], ['nginx']]);
    expect([...(facts.nodePorts ?? [])]).toEqual([[30001, 'shop/web']]);
  });

  it('is as much as may be read', async () => {
    const facts = await factsOf([node('a', 'arm64')], ['Node', 'Service', 'StorageClass', 'IngressClass', 'Pod']);
    expect(facts).toMatchObject({
      architectures: ['amd64'],
      nodes: undefined,
      nodePorts: undefined,
      free: undefined,
      storageClasses: undefined,
      ingressClasses: undefined,
    });
    expect(facts.namespaces).toHaveLength(1);
  });

  it('names the architectures of the nodes that take pods, the commonest first', async () => {
    const cordoned = { spec: { unschedulable: true } };
    expect((await factsOf([node('a', 'arm64'), node('b', 'amd64'), node('c', 'amd64')])).architectures).toEqual([
      'amd64',
      'arm64',
    ]);
    expect(
      (await factsOf([node('a', 'arm64'), node('b', 'amd64', cordoned), node('c', 'amd64', cordoned)])).architectures,
    ).toEqual(['arm64']);
    expect((await factsOf([node('a', 'arm64', cordoned)])).architectures).toEqual(['arm64']);
  });
});

describe('the room that is left', () => {
  it('is what the nodes have less what the pods on them request', async () => {
    const { free } = await factsOf([
      node('a', 'amd64', { cpu: '3920m', memory: '4Gi' }),
      node('b', 'amd64', { cpu: '2', memory: '1048576Ki' }),
      pod('one', 'a', [{ cpu: '500m', memory: '1Gi' }, { cpu: '100m' }, {}]),
      pod('ended', 'a', [{ cpu: '3', memory: '3Gi' }], 'Succeeded'),
      pod('failed', 'a', [{ cpu: '3' }], 'Failed'),
      pod('waiting', undefined, [{ cpu: '3' }], 'Pending'),
    ]);
    expect(free?.cpu).toBeCloseTo(3.92 + 2 - 0.6);
    expect(free?.memory).toBeCloseTo(4 * gigabyte);
  });

  it('does not count a node that takes no pods, nor the pods on it', async () => {
    const { free } = await factsOf([
      node('a', 'amd64', { cpu: '2', memory: '1Gi' }),
      node('b', 'amd64', { cpu: '8', memory: '8Gi', spec: { unschedulable: true } }),
      pod('there', 'b', [{ cpu: '7', memory: '7Gi' }]),
    ]);
    expect(free).toEqual({ cpu: 2, memory: gigabyte });
  });
});

describe('a quantity', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['0.5', 0.5],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1Gi', gigabyte],
    ['512Mi', 512 * 1024 ** 2],
    ['1Ki', 1024],
    ['1k', 1000],
    ['1M', 1e6],
    ['2G', 2e9],
    ['1T', 1e12],
    ['1Ti', 1024 ** 4],
    ['1P', 1e15],
    ['1Pi', 1024 ** 5],
    ['1E', 1e18],
    ['1Ei', 1024 ** 6],
    ['100u', 1e-4],
    ['100n', 1e-7],
    [3, 3],
    [undefined, 0],
    ['', 0],
    ['much', 0],
    ['1X', 0],
  ])('%j is %d', (text, number) => expect(quantity(text)).toBeCloseTo(number, 10));
});

it('node ports of a Service are its own, whatever else it has', () => {
  const headless = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'n' } };
  expect([
    ...nodePortsOf([
      headless,
      service('a', {
        ports: [
          { port: 1, nodePort: 30000 },
          { port: 2, nodePort: 30001 },
        ],
      }),
    ]),
  ]).toEqual([
    [30000, 'shop/a'],
    [30001, 'shop/a'],
  ]);
});
