import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/engine/run-request.ts';
import { labels, managedBy } from '../../src/kubernetes/objects.ts';
import type { JsonValue } from '../../src/plan/plan.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { World, type Wish } from '../support/world.ts';

type Keys = Record<string, JsonValue>;
const ours = { [labels.managedBy]: managedBy };

function secret(id: string, keys: Keys, needs: string[] = []): Wish {
  const list = Object.entries(keys).map(([key, source]) => ({ key, sources: source === null ? [] : [source] }));
  return {
    id: `secret.${id}`,
    kind: 'secret',
    params: { name: id, namespace: 'shop', type: 'Opaque', keys: list },
    needs,
  };
}

const generated = { generate: { bytes: 32, encode: 'base64url' } };
const asked = { ask: 'Database URL' };

/** Runs steps in a world and gives what the Secrets hold then, and which objects were written. */
async function up(world: World, ...wishes: Wish[]): Promise<RunResult & { writes: string[] }> {
  const before = world.cluster.writes.length;
  const result = await world.up(world.plan(wishes));
  return { ...result, writes: world.cluster.writes.slice(before) };
}

function held(world: World, name: string): Record<string, string> {
  const data = (world.cluster.find('Secret', name)?.['data'] ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** A Secret that was there before. */
function stored(world: World, name: string, values: Record<string, string | Buffer>, isOurs = true) {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  const metadata = { name, namespace: 'shop', ...(isOurs ? { labels: ours } : {}) };
  return world.cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data });
}

describe('a value that is generated', () => {
  it('is generated once and kept', async () => {
    const world = new World();
    expect(await up(world, secret('backend', { token: generated }))).toMatchObject({
      changed: true,
      writes: ['create Secret/backend'],
    });
    const first = held(world, 'backend')['token'];
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(await up(world, secret('backend', { token: generated }))).toMatchObject({ changed: false, writes: [] });
    expect(held(world, 'backend')['token']).toBe(first);
  });

  it('stays when another key of its Secret changes', async () => {
    const world = new World();
    world.vault.put('secrets.backend.url', 'one');
    await up(world, secret('backend', { token: generated, url: asked }));
    const { token } = held(world, 'backend');
    world.vault.put('secrets.backend.url', 'two');
    expect((await up(world, secret('backend', { token: generated, url: asked }))).writes).toEqual([
      'update Secret/backend',
    ]);
    expect(held(world, 'backend')).toEqual({ token, url: 'two' });
  });

  it('is data: it goes when the data goes', async () => {
    const world = new World();
    await up(world, secret('a', { token: generated }), secret('b', { url: { from: 'text' } }));
    expect(world.ledger?.entries.map(({ step, holdsData }) => [step, holdsData])).toEqual([
      ['secret.a', true],
      ['secret.b', false],
    ]);
  });
});

