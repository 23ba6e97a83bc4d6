import { describe, expect, it } from 'vitest';
import {
  LedgerWriter,
  ledgerName,
  listLedgers,
  readLedger,
  withEntry,
  type Ledger,
} from '../../../src/engine/journal/ledger.ts';
import type { LedgerEntry } from '../../../src/engine/step.ts';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { FakeCluster } from '../../support/fake-cluster.ts';
import { gate, type Gate } from '../../support/small-plan.ts';

const entry = (step: string, inputHash = ''): LedgerEntry => ({
  step,
  kind: 'secret',
  inputHash,
  made: [],
  undo: {},
  holdsData: false,
});
const empty: Ledger = {
  version: 1,
  recipe: { name: 'shop', title: 'Shop', digest: 'd' },
  environment: 'local',
  namespace: 'shop',
  answers: { replicas: 2 },
  entries: [],
  endpoints: [],
  durations: {},
};
const steps = ({ entries }: Ledger) => entries.map(({ step }) => step);
const ledgerIn = (object: KubernetesObject | undefined) =>
  JSON.parse(String(object?.['data']['ledger.json'])) as Ledger;

/** A kubectl that applies when it is let. */
function writing(isStored = false, ledger = empty) {
  const cluster = new FakeCluster();
  const gates: Gate<void>[] = [];
  let open = 0;
  let most = 0;
  const writer = new LedgerWriter(
    {
      async apply(objects) {
        const hold = gate();
        gates.push(hold);
        open += 1;
        most = Math.max(most, open);
        try {
          await hold.passed;
          return objects.map((object) => cluster.apply(object));
        } finally {
          open -= 1;
        }
      },
    },
    'deploy-wizard.shop.local',
    ledger,
    isStored,
  );
  const add = (step: string) => {
    writer.change((old) => withEntry(old, entry(step)));
    return writer.flush();
  };
  const turns = () => new Promise((resolve) => setImmediate(resolve));
  return { cluster, writer, gates, add, turns, most: () => most };
}

describe('the ledger of a deployment', () => {
  it('is a ConfigMap of its namespace, from which any machine reads it', async () => {
    const { cluster, writer, gates, add } = writing();
    writer.open();
    const written = add('secret.a');
    gates[0]?.open();
    await written;
    expect(cluster.find('ConfigMap', 'deploy-wizard.shop.local')).toMatchObject({
      metadata: { namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'deploy-wizard' } },
    });
    expect(await readLedger(cluster, 'shop', ledgerName({ recipe: empty.recipe, environment: 'local' }))).toEqual(
      writer.ledger,
    );
    expect(await listLedgers(cluster)).toEqual([writer.ledger]);
    expect(await listLedgers(cluster, 'shop')).toHaveLength(1);
    expect(await listLedgers(cluster, 'other')).toEqual([]);
    expect(await readLedger(cluster, 'other', 'deploy-wizard.shop.local')).toBeUndefined();
  });

  it('is written one at a time; what changes meanwhile goes with the next', async () => {
    const { cluster, writer, gates, add, turns, most } = writing();
    writer.open();
    const all = [add('a'), add('b'), add('c')];
    gates[0]?.open();
    await turns();
    expect(gates).toHaveLength(2);
    gates[1]?.open();
    await Promise.all(all);
    expect(steps(ledgerIn(cluster.find('ConfigMap', 'deploy-wizard.shop.local')))).toEqual(['a', 'b', 'c']);
    expect([gates.length, most()]).toEqual([2, 1]);
  });

  it('is not written before its namespace is there', async () => {
    const { writer, gates, add } = writing();
    await add('a');
    expect(gates).toHaveLength(0);
    writer.open();
    const written = writer.flush();
    expect(gates).toHaveLength(1);
    gates[0]?.open();
    await written;
  });

  it('is not written when nothing has changed', async () => {
    const { writer, gates } = writing(true);
    writer.open();
    await writer.flush();
    writer.change((ledger) => ({ ...ledger }));
    await writer.flush();
    expect(gates).toHaveLength(0);
  });

  it('is not written for a deployment of which nothing came to be', async () => {
    const { writer, gates } = writing(false);
    writer.open();
    await writer.flush();
    expect(gates).toHaveLength(0);
  });

  it('is tried again by the next when a write fails, and only its own caller is told', async () => {
    const { cluster, writer, gates, add, turns } = writing();
    writer.open();
    const [first, second] = [add('a'), add('b')];
    gates[0]?.fail(new Error('connection refused'));
    await expect(first).rejects.toThrow('connection refused');
    await turns();
    gates[1]?.open();
    await second;
    expect(steps(ledgerIn(cluster.find('ConfigMap', 'deploy-wizard.shop.local')))).toEqual(['a', 'b']);
  });

  it('keeps the order in which steps were made when one is made anew', () => {
    const ledger = ['a', 'b', 'c'].reduce((old, step) => withEntry(old, entry(step)), empty);
    const again = withEntry(ledger, entry('a', 'another'));
    expect(steps(again)).toEqual(['a', 'b', 'c']);
    expect(again.entries[0]?.inputHash).toBe('another');
    expect(JSON.stringify(withEntry(ledger, entry('b')))).toBe(JSON.stringify(ledger));
  });

  it.each([
    ['', 'It was edited by hand, or cut off.'],
    ['{"version":1', 'It was edited by hand, or cut off.'],
    ['null', 'It was edited by hand, or cut off.'],
    ['{"version":1}', 'It was edited by hand, or cut off.'],
    ['{"version":2,"entries":[]}', 'A later version of this program wrote it.'],
  ])('that holds %j is named, not stumbled over', async (text, why) => {
    const cluster = new FakeCluster();
    const metadata = {
      name: 'deploy-wizard.shop.local',
      namespace: 'shop',
      labels: { 'app.kubernetes.io/managed-by': 'deploy-wizard' },
    };
    cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ledger.json': text } });
    const message =
      'The ConfigMap deploy-wizard.shop.local in namespace shop cannot be read as the record of a deployment';
    await expect(readLedger(cluster, 'shop', 'deploy-wizard.shop.local')).rejects.toMatchObject({
      kind: 'user',
      message,
      why,
    });
    await expect(listLedgers(cluster)).rejects.toMatchObject({ message });
  });

  it('is not taken from a ConfigMap that is none', async () => {
    const cluster = new FakeCluster();
    const labels = { 'app.kubernetes.io/managed-by': 'deploy-wizard' };
    cluster.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop', labels },
      data: { 'ledger.json': '{' },
    });
    cluster.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'deploy-wizard.other', namespace: 'shop', labels },
    });
    expect(await listLedgers(cluster)).toEqual([]);
  });
});
