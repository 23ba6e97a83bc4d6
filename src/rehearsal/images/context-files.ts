import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';

// A CommonJS package whose types claim an ES default export: the import is the function itself.
const createRules = dockerignore as unknown as typeof dockerignore.default;

/** What COPY finds under a path of the build context. */
export type Found = 'there' | 'ignored' | 'missing';

/** The build context less what .dockerignore leaves out, looked at only where it is asked for. */
export interface ContextFiles {
  /** A file or folder; `.` is the context itself. Nothing leads outside, neither `..` nor a link. */
  find(path: string): Promise<Found>;
  /**
   * Whether any file or folder matches a pattern of Go's path/filepath.Match, as COPY takes them; the folder before the
   * first wildcard when even that is not there.
   */
  matches(pattern: string): Promise<boolean | { missing: string }>;
}

/** Links within links, as many as Linux follows. */
const mostLinks = 40;

/** Reads .dockerignore: NAME.dockerignore beside the Dockerfile goes before that of the context (BuildKit). */
export async function contextFiles(context: string, dockerfile: string): Promise<ContextFiles> {
  const text = (await textOf(`${dockerfile}.dockerignore`)) ?? (await textOf(join(context, '.dockerignore'))) ?? '';
  const rules = createRules({ ignorecase: false }).add(text);
  const hasExceptions = /^\s*!/m.test(text);
  const isIgnored = (path: string): boolean => path !== '' && rules.ignores(path);

  /** A folder that is ignored is there all the same when something in it is taken back. */
  const holdsWanted = async (folder: string): Promise<boolean> => {
    for (const entry of await readdir(join(context, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!isIgnored(path) || (entry.isDirectory() && (await holdsWanted(path)))) return true;
    }
    return false;
  };

  const find = async (path: string): Promise<Found> => {
    const real = await follow(context, segmentsOf(path), isIgnored);
    if (real === 'ignored' || real === 'missing') return real;
    if (!isIgnored(real.path)) return 'there';
    return real.isFolder && hasExceptions && (await holdsWanted(real.path)) ? 'there' : 'ignored';
  };

  const matches = async (pattern: string): Promise<boolean | { missing: string }> => {
    let folders = [''];
    const parts = segmentsOf(pattern);
    const before = parts.slice(0, parts.findIndex(isPattern));
    if ((await find(before.join('/'))) !== 'there') return { missing: before.join('/') };
    for (const [index, part] of parts.entries()) {
      const found = await Promise.all(folders.map((folder) => entriesIn(context, folder, matcher(part))));
      folders = found.flat();
      if (index < parts.length - 1) continue;
      const wanted = await Promise.all(folders.map(find));
      return wanted.includes('there');
    }
    return true;
  };

  return { find, matches };
}

async function follow(
  root: string,
  segments: readonly string[],
  isIgnored: (path: string) => boolean,
): Promise<{ path: string; isFolder: boolean } | 'ignored' | 'missing'> {
  let rest = [...segments];
  let done: string[] = [];
  let isFolder = true;
  for (let links = 0; rest.length > 0;) {
    const [segment = '', ...others] = rest;
    rest = others;
    if (segment === '..') {
      done.pop();
      continue;
    }
    const path = [...done, segment].join('/');
    const status = await ifThere(lstat(join(root, path)));
    if (status === undefined) return 'missing';
    if (!status.isSymbolicLink()) {
      done.push(segment);
      isFolder = status.isDirectory();
      continue;
    }
    if (isIgnored(path)) return 'ignored';
    if ((links += 1) > mostLinks) return 'missing';
    const target = await readlink(join(root, path));
    if (target.startsWith('/')) done = [];
    rest = [...target.split('/').filter((part) => part !== '' && part !== '.'), ...rest];
  }
  return { path: done.join('/'), isFolder };
}

async function entriesIn(root: string, folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const names = (await ifThere(readdir(join(root, folder)))) ?? [];
  return names.filter(isWanted).map((name) => (folder === '' ? name : `${folder}/${name}`));
}

/** Steps of a path, `..` above the context being the context itself. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

/** Whether a source of COPY is a pattern. */
export const isPattern = (path: string): boolean => /[*?[]/.test(path);

/** One step of a path by a pattern of Go's path/filepath.Match. */
function matcher(pattern: string): (name: string) => boolean {
  const source = pattern.replace(
    /\\(.)|\[(\^?)((?:\\.|[^\]])*)\]|[*?.+^${}()|[\]/]/g,
    (whole, escaped: string | undefined, not: string | undefined, members: string | undefined) => {
      if (escaped !== undefined) return escaped.replace(/[^\w]/, String.raw`\$&`);
      if (members !== undefined) return `[${not}${members.replaceAll('[', String.raw`\[`)}]`;
      if (whole === '*') return '.*';
      return whole === '?' ? '.' : `\\${whole}`;
    },
  );
  const whole = new RegExp(`^(?:${source})$`, 's');
  return (name) => whole.test(name);
}

async function textOf(path: string): Promise<string | undefined> {
  return ifThere(readFile(path, 'utf8'));
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
