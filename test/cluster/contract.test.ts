import { describe, expect, test } from 'vitest';
import { allowedOnRealNodes } from '../rehearsal/contract/allowed-differences.ts';
import { findClients } from '../rehearsal/contract/clients.ts';
import { checkContract, reportOf } from '../rehearsal/contract/contract.ts';
import { scenarios } from '../rehearsal/contract/scenarios/index.ts';
import { context, kubeconfig, requireCluster } from '../support/real-cluster.ts';

const hasCluster = requireCluster();
/** It takes five minutes and is asked for by itself: what a release of Kubernetes answers changes seldom. */
const isAsked = (process.env['DEPLOY_WIZARD_TEST_CONTRACT'] ?? '') !== '';

describe.skipIf(!hasCluster || !isAsked)('the contract of the rehearsal cluster on a real cluster', () => {
  test('still answers what was recorded', { timeout: 900_000 }, async () => {
    const result = await checkContract({
      kubeconfig: kubeconfig ?? '',
      context,
      scenarios,
      clients: await findClients(),
      atOnce: 4,
      allowed: allowedOnRealNodes,
    });
    process.stdout.write(reportOf(result));
    expect(result.failures).toEqual([]);
    expect(result.differences).toEqual([]);
    expect(result.unneeded).toEqual([]);
    // A run that compared nothing would pass as well.
    expect(result.commands).toBeGreaterThan(200);
  });
});
