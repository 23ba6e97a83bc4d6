import { describe, expect, it } from 'vitest';
import { systemTime } from '../../src/clock.ts';
import type { Ledger } from '../../src/engine/journal/ledger.ts';
import type { LedgerEntry } from '../../src/engine/step.ts';
import { undoDeployment } from '../../src/engine/undo.ts';
import { labels, managedBy } from '../../src/kubernetes/objects.ts';
import { steps } from '../../src/steps/steps.ts';
import { World } from '../support/world.ts';

const object = (kind: string, name: string, uid?: string) => ({
  apiVersion: kind === 'StatefulSet' ? 'apps/v1' : 'v1',
  kind,
  name,
  ...(kind === 'Namespace' ? {} : { namespace: 'shop' }),
  ...(uid === undefined ? {} : { uid }),
});
const entry = (step: string, made: LedgerEntry['made'], more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  step,
  kind: step.split('.')[0] ?? '',
  inputHash: '',
  made,
  undo: {},
  holdsData: false,
  ...more,
});

/** A deployment with one of each: a namespace of its own, a Secret, a database, a release. */
async function deployed(more: LedgerEntry[] = []) {
  const world = new World();
  const ours = { [labels.managedBy]: managedBy };
  const put = (kind: string, name: string) =>
    world.cluster.put({
      apiVersion: object(kind, name).apiVersion,
      kind,
      metadata: {
        name,
        labels: ours,
        uid: `uid-of-${name}-${kind}`,
        ...(kind === 'Namespace' ? {} : { namespace: 'shop' }),
      },
    });
  const made = (kind: string, name: string) => object(kind, name, put(kind, name).metadata.uid);
  const entries = [
    entry('namespace.app', [made('Namespace', 'shop')]),
    entry('image.web', []),
    entry('secret.plain', [made('Secret', 'plain')]),
    entry('secret.generated', [made('Secret', 'generated')], { holdsData: true }),
    entry(
      'database.postgres',
      [
        made('Secret', 'postgres'),
        made('Service', 'postgres'),
        made('StatefulSet', 'postgres'),
        made('PersistentVolumeClaim', 'data-postgres-0'),
      ],
      { undo: { name: 'postgres', namespace: 'shop' }, holdsData: true },
    ),
    entry('release.web', [{ apiVersion: 'helm.sh/v3', kind: 'Release', name: 'web', namespace: 'shop' }], {
      undo: { name: 'web', namespace: 'shop' },
    }),
    ...more,
  ];
  put('ConfigMap', 'deploy-wizard.shop.local');
  world.helm.releases.set('shop/web', { name: 'web', namespace: 'shop', revision: 1, status: 'deployed', objects: [] });
  await world.kubectl.freezeTarget();
  world.cluster.writes.length = 0;
  const ledger: Ledger = {
    version: 1,
    recipe: { name: 'shop', title: 'Shop', digest: '' },
    environment: 'local',
    namespace: 'shop',
    answers: {},
    entries,
    endpoints: [],
    durations: {},
  };
  const said: string[] = [];
  const undo = (scope: { withData: boolean; withNamespace: boolean }, signal = new AbortController().signal) =>
    undoDeployment({
      ledger,
      ledgerName: 'deploy-wizard.shop.local',
      steps,
      ...scope,
      tools: world,
      signal,
      time: systemTime,
      progress: (text) => said.push(text),
    });
  return { world, undo, said, ledger };
}

describe('taking back a deployment', () => {
  it('removes what was made, last first, keeps the data, and lists what stays', async () => {
    const { world, undo, said } = await deployed();
    const left = await undo({ withData: false, withNamespace: false });
    expect(world.helm.releases.size).toBe(0);
    expect(world.cluster.writes).toEqual([
      'delete StatefulSet/postgres',
      'delete Service/postgres',
      'delete Secret/plain',
    ]);
    expect(said).toEqual(['release web', 'StatefulSet postgres', 'Service postgres', 'Secret plain']);
    expect(left).toEqual([
      'Secret postgres, with its data',
      'PersistentVolumeClaim data-postgres-0, with its data',
      'Secret generated, with its data',
      'the image of web in Docker and on the nodes',
      'ConfigMap deploy-wizard.shop.local, which remembers this',
      'namespace shop',
    ]);
  });

  it('removes the data as well when that is wished, its password after it, and the ledger last', async () => {
    const { world, undo } = await deployed();
    const left = await undo({ withData: true, withNamespace: true });
    expect(world.cluster.writes).toEqual([
      'delete StatefulSet/postgres',
      'delete Service/postgres',
      'delete PersistentVolumeClaim/data-postgres-0',
      'delete Secret/postgres',
      'delete Secret/generated',
      'delete Secret/plain',
      'delete ConfigMap/deploy-wizard.shop.local',
      'delete Namespace/shop',
    ]);
    expect(left).toEqual(['the image of web in Docker and on the nodes']);
  });

  it('leaves alone, and names, an object that is not the one that was made', async () => {
    const { world, undo } = await deployed();
    const plain = world.cluster.find('Secret', 'plain');
    if (plain !== undefined) {
      world.cluster.remove(plain);
      world.cluster.put({ ...plain, metadata: { ...plain.metadata, uid: 'uid-of-another' } });
    }
    const left = await undo({ withData: true, withNamespace: false });
    expect(world.cluster.find('Secret', 'plain')).toBeDefined();
    expect(left).toContain('Secret plain, which is not the one that was made');
  });

  it('names what it cannot take back', async () => {
    const { undo } = await deployed([entry('keycloak.main', [object('ConfigMap', 'realm')])]);
    expect(await undo({ withData: true, withNamespace: false })).toContain('ConfigMap realm');
  });

  it('leaves a release that was there before it', async () => {
    const { world, undo } = await deployed([
      entry('release.other', [], { undo: { name: 'other', namespace: 'shop' } }),
    ]);
    world.helm.releases.set('shop/other', {
      name: 'other',
      namespace: 'shop',
      revision: 2,
      status: 'deployed',
      objects: [],
    });
    expect(await undo({ withData: true, withNamespace: false })).toContain('release other, which was there before');
    expect([...world.helm.releases.keys()]).toEqual(['shop/other']);
  });

  it('can be run again after it was cut off: the ledger is still there', async () => {
    const { world, undo } = await deployed();
    world.failure = (argv) => (argv.join(' ').includes('statefulsets/postgres') ? new Error('cut off') : undefined);
    await expect(undo({ withData: true, withNamespace: true })).rejects.toThrow('cut off');
    expect(world.cluster.find('ConfigMap', 'deploy-wizard.shop.local')).toBeDefined();
    world.failure = undefined;
    expect(await undo({ withData: true, withNamespace: true })).toHaveLength(1);
    expect(world.cluster.find('Namespace', 'shop')).toBeUndefined();
  });

  it('ends between two steps when it is interrupted', async () => {
    const { world, undo } = await deployed();
    const stop = new AbortController();
    stop.abort(new Error('interrupted'));
    await expect(undo({ withData: true, withNamespace: true }, stop.signal)).rejects.toThrow('interrupted');
    expect(world.cluster.writes).toEqual([]);
  });
});