describe('a value that is asked', () => {
  it('is written as it was answered, byte by byte', async () => {
    const world = new World();
    const odd = ' p"a\'s\\s: @%\n$(id) ${x} 🦀\t';
    world.vault.put('secrets.backend.url', odd);
    await up(world, secret('backend', { url: asked }));
    expect(held(world, 'backend')).toEqual({ url: odd });
  });

  it('is compared, and updates its own Secret alone when it differs', async () => {
    const world = new World();
    world.vault.put('secrets.a.url', 'one');
    world.vault.put('secrets.b.url', 'other');
    await up(world, secret('a', { url: asked }), secret('b', { url: asked }));
    expect((await up(world, secret('a', { url: asked }), secret('b', { url: asked }))).writes).toEqual([]);
    world.vault.put('secrets.a.url', 'two');
    expect((await up(world, secret('a', { url: asked }), secret('b', { url: asked }))).writes).toEqual([
      'update Secret/a',
    ]);
    expect([held(world, 'a'), held(world, 'b')]).toEqual([{ url: 'two' }, { url: 'other' }]);
  });

  it('is kept from an earlier run when it was not asked for', async () => {
    const world = new World();
    stored(world, 'backend', { url: 'from an earlier run' });
    expect(await up(world, secret('backend', { url: asked }))).toMatchObject({ outcome: 'done', writes: [] });
  });

  it('that is in neither place is asked for, in words', async () => {
    const world = new World();
    stored(world, 'backend', { other: 'x' });
    const { failures, writes } = await up(world, secret('backend', { url: asked }));
    expect(writes).toEqual([]);
    expect(failures).toMatchObject([
      {
        failure: {
          code: 'secret-missing',
          cause: 'Secret backend in namespace shop has no url, and it was not asked for in this run',
          answers: ['secrets.backend.url'],
        },
      },
    ]);
  });

  it('and is optional is left out without an answer, and kept where there was one', async () => {
    const world = new World();
    const optional = { ask: 'API key', optional: true };
    await up(world, secret('backend', { token: { from: 'x' }, key: optional, none: null }));
    expect(held(world, 'backend')).toEqual({ token: 'x' });
    stored(world, 'backend', { token: 'x', key: 'from before' });
    expect((await up(world, secret('backend', { token: { from: 'y' }, key: optional }))).writes).toEqual([
      'update Secret/backend',
    ]);
    expect(held(world, 'backend')).toEqual({ token: 'y', key: 'from before' });
  });
});

describe('a value from elsewhere', () => {
  it('is that of another Secret, made by an earlier step or by an earlier run', async () => {
    const world = new World();
    const frontend = secret('frontend', { auth: { from: '${secrets.backend.keys["jwt-secret"]}' } }, [
      'secret.backend',
    ]);
    await up(world, secret('backend', { 'jwt-secret': generated }), frontend);
    expect(held(world, 'frontend')['auth']).toBe(held(world, 'backend')['jwt-secret']);
    expect(await up(world, secret('backend', { 'jwt-secret': generated }), frontend)).toMatchObject({
      changed: false,
      writes: [],
    });
    stored(world, 'backend', { 'jwt-secret': 'rotated by hand' });
    await up(world, secret('backend', { 'jwt-secret': generated }), frontend);
    expect(held(world, 'frontend')['auth']).toBe('rotated by hand');
  });

  it('is the URL of the database in the cluster, in the form that is wished', async () => {
    const world = new World();
    const params = {
      name: 'postgres',
      namespace: 'shop',
      version: '17',
      size: '1Gi',
      database: 'tododb',
      user: 'todo',
    };
    const url = { from: '${database.url}', format: 'asyncpg-url' };
    await up(
      world,
      { id: 'database.postgres', kind: 'database', params },
      secret('backend', { url }, ['database.postgres']),
    );
    const { password } = held(world, 'postgres');
    expect(held(world, 'backend')).toEqual({
      url: `postgresql+asyncpg://todo:${password}@postgres.shop.svc:5432/tododb`,
    });
  });

  it('is a file of the recipe, a variable of the person, or a key that is in the cluster', async () => {
    const world = new World();
    world.folder = await temporaryDirectory();
    await mkdir(join(world.folder, 'files'));
    await writeFile(join(world.folder, 'files', 'ca.pem'), '-----BEGIN\nlines\n');
    Object.assign(world.environment, { API_KEY: 'from the environment' });
    stored(world, 'shared', { token: 'of the platform' }, false);
    const keys = {
      ca: { file: 'files/ca.pem' },
      api: { env: 'API_KEY' },
      none: { env: 'NOT_SET', optional: true },
      shared: { existing: { secret: 'shared', key: 'token' } },
    };
    expect((await up(world, secret('backend', keys))).failures).toEqual([]);
    expect(held(world, 'backend')).toEqual({
      ca: '-----BEGIN\nlines\n',
      api: 'from the environment',
      shared: 'of the platform',
    });
  });

  it('is read from a file that the person names, relative to where they are', async () => {
    const world = new World();
    world.folder = await temporaryDirectory();
    await mkdir(join(world.folder, 'files'));
    await writeFile(join(world.folder, 'files', 'own.pem'), 'own');
    const keys = {
      relative: { file: './files/own.pem', named: true },
      whole: { file: join(world.folder, 'files', 'own.pem'), named: true },
    };
    expect((await up(world, secret('backend', keys))).failures).toEqual([]);
    expect(held(world, 'backend')).toEqual({ relative: 'own', whole: 'own' });
  });

  it.each([
    [{ file: 'none.pem' }, /The file none.pem of a secret cannot be read/],
    [{ env: 'NOT_SET' }, /The environment variable NOT_SET is not set/],
    [{ existing: { secret: 'none', key: 'token' } }, /Secret none has no key token/],
    [{ from: '${secrets.nobody.keys.token}' }, /The secret secrets.nobody.keys.token is nowhere to be found/],
  ])('that is not there is named: %j', async (source, cause) => {
    const { failures, writes } = await up(new World(), secret('backend', { key: source }));
    expect(failures.map(({ failure }) => failure.cause)).toEqual([expect.stringMatching(cause)]);
    expect(failures.map(({ failure }) => failure.code)).not.toContain('bug');
    expect(writes).toEqual([]);
  });
});

