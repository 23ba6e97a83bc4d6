import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { closeTerminals, openTerminal } from '../support/terminal.ts';
import { privateHome, program, wizardEnvironment } from '../support/wizard.ts';
import type { Ratio } from './bench.ts';

const rounds = 15;

/** Start-up budgets: words against a bare `node -e 0` plus a fixed allowance, the first screen against a multiple of it. */
export async function startBench(): Promise<Ratio[]> {
  const home = privateHome();
  const env = wizardEnvironment({
    ...home.env,
    HOME: home.folder,
    KUBECONFIG: join(home.folder, 'none'),
    NODE_COMPILE_CACHE: join(home.folder, 'compile'),
  });
  const timed = (args: string[]) => {
    const started = performance.now();
    execFileSync(process.execPath, args, { env, stdio: 'ignore' });
    return performance.now() - started;
  };
  const firstFrame = async () => {
    const started = performance.now();
    const terminal = openTerminal({ command: process.execPath, args: [program], cols: 80, rows: 24, env });
    await terminal.waitFor('What do you want to deploy?');
    const seen = performance.now() - started;
    // A key that is pressed as soon as there is something to see.
    terminal.keys('down');
    await terminal.waitFor('› Todo');
    const answered = performance.now() - started;
    await closeTerminals();
    return { seen, answered };
  };
  try {
    // The compile cache is warm, as it is from the second start on.
    timed([program, '--version']);
    timed([program, '--help']);
    await firstFrame();
    const bare: number[] = [];
    const version: number[] = [];
    const help: number[] = [];
    const frames: { seen: number; answered: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      bare.push(timed(['-e', '0']));
      version.push(timed([program, '--version']));
      help.push(timed([program, '--help']));
      frames.push(await firstFrame());
    }
    const base = median(bare);
    const words = (name: string, values: number[]): Ratio => ({
      name,
      ratio: median(values) / (base + 60),
      budget: 1,
      detail: `${median(values).toFixed(0)} ms against ${base.toFixed(0)} ms of node -e 0 and 60 ms`,
    });
    return [
      words('--version', version),
      words('--help', help),
      {
        name: 'first interactive frame',
        ratio: median(frames.map(({ seen }) => seen)) / base,
        budget: 2.5,
        detail:
          `${median(frames.map(({ seen }) => seen)).toFixed(0)} ms against ${base.toFixed(0)} ms of node -e 0; ` +
          `a key pressed at that moment is answered after ${median(frames.map(({ answered }) => answered)).toFixed(0)} ms`,
      },
    ];
  } finally {
    rmSync(home.folder, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
