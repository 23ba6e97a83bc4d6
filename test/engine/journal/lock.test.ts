import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { takeLock } from '../../../src/engine/journal/lock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const program = fileURLToPath(new URL('programs/take-lock.ts', import.meta.url));
const hasProc = process.platform === 'linux';

/** A process that takes locks: it is told a directory, and says `won` or `lost`. */
class Contender {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#child = spawn(process.execPath, [program]);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async says(): Promise<string> {
    return (await this.#lines.next()).value as string;
  }

  async take(directory: string): Promise<string> {
    this.#child.stdin.write(`${directory}\n`);
    return this.says();
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

async function contender(): Promise<Contender> {
  const one = new Contender();
  onTestFinished(() => one.kill());
  expect(await one.says()).toBe('ready');
  return one;
}

/** The lock that a killed process left. */
async function leftLock(): Promise<string> {
  const directory = await temporaryDirectory();
  const gone = await contender();
  expect(await gone.take(directory)).toBe('won');
  await gone.kill();
  return readFile(join(directory, 'lock'), 'utf8');
}

describe('the lock of a deployment', () => {
  it('is held by one process, which is named to the others', async () => {
    const directory = await temporaryDirectory();
    const holder = await contender();
    expect(await holder.take(directory)).toBe('won');
    await expect(takeLock(directory)).rejects.toMatchObject({
      message: `Another run is at work on this deployment (process ${holder.pid})`,
      exitCode: 6,
      next: [`Wait for it, or end it: kill ${holder.pid}`],
    });
    expect(await readdir(directory)).toEqual(['lock']);
  });

  it('is free again when it was released', async () => {
    const directory = await temporaryDirectory();
    const lock = await takeLock(directory);
    expect((await stat(join(directory, 'lock'))).mode & 0o777).toBe(0o600);
    await expect(takeLock(directory)).rejects.toThrow('Another run');
    await lock.release();
    expect(await readdir(directory)).toEqual([]);
    await (await takeLock(directory)).release();
  });

  it('is taken over when its process is gone', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'lock'), await leftLock());
    const lock = await takeLock(directory);
    expect(await readdir(directory)).toEqual(['lock']);
    expect(JSON.parse(await readFile(join(directory, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it.runIf(hasProc)(
    'is taken over when another process has its pid by now, or the machine was started again',
    async () => {
      const directory = await temporaryDirectory();
      const own = JSON.parse(await leftLock()) as object;
      for (const stale of [
        { pid: process.pid, started: '1' },
        { pid: 1, started: '7' },
        { pid: process.pid, boot: 'another' },
      ]) {
        await writeFile(join(directory, 'lock'), JSON.stringify({ ...own, ...stale }));
        await (await takeLock(directory)).release();
      }
    },
  );

  it.runIf(hasProc)('counts for a machine whose name has changed meanwhile', async () => {
    const directory = await temporaryDirectory();
    const left = JSON.parse(await leftLock()) as object;
    await writeFile(join(directory, 'lock'), JSON.stringify({ ...left, host: 'name-of-yesterday' }));
    await (await takeLock(directory)).release();
  });

  it('of another machine is respected: nobody here can know', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'lock');
    await writeFile(path, JSON.stringify({ pid: 1, started: '1', host: `not-${hostname()}`, boot: 'another' }));
    await expect(takeLock(directory)).rejects.toMatchObject({
      message: `Another run is at work on this deployment (process 1 on not-${hostname()})`,
      next: [`Wait for it; when nothing runs there any more: rm '${path}'`],
    });
  });

  it.each(['', '{"pid":', 'null', '[]', '{}', '{"pid":"1"}', '{"pid":-1}', '\0\0\0\0'])(
    'that says nothing (%j) was cut off by a crash of the machine',
    async (text) => {
      const directory = await temporaryDirectory();
      await writeFile(join(directory, 'lock'), text);
      await (await takeLock(directory)).release();
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('is not taken away from another when it was lost', async () => {
    const directory = await temporaryDirectory();
    const lock = await takeLock(directory);
    await writeFile(
      join(directory, 'lock'),
      JSON.stringify({ pid: process.pid, host: hostname(), nonce: 'of another' }),
    );
    await lock.release();
    expect(await readdir(directory)).toEqual(['lock']);
  });

  it('may be released when its directory is gone', async () => {
    const directory = await temporaryDirectory();
    const lock = await takeLock(directory);
    await (await import('node:fs/promises')).rm(directory, { recursive: true });
    await lock.release();
  });

  it('that cannot be written is the trouble of the person, in words', async () => {
    await expect(takeLock('/nonexistent/directory')).rejects.toMatchObject({ kind: 'user', exitCode: 4 });
  });
});

describe('of several that want the lock at once', () => {
  const racers: Contender[] = [];
  afterAll(async () => {
    for (const racer of racers) await racer.kill();
  });

  /** Lets all of them loose on the same directory, again and again; each is won by one. */
  async function race(rounds: number, prepare: (directory: string, round: number) => Promise<void>): Promise<void> {
    while (racers.length < 4) {
      const racer = new Contender();
      racers.push(racer);
      expect(await racer.says()).toBe('ready');
    }
    for (let round = 0; round < rounds; round += 1) {
      const directory = await temporaryDirectory();
      await prepare(directory, round);
      const ends = await Promise.all(racers.map((racer) => racer.take(directory)));
      expect(
        ends.filter((end) => end === 'won'),
        ends.join('\n'),
      ).toHaveLength(1);
      for (const end of ends.filter((one) => one !== 'won')) expect(end).toMatch(/^lost 6: Another run is at work/);
      expect(await readdir(directory)).toEqual(['lock']);
    }
  }

  it('one gets it', { timeout: 60_000 }, () => race(60, async () => undefined));

  it('one takes over what a process left that is gone', { timeout: 60_000 }, async () => {
    const left = await leftLock();
    await race(150, (directory) => writeFile(join(directory, 'lock'), left));
  });

  it('one takes over what several left that died while they took it over', { timeout: 60_000 }, async () => {
    const { createHash } = await import('node:crypto');
    const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
    const [first, second, third] = [await leftLock(), await leftLock(), await leftLock()];
    await race(60, async (directory) => {
      await writeFile(join(directory, 'lock'), first);
      await writeFile(join(directory, `lock.after.${idOf(first)}`), second);
      await writeFile(join(directory, `lock.after.${idOf(second)}`), third);
    });
  });
});
