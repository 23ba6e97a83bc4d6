import { describe, expect, it } from 'vitest';
import { World, type Wish } from '../support/world.ts';

const namespace: Wish = { id: 'namespace.app', kind: 'namespace', params: { name: 'shop', labels: { team: 'web' } } };

describe('a namespace', () => {
  it('is made with its labels, once', async () => {
    const world = new World();
    expect(await world.up(world.plan([namespace]))).toMatchObject({ changed: true });
    const made = world.cluster.find('Namespace', 'shop');
    expect(made?.metadata.labels).toEqual({ team: 'web', 'app.kubernetes.io/managed-by': 'deploy-wizard' });
    expect(world.ledger?.entries).toMatchObject([
      { made: [{ kind: 'Namespace', name: 'shop', uid: made?.metadata.uid }] },
    ]);
    const writes = world.cluster.writes.length;
    expect(await world.up(world.plan([namespace]))).toMatchObject({ changed: false });
    expect(world.cluster.writes).toHaveLength(writes);
  });

  it('that was there before is used as it is, and is not ours', async () => {
    const world = new World();
    world.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'other' } } });
    expect(await world.up(world.plan([namespace]))).toMatchObject({ outcome: 'done', changed: false });
    expect(world.cluster.find('Namespace', 'shop')?.metadata.labels).toEqual({ team: 'other' });
    expect(world.ledger?.entries).toEqual([]);
  });

  it('that may not be read is taken for there: rights in one namespace alone need not include it', async () => {
    const world = new World();
    world.cluster.forbidden.add('Namespace');
    expect(await world.up(world.plan([namespace]))).toMatchObject({ outcome: 'done', changed: false });
    expect(world.cluster.writes).toEqual([]);
  });

  it('that is being deleted is named with what holds it up', async () => {
    const world = new World();
    world.cluster.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: {
        conditions: [
          {
            type: 'NamespaceContentRemaining',
            status: 'True',
            message: 'persistentvolumeclaims. has 1 resource instances',
          },
          { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'all well' },
        ],
      },
    });
    const { failures } = await world.up(world.plan([namespace]));
    expect(failures).toMatchObject([
      {
        failure: {
          code: 'namespace-terminating',
          evidence: ['NamespaceContentRemaining: persistentvolumeclaims. has 1 resource instances'],
          answers: ['namespace'],
        },
      },
    ]);
  });
});
