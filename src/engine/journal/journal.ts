import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import type { Failure } from '../../events/events.ts';
import type { StepId } from '../../plan/plan.ts';
import { syncDirectory } from './atomic-file.ts';

/** One line of the journal; a run is written as its intentions and their results. No secret. */
export type JournalRecord =
  | {
      type: 'run';
      run: string;
      at: string;
      recipe: string;
      recipePath: string;
      environment: string;
      namespace: string;
      target: string;
      answers: Record<string, string | number | boolean>;
      source: string;
    }
  | { type: 'intent'; step: StepId; attempt: number; at: string }
  | { type: 'done'; step: StepId; changed: boolean; at: string }
  | { type: 'failed'; step: StepId; failure: Pick<Failure, 'code' | 'cause'>; at: string }
  | { type: 'end'; outcome: string; at: string };

export type RunStart = Extract<JournalRecord, { type: 'run' }>;

/** A run that has no end: it was stopped, failed, or its process is gone. */
export interface UnfinishedRun {
  start: RunStart;
  done: StepId[];
  /** Intended, and neither done nor failed. */
  open: StepId[];
  failed: { step: StepId; cause: string } | undefined;
}

const fileName = 'journal.jsonl';

/** Append-only and durable: a record is on the disk before its promise resolves, so an act never precedes its intent. */
export class Journal {
  readonly #file: FileHandle;
  #tail: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Starts the journal of a new run; the one before is kept as `journal.previous.jsonl`. */
  static async start(directory: string, start: RunStart): Promise<Journal> {
    const path = join(directory, fileName);
    await rename(path, join(directory, 'journal.previous.jsonl')).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    const journal = new Journal(await open(path, 'a', 0o600));
    await journal.append(start);
    await syncDirectory(directory);
    return journal;
  }

  /** Once a record could not be written, none after it is: what a disk holds then, nobody knows. */
  append(record: JournalRecord): Promise<void> {
    this.#tail = this.#tail.then(() => this.#write(record));
    return this.#tail;
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => undefined); // Whoever appended was told.
    await this.#file.close();
  }

  async #write(record: JournalRecord): Promise<void> {
    try {
      await this.#file.appendFile(`${JSON.stringify(record)}\n`);
      await this.#file.datasync();
    } catch (error) {
      throw new UserError('The journal of this run cannot be written', {
        why: messageOf(error),
        next: ['Nothing more is begun. Make room on the disk, then run up again.'],
        exitCode: exitCodes.stepFailed,
      });
    }
  }
}

/** How the last run on this machine began, however it ended; undefined: there was none. */
export async function lastRun(directory: string): Promise<RunStart | undefined> {
  const text = await readFile(join(directory, fileName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return recordsOf(text).find((record): record is RunStart => record.type === 'run');
}

/** The run that a journal leaves open; undefined: there is none, or it ended well. */
export async function unfinishedRun(directory: string): Promise<UnfinishedRun | undefined> {
  const text = await readFile(join(directory, fileName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const records = recordsOf(text);
  const start = records.find((record): record is RunStart => record.type === 'run');
  if (start === undefined || records.some((record) => record.type === 'end' && record.outcome === 'done'))
    return undefined;
  // The last word on each step counts: one that failed may have been tried again.
  const last = new Map(records.flatMap((record) => ('step' in record ? [[record.step, record] as const] : [])));
  const stepsAt = (type: JournalRecord['type']) =>
    [...last].flatMap(([step, record]) => (record.type === type ? [step] : []));
  const failure = [...last.values()].findLast((record) => record.type === 'failed');
  return {
    start,
    done: stepsAt('done'),
    open: stepsAt('intent'),
    failed: failure === undefined ? undefined : { step: failure.step, cause: failure.failure.cause },
  };
}

/** A last line without its end was cut off by a crash: it never happened. */
export function recordsOf(text: string): JournalRecord[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.flatMap((line) => {
    try {
      const record = JSON.parse(line) as JournalRecord | null;
      return typeof record?.type === 'string' ? [record] : [];
    } catch {
      return []; // Torn in the middle by a failing disk; the cluster is asked again for every step anyway.
    }
  });
}
