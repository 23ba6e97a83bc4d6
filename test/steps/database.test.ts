import { describe, expect, it } from 'vitest';
import { systemTime } from '../../src/clock.ts';
import { undoDeployment } from '../../src/engine/undo.ts';
import { labels, managedBy } from '../../src/kubernetes/objects.ts';
import { databaseObjects } from '../../src/steps/database/objects.ts';
import { databasePlan } from '../../src/steps/database/plan.ts';
import { steps } from '../../src/steps/steps.ts';
import { becomesReady } from '../support/fake-cluster.ts';
import { kindOf, stepIn, World, type Wish } from '../support/world.ts';

const params = { name: 'postgres', namespace: 'shop', version: '17', size: '1Gi', database: 'tododb', user: 'todo' };
const database = (more = {}): Wish => ({ id: 'database.postgres', kind: 'database', params: { ...params, ...more } });
const ours = { [labels.managedBy]: managedBy };

/** A cluster whose StatefulSet controller claims volumes, as the template says. */
function withController(): World {
  const world = new World();
  world.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const ready = world.cluster.react;
  world.cluster.react = (object) => {
    if (object.kind === 'StatefulSet') {
      for (const { metadata } of object['spec'].volumeClaimTemplates as {
        metadata: { name: string; labels?: object };
      }[]) {
        const name = `${metadata.name}-${object.metadata.name}-0`;
        if (world.cluster.find('PersistentVolumeClaim', name) === undefined)
          world.cluster.put({
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: {
              name,
              namespace: 'shop',
              labels: { ...metadata.labels, ...object['spec'].selector.matchLabels },
            },
          });
      }
    }
    ready(object);
  };
  return world;
}

const password = (world: World) => String(world.cluster.find('Secret', 'postgres')?.['data'].password);

