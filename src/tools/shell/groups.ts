/** Process groups that we started and that still run; the last act of the program ends them. */
const groups = new Set<number>();

export const liveGroups = {
  add(pid: number): void {
    groups.add(pid);
  },
  delete(pid: number): void {
    groups.delete(pid);
  },
  /** Sends a signal to a whole group; one that is gone already is no error. */
  signal(pid: number, name: NodeJS.Signals): void {
    try {
      process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  },
  signalAll(name: NodeJS.Signals): void {
    for (const pid of groups) liveGroups.signal(pid, name);
  },
  all: (): Iterable<number> => groups,
  get size(): number {
    return groups.size;
  },
};
