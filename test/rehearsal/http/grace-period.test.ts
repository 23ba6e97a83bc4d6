import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listeningCluster, type ListeningCluster } from '../support/listening-cluster.ts';

// Asked of a 1.34.10 API server with `kubectl proxy` and curl, 2026-11-24.

let cluster: ListeningCluster;
beforeAll(async () => {
  cluster = await listeningCluster();
});
afterAll(() => cluster.close());

async function deletedPod(query: string, fields: object = {}, body?: object) {
  const spec = { containers: [{ name: 'a', image: 'nginx' }], ...fields };
  const pods = '/api/v1/namespaces/default/pods';
  const pod = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec });
  await cluster.ask('POST', pods, { body: pod });
  const options = body === undefined ? {} : { body: JSON.stringify(body) };
  return cluster.ask('DELETE', `${pods}/a?${query}`, options);
}

describe('the grace period of a delete', () => {
  for (const [text, problem] of [
    ['x', 'invalid syntax'],
    ['1.5', 'invalid syntax'],
    ['1e30', 'invalid syntax'],
    ['', 'invalid syntax'],
    ['99999999999999999999', 'value out of range'],
  ])
    it(`is refused in the query as Go's parser refuses it: "${text}"`, async () => {
      const { json } = await deletedPod(`gracePeriodSeconds=${text}`);
      expect(json).toMatchObject({
        code: 400,
        reason: 'BadRequest',
        message: `strconv.ParseInt: parsing "${text}": ${problem}`,
      });
    });

  it('is nothing for a pod that has no node, whatever was asked', async () => {
    await cluster.ask('DELETE', '/api/v1/namespaces/default/pods/a?gracePeriodSeconds=0');
    const { status } = await deletedPod('gracePeriodSeconds=50', { schedulerName: 'none' });
    expect(status).toBe(200);
    expect((await cluster.ask('GET', '/api/v1/namespaces/default/pods/a')).status).toBe(404);
  });

  it('of nothing is told before the pod goes, and answered with the pod', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    await cluster.ask('DELETE', `${pods}/a?gracePeriodSeconds=0`);
    const events: [string, number | undefined, number | undefined, string | undefined][] = [];
    const resource = cluster.cluster.api.registry.ofKind('v1 Pod');
    if (resource === undefined) throw new Error('no Pod');
    const stop = cluster.cluster.api.store.watch(resource, ({ type, object: { metadata } }) => {
      const { name, deletionGracePeriodSeconds, generation, resourceVersion } = metadata;
      if (name === 'a') events.push([type, deletionGracePeriodSeconds, generation, resourceVersion]);
    });
    const { json } = await deletedPod('gracePeriodSeconds=0', { nodeName: 'nowhere' });
    stop();
    const { metadata } = json as { metadata: Record<string, unknown> };
    expect(json).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 0, generation: 2 } });
    expect(events.map(([type, grace, generation]) => [type, grace, generation])).toEqual([
      ['ADDED', undefined, 1],
      ['MODIFIED', 0, 2],
      ['DELETED', 0, 2],
    ]);
    expect(metadata['resourceVersion']).toBe(events.at(-1)?.[3]);
  });

  it.each([
    ['configmaps', { kind: 'ConfigMap' }, 'Status'],
    ['serviceaccounts', { kind: 'ServiceAccount' }, 'ServiceAccount'],
    ['services', { kind: 'Service', spec: { ports: [{ port: 80 }] } }, 'Service'],
  ])('%s go at once and are answered as the API server does', async (plural, fields, kind) => {
    const path = `/api/v1/namespaces/default/${plural}`;
    await cluster.ask('POST', path, { body: JSON.stringify({ apiVersion: 'v1', metadata: { name: 'x' }, ...fields }) });
    expect((await cluster.ask('DELETE', `${path}/x`)).json).toMatchObject({ kind });
  });

  it('starts over beyond what 64 bits of nanoseconds hold, and is not read from the query beside a body', async () => {
    await cluster.ask('DELETE', '/api/v1/namespaces/default/pods/a?gracePeriodSeconds=0');
    const { json } = await deletedPod(
      'gracePeriodSeconds=x',
      { nodeName: 'minikube' },
      { gracePeriodSeconds: 9_300_000_000 },
    );
    const { deletionTimestamp = '', deletionGracePeriodSeconds } = json['metadata'] as Record<string, string>;
    expect(deletionGracePeriodSeconds).toBe(9_300_000_000);
    expect(deletionTimestamp).toMatch(/^1737-/);
  });
});