describe('a database in the cluster', () => {
  it('is made once, with a password that is generated once', async () => {
    const world = withController();
    expect(await world.up(world.plan([database()]))).toMatchObject({ outcome: 'done', changed: true });
    const first = password(world);
    expect(Buffer.from(first, 'base64').toString()).toMatch(/^[A-Za-z0-9]{33}$/);
    const writes = world.cluster.writes.length;
    expect(await world.up(world.plan([database()]))).toMatchObject({ changed: false });
    expect(world.cluster.writes).toHaveLength(writes);
    await world.up(world.plan([database({ version: '18' })]));
    expect(world.cluster.writes.slice(writes)).toContain('update StatefulSet/postgres');
    expect(password(world)).toBe(first);
  });

  it('is waited for, and its failure is explained', async () => {
    const world = withController();
    world.cluster.react = () => undefined;
    const stop = new AbortController();
    const waits: string[] = [];
    const run = world.up(world.plan([database()]), {
      stop: stop.signal,
      emit: (event) => {
        if (event.type !== 'step.waiting') return;
        waits.push(event.blocker);
        stop.abort(new Error('interrupted'));
      },
    });
    expect(await run).toMatchObject({ outcome: 'stopped' });
    expect(waits[0]).toMatch(/^postgres: /);
    // What it made is known although it never became ready.
    expect(world.ledger?.entries[0]?.made.map(({ kind }) => kind)).toEqual([
      'Secret',
      'Service',
      'StatefulSet',
      'PersistentVolumeClaim',
    ]);
  });

  it('is waited for again when it is there and not ready', async () => {
    const world = withController();
    await world.up(world.plan([database()]));
    const set = world.cluster.find('StatefulSet', 'postgres');
    if (set !== undefined) world.cluster.put({ ...set, status: { ...set['status'], readyReplicas: 0, replicas: 0 } });
    const plan = world.plan([database()]);
    const check = await kindOf('database').check(stepIn(plan).params, world.context(stepIn(plan), plan));
    expect(check).toEqual({ found: 'todo', why: 'it is not ready' });
  });

  it.each(['StatefulSet', 'Secret'])('is not put over a %s of somebody else', async (kind) => {
    const world = withController();
    world.cluster.put({
      apiVersion: kind === 'Secret' ? 'v1' : 'apps/v1',
      kind,
      metadata: { name: 'postgres', namespace: 'shop' },
      spec: { volumeClaimTemplates: [] },
    });
    const before = world.cluster.writes.length;
    const { failures } = await world.up(world.plan([database()]));
    expect(failures).toMatchObject([
      {
        failure: {
          code: 'database-foreign',
          cause: `${kind} postgres is there already and was not made by this program`,
        },
      },
    ]);
    expect(world.cluster.writes.slice(before)).toEqual([]);
  });

  it('gets no new password for an old volume: that would lock its data up', async () => {
    const world = withController();
    await world.up(world.plan([database()]));
    const secret = world.cluster.find('Secret', 'postgres');
    if (secret !== undefined) world.cluster.remove(secret);
    const { failures } = await world.up(world.plan([database()]));
    expect(failures).toMatchObject([{ failure: { code: 'database-password-lost', answers: ['database'] } }]);
    expect(failures[0]?.failure.remedy.join()).toContain('kubectl -n shop delete pvc data-postgres-0');
    expect(world.cluster.find('Secret', 'postgres')).toBeUndefined();
  });

  it('finds its data again when its Secret was put back or its password changed, and not those of another', async () => {
    const world = withController();
    await world.up(world.plan([database()]));
    const directory = () => {
      const [container] = world.cluster.find('StatefulSet', 'postgres')?.['spec'].template.spec.containers ?? [];
      return (container.env as { name: string; value?: string }[]).find(({ name }) => name === 'PGDATA')?.value;
    };
    const first = directory();
    expect(first).toMatch(/^\/var\/lib\/postgresql\/data\/pgdata-[0-9a-z]+$/);
    const secret = world.cluster.find('Secret', 'postgres');
    if (secret === undefined) throw new Error('no Secret');
    world.cluster.remove(secret);
    world.cluster.put({ ...secret, metadata: { ...secret.metadata, uid: 'another-uid' } });
    await world.up(world.plan([database({ version: '18' })]));
    expect(directory()).toBe(first);
    world.cluster.put({ ...secret, data: { ...secret['data'], password: Buffer.from('changed').toString('base64') } });
    await world.up(world.plan([database({ version: '17' })]));
    expect(directory()).toBe(first);
    // A database that is made anew does not take up what a volume of the same name still holds.
    const other = withController();
    await other.up(other.plan([database()]));
    expect(JSON.stringify(other.cluster.find('StatefulSet', 'postgres'))).not.toContain(String(first));
  });

  it.each([
    ['Delete', 'claimed by it', true],
    ['Retain', 'claimed by it', false],
    ['Delete', 'of another claim', false],
  ])('is gone when its volume is (%s, %s: waited for %s)', async (policy, claimed, isAwaited) => {
    const world = withController();
    await world.up(world.plan([database()]));
    const claim = world.cluster.find('PersistentVolumeClaim', 'data-postgres-0');
    if (claim === undefined) throw new Error('no claim');
    world.cluster.put({ ...claim, spec: { volumeName: 'pv-1' } });
    const uid = claimed === 'claimed by it' ? claim.metadata.uid : 'another';
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv-1' } };
    world.cluster.put({ ...volume, spec: { claimRef: { uid }, persistentVolumeReclaimPolicy: policy } });
    const said: string[] = [];
    let looks = 0;
    world.failure = (argv) => {
      // The provisioner removes it after it was looked for the first time.
      if (argv.includes('persistentvolume') && (looks += 1) === 2) world.cluster.remove(volume);
      return undefined;
    };
    await undoDeployment({
      ledger: world.ledger ?? (undefined as never),
      ledgerName: 'deploy-wizard.shop.local',
      steps,
      withData: true,
      withNamespace: false,
      tools: world,
      signal: new AbortController().signal,
      time: systemTime,
      progress: (text) => said.push(text),
    });
    expect(said).toContain('the volume pv-1 behind it');
    expect(looks).toBe(isAwaited ? 2 : 1);
    expect(world.cluster.find('PersistentVolume', 'pv-1') === undefined).toBe(isAwaited);
  });

  it('stands behind its URL and password, and behind nothing without them', async () => {
    const world = withController();
    const plan = world.plan([database()]);
    const context = world.context(stepIn(plan), plan);
    expect(await kindOf('database').secrets?.(stepIn(plan).params, context)).toEqual({});
    await world.up(plan);
    const value = Buffer.from(password(world), 'base64').toString();
    expect(await kindOf('database').secrets?.(stepIn(plan).params, context)).toEqual({
      'database.password': value,
      'database.url': `postgresql://todo:${value}@postgres.shop.svc:5432/tododb`,
    });
  });

  it('goes without its data, and then with it: also the volume, which its controller made', async () => {
    const world = withController();
    const plan = world.plan([database()]);
    await world.up(plan);
    const undo = (withData: boolean) =>
      undoDeployment({
        ledger: world.ledger ?? (undefined as never),
        ledgerName: 'deploy-wizard.shop.local',
        steps,
        withData,
        withNamespace: false,
        tools: world,
        signal: new AbortController().signal,
        time: systemTime,
        progress: () => undefined,
      });
    const kinds = () =>
      world.cluster
        .all()
        .flatMap(({ kind, metadata }) => (metadata.namespace === 'shop' ? [kind] : []))
        .sort();
    expect(await undo(false)).toEqual([
      'Secret postgres, with its data',
      'PersistentVolumeClaim data-postgres-0, with its data',
      'ConfigMap deploy-wizard.shop.local, which remembers this',
    ]);
    expect(kinds()).toEqual(['ConfigMap', 'PersistentVolumeClaim', 'Secret']);
    expect(await undo(true)).toEqual([]);
    expect(kinds()).toEqual([]);
  });

  it('goes by the label of its volume when the run was ended before the volume was there', async () => {
    const world = withController();
    const claim = databaseObjects(databasePlan.params.parse(params))[1]?.['spec'].volumeClaimTemplates[0];
    expect(claim.metadata.labels).toEqual(ours);
    expect(becomesReady(claim as never)).toBeUndefined();
    const plan = world.plan([database()]);
    // The record of what is about to be made knows no uid.
    await world.up(plan, {
      record: { intends: async () => undefined, did: async () => undefined, failed: async () => undefined },
    });
    await world.kubectl.delete({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      name: 'data-postgres-0',
      namespace: 'shop',
    });
    expect(world.cluster.find('PersistentVolumeClaim', 'data-postgres-0')).toBeUndefined();
  });
});
