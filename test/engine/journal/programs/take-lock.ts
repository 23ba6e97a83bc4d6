import { createInterface } from 'node:readline';
import { takeLock, type Lock } from '../../../../src/engine/journal/lock.ts';

/** Takes the lock of each directory that is named on a line, says how it went, and keeps what it got until it ends. */
const locks: Lock[] = [];
process.stdout.write('ready\n');
for await (const directory of createInterface({ input: process.stdin })) {
  try {
    locks.push(await takeLock(directory));
    process.stdout.write('won\n');
  } catch (error) {
    process.stdout.write(`lost ${(error as { exitCode?: number }).exitCode}: ${(error as Error).message}\n`);
  }
}
