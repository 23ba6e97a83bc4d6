import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { exitCodes } from '../../errors/exit-codes.ts';
import { UserError } from '../../errors/errors.ts';

interface Holder {
  pid: number;
  /** In clock ticks since boot (proc(5), field 22); a pid that is used again has another. Empty where there is no /proc. */
  started: string;
  host: string;
  boot: string;
}

export interface Lock {
  release(): Promise<void>;
}

/**
 * One run at a time for a deployment on this machine. A lock whose process is gone is taken over by renaming it: only
 * one of several contenders can.
 */
export async function takeLock(directory: string): Promise<Lock> {
  const path = join(directory, 'lock');
  const own: Holder = {
    pid: process.pid,
    started: await startTime(process.pid),
    host: hostname(),
    boot: await bootId(),
  };
  for (;;) {
    if (await create(path, own)) return { release: () => unlink(path) };
    const holder = await read(path);
    if (holder === undefined) continue;
    if (await isAlive(holder, own)) {
      throw new UserError(
        `Another run is at work on this deployment (process ${holder.pid}${holder.host === own.host ? '' : ` on ${holder.host}`})`,
        {
          next: [`Wait for it, or end it: kill ${holder.pid}`],
          exitCode: exitCodes.locked,
        },
      );
    }
    await rename(path, `${path}.stale.${randomBytes(4).toString('hex')}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    await file.writeFile(JSON.stringify(holder));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** undefined: the holder has just released it. */
async function read(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // Written by halves: its writer died between creating and writing.
    if (error instanceof SyntaxError) return { pid: 0, started: 'gone', host: hostname(), boot: '' };
    throw error;
  }
}

async function isAlive(holder: Holder, own: Holder): Promise<boolean> {
  // Another host's process cannot be looked at: it counts as alive.
  if (holder.host !== own.host) return true;
  if (holder.pid === 0 || (holder.boot !== own.boot && holder.boot !== '' && own.boot !== '')) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const started = await startTime(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

async function startTime(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // No /proc: macOS.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim(); // No /proc: macOS.
}
