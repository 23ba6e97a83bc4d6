import { readdirSync, readFileSync } from 'node:fs';

/**
 * Whether none of the processes has anything to do at this moment: each of their threads sleeps (proc(5), field 3 of `stat`:
 * one that is ready to run is R, also while a busy machine keeps it waiting). undefined where there is no /proc.
 */
export function areIdle(processes: Iterable<number>): boolean | undefined {
  for (const process of processes) {
    let threads: string[];
    try {
      threads = readdirSync(`/proc/${process}/task`);
    } catch {
      if (!hasProc()) return undefined;
      continue; // It has just ended.
    }
    if (threads.some((thread) => !sleeps(`/proc/${process}/task/${thread}/stat`))) return false;
  }
  return true;
}

function sleeps(path: string): boolean {
  try {
    const stat = readFileSync(path, 'latin1');
    // The name of a program may hold anything, also parentheses: the state stands behind the last one.
    return !'RD'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return true; // The thread has just ended.
  }
}

function hasProc(): boolean {
  try {
    readdirSync('/proc/self/task');
    return true;
  } catch {
    return false;
  }
}
