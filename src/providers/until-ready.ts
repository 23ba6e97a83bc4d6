import { setTimeout as pause } from 'node:timers/promises';
import { ToolError } from '../errors/errors.ts';
import { apiGet } from '../tools/kubectl/api-get.ts';
import type { KubectlTarget } from '../tools/kubectl/argv.ts';
import type { RunCommand } from '../tools/shell/run.ts';

/** Milliseconds between two questions. */
const interval = 500;

/** Asks until the API server answers; the last failure when `seconds` are over. */
export async function untilApiAnswers(
  run: RunCommand,
  target: KubectlTarget,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      await apiGet(run, target, '/version', { signal });
      return;
    } catch (error) {
      const mayHeal = error instanceof ToolError && error.isTransient;
      if (!mayHeal || performance.now() > end) throw error;
    }
    await pause(interval, undefined, signal === undefined ? {} : { signal });
  }
}
