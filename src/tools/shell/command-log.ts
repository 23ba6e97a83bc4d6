import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLog } from './run.ts';

/** A log larger than this says nothing more: the end of a build's output is in the events as well. */
const largestBytes = 10 * 1024 * 1024;

/**
 * One file a run with everything that the programs said, already redacted and sanitised, mode 0600. Nothing is written
 * before a folder is known, so that commands which only look leave no trace.
 */
export function createCommandLog(
  clock: () => Date,
): CommandLog & { folder(path: string): void; path(): string | undefined } {
  let file: string | undefined;
  let size = 0;
  let number = 0;
  const write = (text: string) => {
    if (file === undefined || size > largestBytes) return;
    size += Buffer.byteLength(text);
    appendFileSync(file, size > largestBytes ? '… the rest is left out\n' : text, { mode: 0o600 });
  };
  return {
    folder(path) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      file = join(path, 'commands.log');
      size = 0;
    },
    path: () => file,
    started(argv) {
      number += 1;
      const tag = `[${number}]`;
      write(`${clock().toISOString()} ${tag} $ ${argv.join(' ')}\n`);
      return {
        line: (text) => write(`${tag} ${text}\n`),
        ended: (status) => write(`${clock().toISOString()} ${tag} ended with ${status ?? 'a signal'}\n`),
      };
    },
  };
}
