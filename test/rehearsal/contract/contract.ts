import type { Answer } from './answer.ts';
import { Allowance, compareAnswer, compareAnswers, type AllowedDifference, type Difference } from './compare.ts';
import type { Client } from './clients.ts';
import { readRecording, type Recording } from './recording.ts';
import { clientsFor, runSuite, type SuiteOptions } from './run-suite.ts';
import type { Scenario } from './scenario.ts';

export interface ContractResult {
  /** `v1.34.10` */
  server: string;
  /** Clients that took part. */
  clients: readonly Client[];
  /** Answers of commands and observations that were compared, and how many of them were equal. */
  compared: number;
  equal: number;
  /** Programs that were run. */
  commands: number;
  /** Those that are not allowed. */
  differences: readonly Difference[];
  /** How many were allowed. */
  allowed: number;
  /** Scenarios that could not be told to their end: `scenario / client: why`, and what did not go away. */
  failures: readonly string[];
  /** Clients and scenarios without a recording to compare with. */
  skipped: readonly string[];
  /** Entries that matched nothing. */
  unneeded: readonly AllowedDifference[];
}

type ContractOptions = Omit<SuiteOptions, 'isAsExpected'> & { allowed: readonly AllowedDifference[] };

/** Runs the suite against a cluster and compares what it answers with what a real node was recorded to answer. */
export async function checkContract({ allowed, ...options }: ContractOptions): Promise<ContractResult> {
  const recordings = new Map<Scenario, Recording | undefined>();
  for (const scenario of options.scenarios) recordings.set(scenario, await readRecording(scenario));
  const expected = (scenario: Scenario, client: Client) => recordings.get(scenario)?.clients[client.name]?.answers;
  const allowance = new Allowance(allowed);
  const prefix = (scenario: Scenario, client: Client) => `${scenario.name} / ${client.name}`;

  const skipped = options.scenarios.flatMap((scenario) =>
    clientsFor(scenario, options.clients)
      .filter((client) => expected(scenario, client) === undefined)
      .map((client) => prefix(scenario, client)),
  );
  const { server, runs, left } = await runSuite({
    ...options,
    includes: (scenario, client) => expected(scenario, client) !== undefined,
    isAsExpected: (scenario, client, index, answer) => {
      const wanted = expected(scenario, client)?.[index];
      return wanted === undefined || isEqual(prefix(scenario, client), wanted, answer, new Allowance(allowed));
    },
  });

  let [equal, compared, passed] = [0, 0, 0];
  const differences: Difference[] = [];
  for (const { scenario, client, answers } of runs) {
    const wanted = expected(scenario, client) ?? [];
    compared += wanted.length;
    const found = compareAnswers(prefix(scenario, client), wanted, answers);
    const bad = found.filter((difference) => !allowance.allows(difference));
    passed += found.length - bad.length;
    differences.push(...bad);
    equal += wanted.filter(
      (answer, index) =>
        answers[index] !== undefined && isEqual(prefix(scenario, client), answer, answers[index], allowance),
    ).length;
  }
  return {
    server,
    clients: options.clients,
    compared,
    equal,
    commands: runs.reduce((sum, { commands }) => sum + commands, 0),
    differences,
    allowed: passed,
    failures: [
      ...runs.flatMap(({ scenario, client, failure }) =>
        failure === undefined ? [] : [`${prefix(scenario, client)}: ${failure}`],
      ),
      ...left,
    ],
    skipped,
    unneeded: allowance.unneeded(),
  };
}

const isEqual = (prefix: string, wanted: Answer, answer: Answer, allowance: Allowance): boolean =>
  compareAnswer(prefix, wanted, answer).every((difference) => allowance.allows(difference));

/** In words, for people. */
export function reportOf(result: ContractResult): string {
  const { server, clients, compared, equal, commands, differences, failures, skipped, unneeded, allowed } = result;
  const list = (title: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : [`${title}:`, ...entries.map((entry) => `  ${entry.replaceAll('\n', '\n    ')}`)];
  return [
    `Contract: ${commands} commands on ${server} with ${clients.map(({ name, version }) => `${name} (${version})`).join(', ')}`,
    `${equal} of ${compared} answers equal, ${differences.length} differences, ${allowed} allowed ones`,
    ...list('Not told to the end', failures),
    ...list('Differences', differences.map(difference)),
    ...list(
      'Allowances that matched nothing',
      unneeded.map(({ where }) => where),
    ),
    ...list('Not recorded, not compared', skipped),
    '',
  ].join('\n');
}

const difference = ({ where, expected, actual }: Difference): string =>
  `${where}\n- ${expected === undefined ? '(nothing)' : short(expected)}\n+ ${actual === undefined ? '(nothing)' : short(actual)}`;

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}... (${text.length} characters)` : text;
}
