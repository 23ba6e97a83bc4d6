import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkRehearsal } from './check-rehearsal.ts';
import { findClients, type Client } from './clients.ts';
import { reportOf } from './contract.ts';
import { scenarios } from './scenarios/index.ts';

/** With it every scenario is told with every client that is there; without it with the newest kubectl and helm alone. */
const isWhole = (process.env['DEPLOY_WIZARD_TEST_CONTRACT'] ?? '') !== '';

const directory = await mkdtemp(join(tmpdir(), 'rehearsal-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

test('the rehearsal cluster answers what a real node was recorded to answer', { timeout: 600_000 }, async () => {
  const found = await findClients();
  const result = await checkRehearsal({ directory, scenarios, clients: isWhole ? found : newest(found) });
  process.stdout.write(reportOf(result));
  expect(result.failures).toEqual([]);
  expect(result.differences).toEqual([]);
  // Some are about one client.
  if (isWhole) expect(result.unneeded).toEqual([]);
  expect(result.said, 'mistakes that the clusters say of themselves').toEqual([]);
  // A run that compared nothing would pass as well.
  expect(result.commands).toBeGreaterThan(400);
});

/** One of each tool, as the list of clients begins with them. */
function newest(clients: readonly Client[]): Client[] {
  return (['kubectl', 'helm'] as const).flatMap((tool) => clients.filter((client) => client.tool === tool).slice(0, 1));
}