describe('a Secret', () => {
  it('that somebody else made is not touched when it differs, and used when it does not', async () => {
    const world = new World();
    world.vault.put('secrets.backend.url', 'wished');
    stored(world, 'backend', { url: 'another' }, false);
    const { failures, writes } = await up(world, secret('backend', { url: asked }));
    expect(writes).toEqual([]);
    expect(failures).toMatchObject([{ failure: { code: 'secret-foreign', answers: ['namespace'] } }]);
    expect(failures[0]?.failure.cause).toContain('differs in url');
    stored(world, 'backend', { url: 'wished', more: 'of theirs' }, false);
    expect(await up(world, secret('backend', { url: asked }))).toMatchObject({
      outcome: 'done',
      changed: false,
      writes: [],
    });
  });

  it('keeps what others put into it, and bytes that are no text', async () => {
    const world = new World();
    const bytes = Buffer.from([0, 255, 254, 128, 10]);
    stored(world, 'backend', { binary: bytes, theirs: 'x', url: 'old' });
    world.vault.put('secrets.backend.url', 'new');
    await up(world, secret('backend', { url: asked, binary: { ask: 'Keystore', optional: true } }));
    const data = world.cluster.find('Secret', 'backend')?.['data'] as Record<string, string>;
    expect(Buffer.from(data['binary'] ?? '', 'base64')).toEqual(bytes);
    expect(held(world, 'backend')).toMatchObject({ theirs: 'x', url: 'new' });
  });

  it('tells its version, so that pods follow a change and nothing else', async () => {
    const world = new World();
    const first = await up(world, secret('backend', { url: { from: 'one' } }));
    const same = await up(world, secret('backend', { url: { from: 'one' } }));
    const other = await up(world, secret('backend', { url: { from: 'two' } }));
    const versions = [first, same, other].map(({ outputs }) => outputs['secrets.backend.version']);
    expect(versions[0]).toMatch(/^\d+$/);
    expect(versions[1]).toBe(versions[0]);
    expect(versions[2]).not.toBe(versions[0]);
  });

  it('is in the ledger by its uid, before it is there by its name', async () => {
    const world = new World();
    world.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    world.failure = (argv) =>
      argv.includes('apply') && world.cluster.find('ConfigMap', 'deploy-wizard.shop.local') !== undefined
        ? new Error('killed')
        : undefined;
    await up(world, secret('backend', { token: generated }));
    expect(world.ledger?.entries).toMatchObject([
      { step: 'secret.backend', made: [{ kind: 'Secret', name: 'backend' }] },
    ]);
    world.failure = undefined;
    await up(world, secret('backend', { token: generated }));
    const uid = world.cluster.find('Secret', 'backend')?.metadata.uid;
    expect(world.ledger?.entries).toMatchObject([{ made: [{ kind: 'Secret', name: 'backend', uid }] }]);
  });
});

