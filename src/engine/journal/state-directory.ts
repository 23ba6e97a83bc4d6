import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { exitCodes } from '../../errors/exit-codes.ts';
import { messageOf, UserError } from '../../errors/errors.ts';

/** XDG Base Directory Specification; on macOS the platform's own places. */
export function stateHome(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = homeOf(environment);
  const base = environment['XDG_STATE_HOME'];
  if (base !== undefined && base.startsWith('/')) return join(base, 'deploy-wizard');
  return platform === 'darwin'
    ? join(home, 'Library', 'Application Support', 'deploy-wizard')
    : join(home, '.local', 'state', 'deploy-wizard');
}

export function cacheHome(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = homeOf(environment);
  const base = environment['XDG_CACHE_HOME'];
  if (base !== undefined && base.startsWith('/')) return join(base, 'deploy-wizard');
  return platform === 'darwin'
    ? join(home, 'Library', 'Caches', 'deploy-wizard')
    : join(home, '.cache', 'deploy-wizard');
}

/** An empty HOME is none: a relative path would put files wherever the program is started. */
function homeOf(environment: NodeJS.ProcessEnv): string {
  const home = environment['HOME'];
  return home === undefined || home === '' ? homedir() : home;
}

/** What identifies a deployment on this machine. The cluster by its context: its uid is not known while it is stopped. */
export interface DeploymentKey {
  context: string;
  namespace: string;
  recipe: string;
  environment: string;
}

/** Readable, and unambiguous by the hash behind it. */
export function directoryName(key: DeploymentKey): string {
  const text = [key.context, key.namespace, key.recipe, key.environment].join('\0');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return `${[key.recipe, key.environment, key.context]
    .join('-')
    .replace(/[^A-Za-z0-9.-]+/g, '_')
    .slice(0, 80)}-${hash}`;
}

/** Makes a directory that only its owner can enter, also when it was there with wider rights. */
export async function privateDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o700);
    return path;
  } catch (error) {
    throw new UserError(`The directory ${path} cannot be used`, {
      why: messageOf(error),
      next: ['Make it writable, or set XDG_STATE_HOME to a directory that is.'],
      exitCode: exitCodes.preflight,
    });
  }
}
