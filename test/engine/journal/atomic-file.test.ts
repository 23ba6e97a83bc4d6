import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { writeAtomically } from '../../../src/engine/journal/atomic-file.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const program = (name: string) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

/** Throws when the text is not one that `write-again` wrote whole. */
function roundOf(text: string): number {
  const { round, body, length } = JSON.parse(text) as { round: number; body: string; length: number };
  expect(body).toHaveLength(length);
  return round;
}

describe('a file that is replaced', () => {
  it('has its new text, and can be read by nobody else, also where the old one could', async () => {
    const path = join(await temporaryDirectory(), 'state.json');
    await writeAtomically(path, 'one');
    expect(await modeOf(path)).toBe('600');
    await chmod(path, 0o644);
    await writeAtomically(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await modeOf(path)).toBe('600');
  });

  it('leaves alone what a symbolic link in its place points to', async () => {
    const folder = await temporaryDirectory();
    const victim = join(folder, 'victim');
    await writeFile(victim, 'untouched');
    await symlink(victim, join(folder, 'state.json'));
    await writeAtomically(join(folder, 'state.json'), 'new');
    expect(await readFile(victim, 'utf8')).toBe('untouched');
    expect(await readFile(join(folder, 'state.json'), 'utf8')).toBe('new');
  });

  it('leaves nothing beside it where it cannot be written', async () => {
    const folder = await temporaryDirectory();
    await expect(writeAtomically(join(folder, 'gone', 'state.json'), 'x')).rejects.toThrow('ENOENT');
    await writeAtomically(join(folder, 'state.json'), 'old');
    // A directory cannot be replaced by a file: the last step fails.
    await expect(writeAtomically(folder, 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(await readdir(folder)).toEqual(['state.json']);
    expect((await readdir(join(folder, '..'))).filter((name) => name.includes(`${folder}.`))).toEqual([]);
  });

  it('keeps its old text when the disk takes no more of the new one', async () => {
    const folder = await temporaryDirectory();
    const limited = `trap '' XFSZ; ulimit -f 20; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', limited, process.execPath, program('full-disk'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child, 'close');
    expect(said).toMatch(/^file Error: EFBIG/);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('the old text');
    expect((await readdir(folder)).sort()).toEqual(['file', 'journal.jsonl']);
  });

  it('is whole after each of 50 kills', { timeout: 120_000 }, async () => {
    const path = join(await temporaryDirectory(), 'state.json');
    expect(() => roundOf('{"round":1,"body":"1 ","length":4}')).toThrow(); // What a torn file would do.
    let rounds = 0;
    for (let kill = 0; kill < 50; kill += 1) {
      const child = spawn(process.execPath, [program('write-again'), path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await delay(kill * 0.4);
      child.kill('SIGKILL');
      await once(child, 'exit');
      rounds += roundOf(await readFile(path, 'utf8'));
      expect(await modeOf(path)).toBe('600');
    }
    expect(rounds).toBeGreaterThan(50);
  });
});
