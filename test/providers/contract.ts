import { describe, expect, it } from 'vitest';
import { ToolError, UserError } from '../../src/errors/errors.ts';
import type { FoundCluster, Provider, StartProgress } from '../../src/providers/provider.ts';
import type { ProviderSettings } from '../../src/providers/settings.ts';
import type { CommandOptions } from '../../src/tools/shell/run.ts';
import { fakeRun, type FakeRun, type Reply } from '../support/fake-run.ts';
import { recorded } from '../support/recorded.ts';

export type Table = Parameters<typeof fakeRun>[0];

const folder = new URL('recorded/', import.meta.url);
const kubectlFolder = new URL('../tools/kubectl/recorded/', import.meta.url);
export const answer = (fixture: string): Reply => ({ stdout: recorded(folder, `${fixture}.txt`).text });
export const kubectlFailure = (fixture: string): Reply => ({
  status: 1,
  stderr: recorded(kubectlFolder, `${fixture}.txt`).text,
});

/** The contexts of a kubeconfig, as `kubectl config view` prints them for us: name -> server. */
export function contexts(servers: Record<string, string>, current = ''): Reply {
  const names = Object.keys(servers);
  const lines = [
    current,
    JSON.stringify(names.map((name) => ({ name, context: { cluster: name, user: 'dev' } }))),
    JSON.stringify(names.map((name) => ({ name, cluster: { server: servers[name] } }))),
  ];
  return { stdout: lines.join('\n') };
}

/** A cluster that answers as the recorded one does. */
export const answering = (context: string): Table => ({
  [`kubectl --context ${context} get --raw /api/v1/nodes`]: answer('nodes'),
  [`kubectl --context ${context} get --raw /api/v1/pods`]: answer('pods'),
});

/** A table with some rows replaced or put before the others. */
export const changed = (table: Table, changes: Table): Table => ({ ...changes, ...table, ...changes });

export const detailOfRecorded = 'Kubernetes 1.34, 1 node, 1.9 CPU free';

/** What is particular to one kind of cluster. */
export interface World {
  create(settings: ProviderSettings): Provider;
  /** Its program; without it there are no clusters of this kind. */
  program: string;
  /** One cluster that runs, one that does not answer, and perhaps one that is stopped. */
  table: Table;
  running: { name: string; context: string };
  sick: string;
  stopped?: string;
  /** For kinds that can start clusters: what `start` of the stopped one says and runs. */
  start?: { table: Table; commands: string[] };
  /** What takes images: how, by which command, and the answers when the nodes have `tag`, `todo-backend:3f9c21` unless told. */
  delivery: { table: Table; by: object; commands: string[][]; has: Table; unknown: Table; tag?: string };
  addresses: { table: Table; found: string[] };
}

const unlimited = () => new AbortController().signal;

