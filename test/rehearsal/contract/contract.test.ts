import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { allowedDifferences } from './allowed-differences.ts';
import { findClients, type Client } from './clients.ts';
import { checkContract, reportOf } from './contract.ts';
import { startRecordedLike } from './recorded-like.ts';
import { scenarios } from './scenarios/index.ts';

/** With it every scenario is told with every client that is there; without it with the newest kubectl and helm alone. */
const isWhole = (process.env['DEPLOY_WIZARD_TEST_CONTRACT'] ?? '') !== '';

/** They look at a back-off while it lasts, which at this speed is a second or two: on a busy machine it would be over. */
const isTimed = ({ name }: { name: string }) => name === 'crash-loop' || name === 'pods-blocked';

const directory = await mkdtemp(join(tmpdir(), 'rehearsal-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

test('the rehearsal cluster answers what a real node was recorded to answer', { timeout: 600_000 }, async () => {
  const clients = await findClients();
  const { rehearsal, said } = await startRecordedLike(directory);
  try {
    const result = await checkContract({
      kubeconfig: rehearsal.kubeconfig,
      environment: rehearsal.environment,
      scenarios: isWhole ? scenarios : scenarios.filter((scenario) => !isTimed(scenario)),
      clients: isWhole ? clients : newest(clients),
      atOnce: availableParallelism() * 4,
      allowed: allowedDifferences,
    });
    process.stdout.write(reportOf(result));
    expect(result.failures).toEqual([]);
    expect(result.differences).toEqual([]);
    // Some are about one client.
    if (isWhole) expect(result.unneeded).toEqual([]);
    expect(said, 'mistakes that the cluster says of itself').toEqual([]);
    // A run that compared nothing would pass as well.
    expect(result.commands).toBeGreaterThan(400);
  } finally {
    await rehearsal.stop();
  }
});

/** One of each tool, as the list of clients begins with them. */
function newest(clients: readonly Client[]): Client[] {
  return (['kubectl', 'helm'] as const).flatMap((tool) => clients.filter((client) => client.tool === tool).slice(0, 1));
}