describe('a login to a registry', () => {
  const login: Wish = {
    id: 'pull-secret.ghcr',
    kind: 'pull-secret',
    params: {
      name: 'ghcr',
      namespace: 'shop',
      registry: 'ghcr.io',
      keys: [
        { key: 'username', sources: [{ env: 'GHCR_USER' }] },
        { key: 'password', sources: [{ ask: 'Token' }] },
      ],
    },
  };

  it('is written as docker login writes it', async () => {
    const world = new World();
    Object.assign(world.environment, { GHCR_USER: 'dev' });
    world.vault.put('secrets.ghcr.password', 'p:w"d');
    await up(world, login);
    const object = world.cluster.find('Secret', 'ghcr');
    expect(object?.['type']).toBe('kubernetes.io/dockerconfigjson');
    expect(JSON.parse(held(world, 'ghcr')['.dockerconfigjson'] ?? '')).toEqual({
      auths: { 'ghcr.io': { username: 'dev', password: 'p:w"d', auth: Buffer.from('dev:p:w"d').toString('base64') } },
    });
    expect((await up(world, login)).writes).toEqual([]);
  });

  it('is kept when it was not asked for again', async () => {
    const world = new World();
    Object.assign(world.environment, { GHCR_USER: 'dev' });
    world.vault.put('secrets.ghcr.password', 'secret-token');
    await up(world, login);
    const again = new World();
    Object.assign(again.environment, world.environment);
    const before = world.cluster.find('Secret', 'ghcr');
    if (before !== undefined) again.cluster.put(before);
    expect(await up(again, login)).toMatchObject({ outcome: 'done', writes: ['create Secret/ghcr'].slice(1) });
  });
});

describe('no secret', () => {
  const canaries = ['canary-asked-1f9d', 'canary-env-77aa', 'canary-file-c0de'];

  it('is in an event, in the journal, in the ledger or in an argument vector', async () => {
    const world = new World();
    world.folder = await temporaryDirectory();
    await writeFile(join(world.folder, 'secret.txt'), canaries[2] ?? '');
    world.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    world.vault.put('secrets.backend.url', canaries[0] ?? '');
    Object.assign(world.environment, { TOKEN: canaries[1] });
    const database = { name: 'postgres', namespace: 'shop', version: '17', size: '1Gi', database: 'app', user: 'app' };
    const backend = secret(
      'backend',
      {
        url: asked,
        env: { env: 'TOKEN' },
        file: { file: 'secret.txt' },
        made: generated,
        db: { from: '${database.url}' },
      },
      ['database.postgres'],
    );
    const wishes: Wish[] = [{ id: 'database.postgres', kind: 'database', params: database }, backend];
    const plan = world.plan(wishes);
    expect((await world.up(plan)).failures).toEqual([]);
    // A failure whose words hold one of them, as those of programs and pods do.
    world.vault.put('secrets.backend.url', `${canaries[0]}-changed`);
    world.failure = (argv) =>
      argv.includes('apply') ? new Error(`refused: ${Object.values(held(world, 'backend')).join(' ')}`) : undefined;
    const failed = await world.up(plan);
    expect(failed.outcome).toBe('failed');

    const secrets = [...canaries, held(world, 'postgres')['password'] ?? '', held(world, 'backend')['made'] ?? ''];
    for (const value of secrets) expect(value.length).toBeGreaterThan(10);
    const places: Record<string, string> = {
      plan: JSON.stringify(plan),
      events: JSON.stringify(world.events),
      journal: world.journal.join('\n'),
      ledger: JSON.stringify(world.cluster.find('ConfigMap', 'deploy-wizard.shop.local')),
      arguments: JSON.stringify(world.executed),
      result: JSON.stringify(failed),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(100);
      for (const value of secrets)
        for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])
          expect(text.includes(form), `${form} in ${place}`).toBe(false);
    }
    // The search finds what it looks for: they went by stdin.
    expect(JSON.stringify(world.stdin)).toContain(Buffer.from(canaries[0] ?? '').toString('base64'));
  });
});
