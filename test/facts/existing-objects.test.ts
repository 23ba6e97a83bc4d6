import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors/errors.ts';
import { existingObjects } from '../../src/facts/existing-objects.ts';
import { gatherClusterFacts } from '../../src/facts/cluster-facts.ts';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { answer, httpServer } from '../support/http-server.ts';
import { deployment } from '../support/manifests.ts';
import { planOf } from '../support/small-plan.ts';

/** Images that are on a node: no registry is asked for them. */
const node = (...names: string[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  status: { images: [{ names: ['web:1', ...names] }, {}] },
});
const inShop = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop' },
  ...more,
});

async function look(
  objects: KubernetesObject[],
  {
    there = [],
    forbidden = [],
    plan = planOf({ 'release.web': { kind: 'release', params: { namespace: 'shop' } } }),
  }: { there?: KubernetesObject[]; forbidden?: string[]; plan?: Plan } = {},
) {
  const cluster = new FakeCluster();
  for (const object of [node(), ...there]) cluster.put(object);
  const facts = await gatherClusterFacts(cluster);
  for (const kind of forbidden) cluster.forbidden.add(kind);
  return existingObjects({
    plan,
    rendered: { 'release.web': objects.map((object) => ({ object, source: '' })) },
    reader: cluster,
    facts,
  });
}

const needing = deployment('web', {
  env: [
    { name: 'A', valueFrom: { secretKeyRef: { name: 'backend', key: 'x' } } },
    { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'x' } } },
  ],
});

describe('what the cluster has of what is needed', () => {
  it('is the names of keys, and what there is not', async () => {
    const existing = await look([needing], {
      there: [
        inShop('Secret', 'backend', { data: { x: 'eA==', y: '' } }),
        inShop('ConfigMap', 'settings', { data: { a: '' }, binaryData: { b: '' } }),
      ],
    });
    expect(existing.keysOf('Secret', 'shop', 'backend')).toEqual(['x', 'y']);
    expect(existing.keysOf('ConfigMap', 'shop', 'settings')).toEqual(['a', 'b']);
    const empty = await look([needing]);
    expect(empty.keysOf('Secret', 'shop', 'backend')).toBeNull();
    expect(empty.has('ServiceAccount', 'shop', 'nobody asked')).toBeUndefined();
  });

  it('is not known where it may not be read', async () => {
    const existing = await look([needing], { forbidden: ['Secret'] });
    expect(existing.keysOf('Secret', 'shop', 'backend')).toBeUndefined();
    expect(existing.keysOf('ConfigMap', 'shop', 'settings')).toBeNull();
  });

  it('is the kinds that it serves', async () => {
    const existing = await look([
      needing,
      { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'x' } },
      { apiVersion: 'apps/v1', kind: 'Deploiment', metadata: { name: 'x' } },
    ]);
    expect(existing.servesKind('apps/v1', 'Deployment')).toBe(true);
    expect(existing.servesKind('cert-manager.io/v1', 'Certificate')).toBe(false);
    expect(existing.servesKind('apps/v1', 'Deploiment')).toBe(false);
    expect(existing.servesKind('v1', 'NotRendered')).toBeUndefined();
  });

  it('is the classes, and which of them is the default', async () => {
    const annotated = (kind: string, group: string, name: string, value: string): KubernetesObject => ({
      apiVersion: `${group}/v1`,
      kind,
      metadata: {
        name,
        annotations: {
          [`${kind === 'StorageClass' ? 'storageclass' : 'ingressclass'}.kubernetes.io/is-default-class`]: value,
        },
      },
    });
    const existing = await look([], {
      there: [
        annotated('StorageClass', 'storage.k8s.io', 'standard', 'true'),
        annotated('IngressClass', 'networking.k8s.io', 'nginx', 'false'),
      ],
    });
    expect(existing.storageClasses).toEqual([{ name: 'standard', isDefault: true }]);
    expect(existing.ingressClasses).toEqual([{ name: 'nginx', isDefault: false }]);
  });

  it('is the images on its nodes, under any of their names, and else what their registry says', async () => {
    const registry = await httpServer((request, response) =>
      answer(response, request.url?.includes('/there/') === true ? 200 : 404),
    );
    const host = `127.0.0.1:${registry.port}`;
    const images = ['postgres:17', 'acme/shop:1', `${host}/there:1`, `${host}/gone:1`];
    const names = ['docker.io/library/postgres:17', 'docker.io/acme/shop:1', 'docker.io/acme/shop@sha256:1'];
    const pods = images.map((image) => inShop('Pod', image, { spec: { containers: [{ name: 'a', image }] } }));
    const existing = await look(pods, { there: [node(...names)] });
    expect(images.map((image) => existing.hasImage(image))).toEqual([true, true, true, false]);
  });

  it('is not asked for an image that the plan builds', async () => {
    const plan = planOf({
      'image.web': { kind: 'image', params: { pull: 'localhost:1/web:1' } },
      'release.web': { kind: 'release', params: { namespace: 'shop' } },
    });
    const existing = await look(
      [inShop('Pod', 'a', { spec: { containers: [{ name: 'a', image: 'localhost:1/web:1' }] } })],
      { plan },
    );
    expect(existing.hasImage('localhost:1/web:1')).toBeUndefined();
  });

  it('fails with the cluster, not with a right', async () => {
    const cluster = new FakeCluster();
    const down = new Error('connection refused');
    cluster.put(node());
    const reader = Object.assign(cluster, { get: async () => Promise.reject(down) });
    const plan = planOf({ 'release.web': { kind: 'release' } });
    await expect(
      existingObjects({
        plan,
        rendered: { 'release.web': [{ object: needing, source: '' }] },
        reader,
        facts: undefined,
      }),
    ).rejects.toBe(down);
    expect(down).not.toBeInstanceOf(UserError);
  });
});
