import { createHash, randomBytes } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { exitCodes } from '../../errors/exit-codes.ts';
import { messageOf, UserError } from '../../errors/errors.ts';

interface Holder {
  pid: number;
  /** In clock ticks since boot (proc(5), field 22); a pid that is used again has another. Empty where there is no /proc. */
  started: string;
  host: string;
  boot: string;
  /** No two locks are alike. */
  nonce: string;
}

export interface Lock {
  release(): Promise<void>;
}

/**
 * One run at a time for a deployment on this machine: the file `lock` names the process that runs. It is written before
 * it appears under its name (link(2)), so that nobody reads half of it.
 *
 * A lock whose process is gone may be replaced by one process only, the one that first links its own lock as
 * `lock.after.ID` of the lock that it replaces. When that one is gone too, the next goes after it, and so on.
 */
export async function takeLock(directory: string): Promise<Lock> {
  const path = join(directory, 'lock');
  const own: Holder = {
    pid: process.pid,
    started: await startTime(process.pid),
    host: hostname(),
    boot: await bootId(),
    nonce: randomBytes(8).toString('hex'),
  };
  try {
    await take(path, own);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The lock ${path} cannot be taken`, {
      why: messageOf(error),
      next: ['Make room, or set XDG_STATE_HOME to a directory on a disk of this machine.'],
      exitCode: exitCodes.preflight,
    });
  }
  return {
    async release() {
      // Only our own: a directory that was removed and made anew may hold the lock of another.
      if ((await read(path))?.holder?.nonce === own.nonce) await remove(path);
    },
  };
}

async function take(path: string, own: Holder): Promise<void> {
  const mine = `${path}.${own.nonce}`;
  await writeFile(mine, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  try {
    while (!(await linked(mine, path)) && !(await replaced(path, mine, own)));
  } finally {
    await remove(mine);
  }
}

/** Replaces a lock whose process is gone. false: somebody was faster, look again. `UserError` (exit 6): somebody is at work. */
async function replaced(path: string, mine: string, own: Holder): Promise<boolean> {
  const found = await read(path);
  if (found === undefined) return false; // Released just now.
  await refuseIfAlive(found, own, path);
  const claims: string[] = [];
  for (let before = found; ;) {
    const claim = `${path}.after.${before.id}`;
    if (await linked(mine, claim)) {
      claims.push(claim);
      break;
    }
    const other = await read(claim);
    if (other === undefined) return false;
    await refuseIfAlive(other, own, claim);
    claims.push(claim);
    before = other;
  }
  // Between the first look and our claim another may have replaced it, and taken its claims away.
  if ((await read(path))?.id !== found.id) {
    await remove(claims.at(-1) ?? '');
    return false;
  }
  await rename(mine, path);
  for (const claim of claims) await remove(claim);
  return true;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error; // Gone already: that is what was wanted.
  });
}

interface Found {
  /** Hash of what it says. */
  id: string;
  /** undefined: it cannot be read, so that nobody is known to hold it. */
  holder: Holder | undefined;
}

/** undefined: there is no such lock. */
async function read(path: string): Promise<Found | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  return { id: createHash('sha256').update(text).digest('hex').slice(0, 16), holder: holderIn(text) };
}

function holderIn(text: string): Holder | undefined {
  try {
    const { pid, started = '', host = '', boot = '', nonce = '' } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && pid > 0 ? { pid, started, host, boot, nonce } : undefined;
  } catch {
    return undefined; // Cut off when the machine went down: its process went with it.
  }
}

async function refuseIfAlive({ holder }: Found, own: Holder, path: string): Promise<void> {
  if (holder === undefined) return;
  const isHere = isSameMachine(holder, own);
  if (isHere && !(await isAlive(holder, own))) return;
  throw new UserError(
    `Another run is at work on this deployment (process ${holder.pid}${isHere ? '' : ` on ${holder.host}`})`,
    {
      next: isHere
        ? [`Wait for it, or end it: kill ${holder.pid}`]
        : [`Wait for it; when nothing runs there any more: rm '${path}'`],
      exitCode: exitCodes.locked,
    },
  );
}

/** The name of a laptop changes with its network; the id of its boot does not. */
function isSameMachine(holder: Holder, own: Holder): boolean {
  return holder.host === own.host || (holder.boot !== '' && holder.boot === own.boot);
}

async function isAlive(holder: Holder, own: Holder): Promise<boolean> {
  if (holder.boot !== own.boot && holder.boot !== '' && own.boot !== '') return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // There is such a process, of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
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
