import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  chmod,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import type { PinnedRelease } from './pinned-tools.ts';

/** Where one version of a program for one platform is kept. */
export interface CachedTool {
  folder: string;
  program: string;
  /** What was true when it was put there. */
  note: string;
}

interface Note {
  /** Hash of the release that the program was taken from. */
  release: string;
  /** Hash of the program. */
  sha256: string;
  size: number;
  mtimeMs: number;
}

/** Milliseconds after which what a process left unfinished is nobody's any more. */
const abandoned = 24 * 60 * 60 * 1000;
const unfinished = '.unfinished-';

/** `CACHE_HOME/deploy-wizard/tools/kubectl-1.35.2-linux-amd64/kubectl`. */
export function cachedTool(cacheHome: string, name: string, version: string, build: string): CachedTool {
  const folder = join(cacheHome, 'deploy-wizard', 'tools', `${name}-${version}-${build}`);
  return { folder, program: join(folder, name), note: join(folder, `${name}.json`) };
}

/**
 * Whether the program is there as it was put there. Size and time of change are enough as long as they are those of the note;
 * else its hash is taken. This finds a damaged file, not someone who may write to the cache.
 */
export async function isIntact(tool: CachedTool, release: PinnedRelease): Promise<boolean> {
  const status = await ifThere(stat(tool.program));
  if (status === undefined || !status.isFile() || !(await isExecutable(tool.program))) return false;
  const note = noteIn(await ifThere(readFile(tool.note, 'utf8')), release);
  if (note !== undefined && note.size === status.size && note.mtimeMs === status.mtimeMs) return true;
  // A program that is the released file itself needs no note.
  const expected = release.member === undefined ? release.sha256 : note?.sha256;
  if (expected === undefined || (await sha256Of(tool.program)) !== expected) return false;
  // In a cache that cannot be written the hash is taken again next time.
  await writeNote(tool, release, expected).catch(() => undefined);
  return true;
}

/**
 * Puts a program into the cache. `fill` writes it to the file that it is given and proves it; what it throws is thrown on.
 * Two processes do no harm to each other: each fills a folder of its own, and a rename replaces the whole file at once.
 */
export async function putInCache(
  tool: CachedTool,
  release: PinnedRelease,
  fill: (file: string) => Promise<void>,
): Promise<void> {
  try {
    await mkdir(tool.folder, { recursive: true });
    const own = await mkdtemp(join(tool.folder, unfinished));
    try {
      await removeAbandoned(tool.folder, (await stat(own)).mtimeMs);
      const file = join(own, 'program');
      await fill(file);
      const sha256 = release.member === undefined ? release.sha256 : await sha256Of(file);
      await chmod(file, 0o755);
      if (!(await isExecutable(file))) throw noPrograms(tool.folder);
      await rename(file, tool.program);
      await writeNote(tool, release, sha256);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  } catch (error) {
    throw cacheProblem(tool.folder, error);
  }
}

async function writeNote(tool: CachedTool, release: PinnedRelease, sha256: string): Promise<void> {
  const { size, mtimeMs } = await stat(tool.program);
  const own = await mkdtemp(join(tool.folder, unfinished));
  try {
    const note: Note = { release: release.sha256, sha256, size, mtimeMs };
    await writeFile(join(own, 'note'), JSON.stringify(note));
    await rename(join(own, 'note'), tool.note);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** The note if it is one, and of this release. */
function noteIn(text: string | undefined, release: PinnedRelease): Note | undefined {
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as Partial<Note> | null;
    return note?.release === release.sha256 && typeof note.sha256 === 'string' ? (note as Note) : undefined;
  } catch {
    return undefined; // A damaged note is none: the hash decides.
  }
}

/** What processes left that were killed. Both times are those of the file system, so no clock is asked. */
async function removeAbandoned(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(unfinished)) continue;
    const status = await ifThere(stat(join(folder, name)));
    if (status !== undefined && now - status.mtimeMs > abandoned)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Hash of a file, lower case hexadecimal. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

const elsewhere = 'Or keep the cache elsewhere: set XDG_CACHE_HOME to a folder that can be written.';

/** What the file system said about the cache, in words; anything else stays what it is. */
export function cacheProblem(folder: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (error instanceof UserError || syscall === undefined) return error;
  const [reason, remedy] = reasons[code ?? ''] ?? ['cannot be written', 'Check that folder.'];
  return new UserError(`The folder for fetched programs ${reason}: ${folder}`, {
    why: message,
    next: [remedy, elsewhere],
    exitCode: exitCodes.preflight,
  });
}

const reasons: Readonly<Record<string, [reason: string, remedy: string]>> = {
  ENOSPC: ['has no room', 'Make room on that disk: about 200 MiB.'],
  EDQUOT: ['has no room', 'Make room within your quota: about 200 MiB.'],
  EROFS: ['is on a disk that is read-only', 'Mount it writable.'],
  EACCES: ['may not be written by you', 'Give yourself the right to write there.'],
  EPERM: ['may not be written by you', 'Give yourself the right to write there.'],
  ENOTDIR: ['cannot be made, for a file has its name', 'Move that file.'],
  EEXIST: ['cannot be made, for a file has its name', 'Move that file.'],
};

function noPrograms(folder: string): UserError {
  return new UserError(`The folder for fetched programs is on a disk from which none may be started: ${folder}`, {
    why: 'It is mounted with noexec.',
    next: [elsewhere],
    exitCode: exitCodes.preflight,
  });
}