/** Every provider keeps these promises. */
export function describeProvider(kind: Provider['kind'], world: World): void {
  const withTable = (table: Table, more: Partial<ProviderSettings> = {}): { provider: Provider; fake: FakeRun } => {
    const fake = fakeRun(table);
    return { fake, provider: world.create({ run: fake.run, hostAddresses: () => [], ...more }) };
  };
  const named = (clusters: FoundCluster[], name: string) => clusters.find((cluster) => cluster.name === name);

  describe(`provider ${kind}: clusters`, () => {
    it('has its kind', () => {
      expect(withTable({}).provider.kind).toBe(kind);
    });

    it('are none when its program is missing', async () => {
      const { provider } = withTable({ [world.program]: { missing: true } });
      expect(await provider.list(unlimited())).toEqual([]);
    });

    it('that run tell version, nodes and room, and have a context and a server', async () => {
      const { provider } = withTable(world.table);
      expect(named(await provider.list(unlimited()), world.running.name)).toEqual({
        provider: kind,
        ...world.running,
        state: 'running',
        detail: detailOfRecorded,
        server: 'https://192.168.49.2:8443',
      });
    });

    it('that do not answer say why, and hide no other', async () => {
      const found = await withTable(world.table).provider.list(unlimited());
      expect(named(found, world.sick)).toMatchObject({
        provider: kind,
        problem: expect.stringContaining('does not answer') as string,
      });
      expect(named(found, world.running.name)?.problem).toBeUndefined();
    });

    it('that never answer keep nobody waiting', async () => {
      const never = () => new Promise<Reply>(() => undefined);
      const sick = Object.fromEntries(Object.keys(world.table).map((key) => [key, world.table[key] ?? {}]));
      for (const key of Object.keys(sick)) if (key.startsWith('kubectl --context')) sick[key] = never;
      const { provider } = withTable(sick, { listLimit: 50 });
      const found = await provider.list(unlimited());
      expect(named(found, world.running.name)).toMatchObject({
        problem: 'does not answer within 5 s',
        context: world.running.context,
      });
    });

    it('are not looked for any more when the person leaves', async () => {
      const stop = new AbortController();
      const { provider } = withTable({ [world.program]: () => new Promise<Reply>(() => undefined) });
      const listing = provider.list(stop.signal);
      stop.abort(new Error('left'));
      await expect(listing).rejects.toThrow('left');
    });

    it('are found by name', async () => {
      const { provider } = withTable(world.table);
      expect(await provider.find(world.running.name, unlimited())).toMatchObject({
        ...world.running,
        state: 'running',
      });
    });

    it('that do not exist are told by what there is: exit 2', async () => {
      const { provider } = withTable(world.table);
      const failure = await provider.find('no-such-cluster', unlimited()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UserError);
      expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('no-such-cluster') as string });
      expect((failure as UserError).next.join()).toContain(world.running.name);
    });
  });

  describe(`provider ${kind}: images`, () => {
    const cluster: FoundCluster = { provider: kind, ...world.running, state: 'running', detail: '' };
    const { tag = 'todo-backend:3f9c21' } = world.delivery;

    it('reach the nodes in its way, by these commands', async () => {
      const { provider } = withTable(changed(world.table, world.delivery.table));
      const delivery = await provider.delivery(cluster, unlimited());
      expect(delivery).toEqual(world.delivery.by);
      expect(provider.deliverArgv(delivery, tag)).toEqual(world.delivery.commands);
    });

    it('are there, are not there, or it cannot be known', async () => {
      const ask = async (table: Table, image: string) => {
        const { provider } = withTable(changed(world.table, { ...table, ...world.delivery.table }));
        const delivery = await provider.delivery(cluster, unlimited());
        return provider.hasImage(delivery, image, unlimited());
      };
      expect(await ask(world.delivery.has, tag)).toBe(true);
      expect(await ask(world.delivery.has, 'todo-backend:other')).toBe(false);
      expect(await ask(world.delivery.unknown, tag)).toBeUndefined();
    });
  });

  describe(`provider ${kind}: start`, () => {
    const quiet: CommandOptions & { onProgress: () => void } = { onProgress: () => undefined };
    const { start, stopped } = world;

    it.skipIf(start !== undefined)('is none of its', async () => {
      const { provider } = withTable({});
      expect(provider.startArgv(world.running.name)).toEqual([]);
      await expect(provider.start(world.running.name, quiet)).rejects.toBeInstanceOf(UserError);
    });

    it.skipIf(stopped === undefined)('is offered by the state of the cluster', async () => {
      const found = await withTable(world.table).provider.list(unlimited());
      expect(named(found, stopped ?? '')).toMatchObject({ state: 'stopped' });
    });

    it.skipIf(start === undefined)('runs the commands that it told, and reports progress', async () => {
      const { provider, fake } = withTable(changed(world.table, start?.table ?? {}));
      const found = await provider.find(stopped ?? '', unlimited());
      const told = provider.startArgv(found.name, found.state).map((argv) => argv.join(' '));
      expect(told).toEqual(start?.commands);
      const progress: StartProgress[] = [];
      await provider.start(found.name, { onProgress: (each) => progress.push(each) });
      const ran = fake.calls.map(({ argv }) => argv.join(' ')).filter((command) => told.includes(command));
      expect(ran).toEqual(told);
      expect(progress).not.toEqual([]);
    });

    it.skipIf(start === undefined)('that fails is an error of the program', async () => {
      const failing = Object.fromEntries(
        (start?.commands ?? []).map((command) => [command, { status: 1, stderr: 'no' }]),
      );
      const { provider } = withTable(changed(world.table, failing));
      await expect(provider.start(stopped ?? '', quiet)).rejects.toBeInstanceOf(ToolError);
    });
  });

  describe(`provider ${kind}: addresses`, () => {
    it('of nodes come before 127.0.0.1', async () => {
      const { provider } = withTable(changed(world.table, world.addresses.table));
      const cluster: FoundCluster = {
        provider: kind,
        ...world.running,
        state: 'running',
        detail: '',
        server: 'https://192.168.49.2:8443',
      };
      expect(await provider.nodeAddresses(cluster, unlimited())).toEqual(world.addresses.found);
    });
  });
}
