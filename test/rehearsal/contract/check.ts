import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRehearsal } from './check-rehearsal.ts';
import { findClients } from './clients.ts';
import { reportOf } from './contract.ts';
import { scenarios } from './scenarios/index.ts';

/**
 * Compares the rehearsal cluster with what a real node was recorded to answer, and prints every difference; ends with 1 when
 * there is one. With names only those scenarios:
 *
 *     node test/rehearsal/contract/check.ts [SCENARIO...]
 */
const names = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), 'rehearsal-'));
try {
  const result = await checkRehearsal({
    directory,
    scenarios: scenarios.filter(({ name }) => names.length === 0 || names.includes(name)),
    clients: await findClients(),
    onEnd: ({ scenario, client, seconds }) =>
      process.stderr.write(`${scenario.name} with ${client.name}: ${seconds.toFixed(1)} s\n`),
  });
  process.stdout.write(reportOf(result));
  const { said } = result;
  if (said.length > 0) process.stdout.write(`The cluster says of itself:\n${said.join('\n')}\n`);
  process.exitCode = result.differences.length + result.failures.length + said.length === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
