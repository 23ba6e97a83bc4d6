import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import dockerignore from '@balena/dockerignore';
import { messageOf, UserError } from '../errors/errors.ts';

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
  const wanted = await contextFilter(input);
  for await (const file of filesOf(input.context, '', wanted)) {
    signal?.throwIfAborted();
    const path = join(input.context, file);
    const status = await lstat(path);
    if (status.isSymbolicLink()) add('link', file, await readlink(path));
    // Only the executable bit of the mode: the others depend on the umask of whoever checked the code out.
    else if (status.isFile()) add('file', file, status.mode & 0o111 ? 'x' : '-', await fileHash(path));
  }
  return total.digest('hex').slice(0, tagLength);
}

async function contextFilter({ context, dockerfile }: BuildInput): Promise<(path: string) => boolean> {
  // BuildKit prefers NAME.dockerignore beside the Dockerfile to .dockerignore in the context.
  const text =
    (await readOptional(`${dockerfile}.dockerignore`)) ?? (await readOptional(join(context, '.dockerignore')));
  if (text === undefined) return () => true;
  const rules = createRules({ ignorecase: false }).add(text);
  return (path) => !rules.ignores(path);
}

/** Relative paths, sorted, so that the same tree gives the same hash on every file system. */
async function* filesOf(root: string, below: string, wanted: (path: string) => boolean): AsyncGenerator<string> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
    throw new UserError(`The build context ${join(root, below)} cannot be read`, {
      why: messageOf(error),
      next: ['Point --source at the folder of the application.'],
    });
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    // An ignored folder may hold a file that `!` takes back, so folders are walked when any rule could; .git never is one.
    if (entry.isDirectory()) {
      if (entry.name === 'node_modules' || entry.name === '.git' ? wanted(path) : true)
        yield* filesOf(root, path, wanted);
    } else if (wanted(path)) yield path;
  }
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
    throw error;
  });
}
