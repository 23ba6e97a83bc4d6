import { allowedOnRealNodes } from './allowed-differences.ts';
import { findClients } from './clients.ts';
import { checkContract, reportOf } from './contract.ts';
import { scenarios } from './scenarios/index.ts';
const names = process.argv.slice(2);
const result = await checkContract({ kubeconfig: process.env['KUBECONFIG'] ?? '', scenarios: scenarios.filter((s) => names.length === 0 || names.includes(s.name)), clients: await findClients(), atOnce: Number(process.env['AT_ONCE'] ?? 4), allowed: allowedOnRealNodes, onEnd: (r) => process.stderr.write(`${r.scenario.name} / ${r.client.name} ${r.seconds.toFixed(1)} ${r.failure ?? ''}\n`) });
process.stdout.write(reportOf(result));
