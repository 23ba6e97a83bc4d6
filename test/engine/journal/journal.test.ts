import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Journal,
  recordsOf,
  unfinishedRun,
  type JournalRecord,
  type RunStart,
} from '../../../src/engine/journal/journal.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const run: RunStart = {
  type: 'run',
  run: 'r1',
  at: '2026-01-01T00:00:00.000Z',
  recipe: 'shop',
  recipePath: '/recipes/shop',
  environment: 'local',
  namespace: 'shop',
  target: 'minikube',
  answers: { replicas: 2 },
  source: '/source',
};
const intent = (step: string, attempt = 1): JournalRecord => ({ type: 'intent', step, attempt, at: '' });
const did = (step: string): JournalRecord => ({ type: 'done', step, changed: true, at: '' });
const failed = (step: string, cause = 'no room'): JournalRecord => ({
  type: 'failed',
  step,
  failure: { code: 'x', cause },
  at: '',
});
const end = (outcome: string): JournalRecord => ({ type: 'end', outcome, at: '' });

/** What the next start finds after these records, and perhaps the beginning of one more. */
async function after(records: JournalRecord[], torn = '') {
  const directory = await temporaryDirectory();
  const journal = await Journal.start(directory, run);
  for (const record of records) await journal.append(record);
  await journal.close();
  const path = join(directory, 'journal.jsonl');
  if (torn !== '') await writeFile(path, torn, { flag: 'a' });
  return unfinishedRun(directory);
}

describe('the journal of a run', () => {
  it('says what was done, what was begun, and what failed', async () => {
    expect(await after([intent('a'), did('a'), intent('b'), intent('c'), failed('c')])).toEqual({
      start: run,
      done: ['a'],
      open: ['b'],
      failed: { step: 'c', cause: 'no room' },
    });
  });

  it('counts the last word on each step', async () => {
    expect(await after([intent('a'), failed('a'), intent('a', 2), did('a')])).toMatchObject({
      done: ['a'],
      open: [],
      failed: undefined,
    });
    expect(await after([intent('a'), failed('a'), intent('a', 2)])).toMatchObject({
      done: [],
      open: ['a'],
      failed: undefined,
    });
    expect(await after([failed('a', 'first'), failed('b', 'second'), did('b')])).toMatchObject({
      failed: { step: 'a', cause: 'first' },
    });
  });

  it('leaves a run to go on with unless it ended well', async () => {
    expect(await after([])).toMatchObject({ start: run, done: [] });
    expect(await after([did('a'), end('failed')])).toMatchObject({ done: ['a'] });
    expect(await after([did('a'), end('stopped')])).toBeDefined();
    expect(await after([did('a'), end('done')])).toBeUndefined();
    expect(await unfinishedRun(await temporaryDirectory())).toBeUndefined();
  });

  it('does not count a last line that was cut off', async () => {
    for (const torn of ['{', '{"type":"done","step":"b"', '{"type":"done","step":"b","changed":true,"at":""}'])
      expect(await after([intent('b')], torn)).toMatchObject({ done: [], open: ['b'] });
  });

  it('is read past lines that are no records', async () => {
    expect(await after([intent('a')], 'null\n7\n[]\n"x"\n{}\nnot json\n{"type":5}\n\n')).toMatchObject({ open: ['a'] });
  });

  it('holds, cut off anywhere, the records whose lines are whole', () => {
    const records = [run, intent('ä'), did('ä'), failed('b', 'a "quoted"\ncause'), end('failed')];
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    fc.assert(
      fc.property(fc.nat({ max: text.length }), (length) => {
        const cut = text.slice(0, length);
        expect(recordsOf(cut)).toEqual(records.slice(0, cut.split('\n').length - 1));
      }),
    );
  });

  it('can be read by its owner alone, and keeps that of the run before', async () => {
    const directory = await temporaryDirectory();
    await (await Journal.start(directory, run)).close();
    await (await Journal.start(directory, { ...run, run: 'r2' })).close();
    expect(await readdir(directory)).toEqual(['journal.jsonl', 'journal.previous.jsonl']);
    expect(await readFile(join(directory, 'journal.previous.jsonl'), 'utf8')).toContain('"run":"r1"');
    expect((await unfinishedRun(directory))?.start.run).toBe('r2');
    for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it('is in the file when an append has resolved, in the order of the calls', async () => {
    const directory = await temporaryDirectory();
    const journal = await Journal.start(directory, run);
    const all = Array.from({ length: 20 }, (_, attempt) => journal.append(intent('a', attempt)));
    await all[7];
    const text = await readFile(join(directory, 'journal.jsonl'), 'utf8');
    expect(recordsOf(text).length).toBeGreaterThanOrEqual(9);
    await journal.close();
    const written = recordsOf(await readFile(join(directory, 'journal.jsonl'), 'utf8'));
    expect(written.flatMap((record) => (record.type === 'intent' ? [record.attempt] : []))).toEqual([...all.keys()]);
  });

  it('that the disk takes no more of says so in words, ever after, and can still be closed', async () => {
    const directory = await temporaryDirectory();
    const program = fileURLToPath(new URL('programs/full-disk.ts', import.meta.url));
    const child = spawn(
      'sh',
      ['-c', `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`, process.execPath, program, directory],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child, 'close');
    expect(said.split('\n').slice(1)).toEqual([
      'journal UserError: The journal of this run cannot be written',
      'again UserError: The journal of this run cannot be written',
      'closed',
      '',
    ]);
    // What the disk took of the last record is no record.
    const open = await unfinishedRun(directory);
    expect(open?.start.recipe).toBe('shop');
    expect(open?.open).toEqual(['a'.repeat(200)]);
  });
});
