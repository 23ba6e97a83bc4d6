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
