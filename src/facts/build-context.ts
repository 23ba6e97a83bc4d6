import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import dockerignore from '@balena/dockerignore';
import { messageOf, UserError } from '../errors/errors.ts';
import { exitCodes } from '../errors/exit-codes.ts';

// A CommonJS package whose types claim an ES default export: the import is the function itself.
const createRules = dockerignore as unknown as typeof dockerignore.default;

/** Everything that decides what an image contains, as far as this machine can know. */
export interface BuildInput {
  /** Absolute. */
  context: string;
  /** Absolute. */
  dockerfile: string;
  args: Record<string, string>;
  target?: string | undefined;
  /** `linux/amd64`. */
  platform: string;
}

/** First 12 hexadecimal digits: short enough to read, 48 bits against collision within one repository. */
const tagLength = 12;

/**
 * Content hash of a build: files of the context less `.dockerignore`, their modes and links, the Dockerfile, arguments,
 * target and platform. Base images are not part of it: a floating base is not noticed, a pinned one cannot change.
 */
export async function hashBuildInput(input: BuildInput, signal?: AbortSignal): Promise<string> {
  const total = createHash('sha256');
  const add = (...parts: string[]) => total.update(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
  add('dockerfile', await readText(input.dockerfile, 'Dockerfile'));
  add('args', JSON.stringify(Object.entries(input.args).sort(([a], [b]) => (a < b ? -1 : 1))));
  add('target', input.target ?? '', 'platform', input.platform);
  for await (const file of filesOf(input.context, '', await contextFilter(input))) {
    signal?.throwIfAborted();
    add(...(await describeFile(input.context, file)));
  }
  return total.digest('hex').slice(0, tagLength);
}

/** What of one entry of the context reaches an image. */
async function describeFile(context: string, file: string): Promise<string[]> {
  const path = join(context, file);
  try {
    const status = await lstat(path);
    if (status.isSymbolicLink()) return ['link', file, await readlink(path)];
    if (status.isDirectory()) return ['folder', file];
    // Only the executable bit of the mode: the others depend on the umask of whoever checked the code out.
    return status.isFile() ? ['file', file, status.mode & 0o111 ? 'x' : '-', await fileHash(path)] : [];
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError(`The build context ${path} cannot be read`, {
    why: messageOf(error),
    next: ['Point --source at the folder of the application, or name it in .dockerignore.'],
    exitCode: exitCodes.preflight,
  });
}

/** Which entries are part of the context. */
interface ContextFilter {
  isWanted(path: string): boolean;
  /** A rule takes something back (`!`), so that an ignored folder may hold files that are wanted. */
  hasExceptions: boolean;
}

async function contextFilter({ context, dockerfile }: BuildInput): Promise<ContextFilter> {
  // BuildKit prefers NAME.dockerignore beside the Dockerfile to .dockerignore in the context.
  const text =
    (await readOptional(`${dockerfile}.dockerignore`)) ?? (await readOptional(join(context, '.dockerignore'))) ?? '';
  const rules = createRules({ ignorecase: false }).add(text);
  return { isWanted: (path) => !rules.ignores(path), hasExceptions: /^\s*!/m.test(text) };
}

/** Relative paths, sorted, so that the same tree gives the same hash on every file system; of folders the empty ones. */
async function* filesOf(root: string, below: string, filter: ContextFilter): AsyncGenerator<string> {
  const folder = join(root, below);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  let isEmpty = true;
  for (const { path, isFolder } of entries
    .map((entry) => ({ path: below === '' ? entry.name : `${below}/${entry.name}`, isFolder: entry.isDirectory() }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (!filter.isWanted(path) && !(isFolder && filter.hasExceptions)) continue;
    const inside = isFolder ? filesOf(root, path, filter) : [path];
    for await (const file of inside) {
      isEmpty = false;
      yield file;
    }
  }
  // Docker sends empty folders as well.
  if (isEmpty && below !== '' && filter.isWanted(below)) yield below;
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function readText(path: string, what: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`The ${what} ${path} cannot be read`, { why: messageOf(error) });
  });
}

async function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
}
