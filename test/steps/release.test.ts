import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/engine/step.ts';
import { ToolError } from '../../src/errors/errors.ts';
import { deployment, service } from '../support/manifests.ts';
import { World, type Wish } from '../support/world.ts';

const params = { name: 'web', namespace: 'shop', chart: 'chart', values: ['values.yaml'], set: { 'image.tag': 'one' } };
const release = (set = params.set): Wish => ({ id: 'release.web', kind: 'release', params: { ...params, set } });

/** A chart whose Deployment is made of its flags, and a cluster that takes what Helm installs. */
function charted() {
  const world = new World();
  world.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  world.helm.chart = (flags) => [deployment('web', { args: [flags] }), service('web')];
  world.helm.installed = (objects) => {
    for (const object of objects) world.cluster.put(object);
  };
  const up = async (wish: Wish = release()) => {
    world.executed.length = 0;
    const result = await world.up(world.plan([wish]));
    return { ...result, helm: world.executed.flatMap(([program, command]) => (program === 'helm' ? [command] : [])) };
  };
  return { world, up, status: () => world.helm.releases.get('shop/web')?.status };
}

function left(world: World, status: string, revision = 1) {
  world.helm.releases.set('shop/web', { name: 'web', namespace: 'shop', revision, status, objects: [] });
}

const made = [{ apiVersion: 'helm.sh/v3', kind: 'Release', name: 'web', namespace: 'shop' }];
const entry: LedgerEntry = {
  step: 'release.web',
  kind: 'release',
  inputHash: '',
  made,
  undo: { name: 'web', namespace: 'shop' },
  holdsData: false,
};
function recorded(world: World, more: Partial<LedgerEntry> = {}) {
  world.ledger = {
    version: 1,
    recipe: { name: 'shop', title: 'Shop', digest: '' },
    environment: 'local',
    namespace: 'shop',
    answers: {},
    entries: [{ ...entry, ...more }],
    endpoints: [],
    durations: {},
  };
}

describe('a release', () => {
  it('is installed, upgraded when its values change, and left alone when nothing has', async () => {
    const { world, up } = charted();
    expect(await up()).toMatchObject({ changed: true, helm: ['upgrade'] });
    expect(world.ledger?.entries).toMatchObject([{ made, undo: { name: 'web' } }]);
    expect(await up()).toMatchObject({ changed: false, helm: [] });
    expect(await up(release({ 'image.tag': 'two' }))).toMatchObject({ changed: true, helm: ['upgrade'] });
    expect(world.helm.releases.get('shop/web')?.revision).toBe(2);
  });

  it('is upgraded when one of its objects is gone from the cluster', async () => {
    const { world, up } = charted();
    await up();
    const gone = world.cluster.find('Service', 'web');
    if (gone !== undefined) world.cluster.remove(gone);
    expect(await up()).toMatchObject({ changed: true, helm: ['upgrade'] });
  });

  it('is compared as the cluster would render it: by its version and by what it serves', async () => {
    const { world, up } = charted();
    await up();
    world.helm.rendered.length = 0;
    await up();
    expect(world.helm.rendered).toEqual([
      { kubeVersion: 'v1.34.0', apiVersions: expect.arrayContaining(['apps/v1', 'apps/v1/Deployment', 'v1/Service']) },
    ]);
  });

  it('that failed is upgraded again', async () => {
    const { world, up, status } = charted();
    left(world, 'failed');
    recorded(world);
    expect(await up()).toMatchObject({ outcome: 'done', helm: ['upgrade'] });
    expect(status()).toBe('deployed');
  });

  it('whose upgrade fails is ours all the same: it was not there before', async () => {
    const { world, up } = charted();
    world.failure = (argv) =>
      argv[1] === 'upgrade' ? new ToolError('helm failed', { argv, status: 1, lastLines: ['quota'] }) : undefined;
    expect(await up()).toMatchObject({ outcome: 'failed', changed: true });
    expect(world.ledger?.entries).toMatchObject([{ made }]);
    world.failure = undefined;
    expect(await up()).toMatchObject({ outcome: 'done' });
    expect(world.ledger?.entries).toMatchObject([{ made }]);
  });

  it("of another is upgraded, and stays the other's, now and later", async () => {
    const { world, up } = charted();
    left(world, 'deployed', 3);
    await up();
    expect(world.ledger?.entries).toMatchObject([{ made: [], undo: { name: 'web' } }]);
    await up(release({ 'image.tag': 'two' }));
    expect(world.ledger?.entries).toMatchObject([{ made: [] }]);
    expect(world.helm.releases.get('shop/web')?.revision).toBe(5);
  });

  it('is not deployed because helm says nothing against it', async () => {
    const { world, up } = charted();
    world.helm.installed = () => left(world, 'failed', 1);
    expect((await up()).failures).toMatchObject([
      { failure: { code: 'release-not-deployed', cause: 'Release web is failed after helm upgrade ended well' } },
    ]);
  });
});

describe('a release that was left in the middle', () => {
  it.each([
    ['pending-install', ['uninstall', 'upgrade']],
    ['uninstalling', ['uninstall', 'upgrade']],
    ['pending-upgrade', ['rollback', 'upgrade']],
    ['pending-rollback', ['rollback', 'upgrade']],
  ])('as %s is mended when it is ours', async (state, commands) => {
    const { world, up, status } = charted();
    left(world, state);
    recorded(world);
    expect(await up()).toMatchObject({ outcome: 'done', helm: commands });
    expect(status()).toBe('deployed');
  });

  it.each(['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'])(
    "as %s is not touched when it is another's",
    async (state) => {
      for (const known of [false, true]) {
        const { world, up, status } = charted();
        left(world, state);
        if (known) recorded(world, { made: [] });
        const { failures, helm } = await up();
        expect(failures).toMatchObject([{ failure: { code: 'release-pending' } }]);
        expect(failures[0]?.failure.cause).toContain(state);
        expect([helm, status()]).toEqual([[], state]);
      }
    },
  );

  it('by a decision to try again within one run is mended as well', async () => {
    const { world, up } = charted();
    let fails = true;
    world.failure = (argv) => {
      if (argv[1] !== 'upgrade' || !fails) return undefined;
      fails = false;
      return new Error('ended');
    };
    const plan = world.plan([release()]);
    const result = await world.up(plan, {
      decide: async ({ id }) => {
        left(world, 'pending-install');
        return { id, action: 'retry' };
      },
    });
    expect(result).toMatchObject({ outcome: 'done', failures: [] });
    expect(world.ledger?.entries).toMatchObject([{ made }]);
    expect(await up()).toMatchObject({ changed: false });
  });
});
