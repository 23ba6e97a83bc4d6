import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Answer } from './answer.ts';
import type { Scenario } from './scenario.ts';

/** What a real cluster answered to one scenario. */
export interface Recording {
  scenario: string;
  /** `v1.34.10` */
  server: string;
  /** Of the scenario when it was recorded. */
  digest: string;
  /** `2026-11-24` */
  date: string;
  /** By name of the client. */
  clients: Record<string, { version: string; answers: Answer[] }>;
}

/** In the file: an answer that is the same as that of the client before is only its step. */
type Stored = Omit<Recording, 'clients'> & {
  clients: Record<string, { version: string; answers: (Answer | { same: string })[] }>;
};

const folder = join(import.meta.dirname, 'recorded');

const fileOf = ({ name }: Scenario) => join(folder, `${name}.json`);

/** Undefined when nothing has been recorded. */
export async function readRecording(scenario: Scenario): Promise<Recording | undefined> {
  let text: string;
  try {
    text = await readFile(fileOf(scenario), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { clients, ...rest } = JSON.parse(text) as Stored;
  const [first] = Object.values(clients);
  const expand = (answer: Answer | { same: string }, index: number) =>
    'same' in answer ? (first?.answers[index] as Answer) : answer;
  return {
    ...rest,
    clients: Object.fromEntries(
      Object.entries(clients).map(([name, { version, answers }]) => [name, { version, answers: answers.map(expand) }]),
    ),
  };
}

export async function writeRecording(scenario: Scenario, { clients, ...rest }: Recording): Promise<void> {
  const [first, ...others] = Object.entries(clients);
  if (first === undefined) throw new Error(`${scenario.name}: nothing to record`);
  const compact = (answer: Answer, index: number) =>
    JSON.stringify(answer) === JSON.stringify(first[1].answers[index]) ? { same: answer.step } : answer;
  const stored: Stored = {
    ...rest,
    clients: Object.fromEntries([
      first,
      ...others.map(([name, { version, answers }]) => [name, { version, answers: answers.map(compact) }] as const),
    ]),
  };
  const file = fileOf(scenario);
  const options = await resolveConfig(file);
  await writeFile(file, await format(JSON.stringify(stored), { ...options, filepath: file }));
}
