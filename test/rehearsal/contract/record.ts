import { findClients } from './clients.ts';
import { readRecording, writeRecording, type Recording } from './recording.ts';
import { runSuite, type ScenarioRun } from './run-suite.ts';
import { digestOf, type Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/**
 * Records what a real cluster answers, beside what is recorded of other scenarios and of clients that are not there:
 *
 *     KUBECONFIG=... DEPLOY_WIZARD_TEST_KUBECTLS=/path/kubectl-1.34:/path/kubectl-1.32 DEPLOY_WIZARD_TEST_HELM3=/path/helm3 \
 *       node test/rehearsal/contract/record.ts [SCENARIO...]
 *
 * The nodes need the images busybox:1.37 and echo:1, or a registry that has them. A scenario that could not be told to its end
 * is not recorded.
 */
const names = process.argv.slice(2);
const wanted = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
const say = (text: string) => process.stderr.write(`${text}\n`);
const found = await findClients();
const kubeconfig = process.env['KUBECONFIG'];
if (kubeconfig === undefined) throw new Error('KUBECONFIG names no cluster');
say(`${wanted.length} scenarios with ${found.map(({ name, version }) => `${name} (${version})`).join(', ')}`);

const began = performance.now();
const { server, runs, left } = await runSuite({
  kubeconfig,
  scenarios: wanted,
  clients: found,
  atOnce: Number(process.env['AT_ONCE'] ?? 6),
  onEnd: ({ scenario, client, seconds, commands, failure }) =>
    say(
      `${scenario.name} / ${client.name}: ${commands} commands, ${seconds.toFixed(1)} s${failure === undefined ? '' : `\n  ${failure}`}`,
    ),
});

for (const scenario of wanted) {
  const own = runs.filter((run) => run.scenario === scenario);
  if (own.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
  else await writeRecording(scenario, await recordingOf(scenario, own));
}
const commands = runs.reduce((sum, run) => sum + run.commands, 0);
const failures = runs.filter(({ failure }) => failure !== undefined).length;
for (const path of left) say(path);
say(`${commands} commands in ${((performance.now() - began) / 1000).toFixed(0)} s, ${failures} runs failed`);

/** Answers of clients that were not there now are kept. */
async function recordingOf(scenario: Scenario, own: readonly ScenarioRun[]): Promise<Recording> {
  const before = await readRecording(scenario);
  const told = own.map(({ client, answers }) => [client.name, { version: client.version, answers }] as const);
  const date = new Date().toISOString().slice(0, 10);
  const now = Object.fromEntries(told);
  const clients = { ...now, ...before?.clients, ...now };
  return { scenario: scenario.name, digest: digestOf(scenario), server, date, clients };
}
