import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChance } from '../../../src/rehearsal/chance.ts';
import { listeningCluster, type ListeningCluster } from '../support/listening-cluster.ts';
import { directRequests } from './direct-requests.ts';
import { randomRequest } from './random-request.ts';

/** In CI a hundred thousand; a seed that failed is given by its number. */
const requests = Number(process.env['DEPLOY_WIZARD_FUZZ'] ?? 4000);
const seed = process.env['DEPLOY_WIZARD_FUZZ_SEED'] ?? String(Date.now());
/** Every so many requests one goes over TLS; the others are handed over as the server does it. */
const overTls = 16;
/** Requests at once: some of them are watches that wait. */
const workers = 32;

let cluster: ListeningCluster;
beforeAll(async () => {
  // Time goes as far from one request to the next as it does for a client over TLS at a hundred times.
  cluster = await listeningCluster({ speed: 400 });
});
afterAll(() => cluster.close());

it(`${requests} random requests: an answer to each, and none a mistake of ours`, { timeout: 600_000 }, async () => {
  const chance = createChance(seed);
  const direct = directRequests(cluster.cluster.handler);
  const counts = new Map<number, number>();
  let asked = 0;
  const one = async (number: number) => {
    const { method, path, type, accept, body } = randomRequest(chance);
    const send = number % overTls === 0 ? cluster.ask : direct;
    const { status, text } = await send(method, path, {
      ...(body === undefined ? {} : { body }),
      headers: { 'content-type': type, accept },
    });
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const told = () => `seed ${seed}: ${method} ${path} ${type}\n${body ?? ''}\n${status} ${text.slice(0, 500)}`;
    if (cluster.bugs.length > 0) throw new Error(told(), { cause: cluster.bugs[0] });
    if (status >= 400 && text !== '' && (JSON.parse(text) as { kind?: unknown }).kind !== 'Status')
      throw new Error(`an error that is no Status: ${told()}`);
  };
  const worker = async () => {
    while (asked < requests) {
      asked += 1;
      await one(asked);
      // What the answer set going gets its turn before the next one.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  process.stdout.write(
    `seed ${seed}: ${[...counts]
      .sort(([one], [other]) => one - other)
      .map(([status, count]) => `${count} x ${status}`)
      .join(', ')}\n`,
  );
  expect(counts.get(201) ?? 0).toBeGreaterThan(0);
});
