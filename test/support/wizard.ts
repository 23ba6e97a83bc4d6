import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const program = resolve('bin/deploy-wizard.js');

export interface WizardResult {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Of `--output json`. */
  events: WizardEvent[];
  seconds: number;
}

export interface WizardEvent {
  v: number;
  seq: number;
  time: string;
  type: string;
  step?: string;
  [field: string]: unknown;
}

/** A place of its own for state and caches, so that tests neither see nor leave anything. */
export function privateHome(): { env: NodeJS.ProcessEnv; folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'dw-test-'));
  return {
    folder,
    env: { XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs the built program to its end. */
export async function wizard(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeout?: number } = {},
): Promise<WizardResult> {
  const started = performance.now();
  return new Promise((done) => {
    execFile(
      process.execPath,
      [program, ...args],
      {
        env: wizardEnvironment(options.env),
        cwd: options.cwd ?? tmpdir(),
        maxBuffer: 64 * 1024 * 1024,
        timeout: options.timeout ?? 600_000,
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        done({ status, stdout, stderr, events: eventsOf(stdout), seconds: (performance.now() - started) / 1000 });
      },
    );
  });
}

export function eventsOf(stdout: string): WizardEvent[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith('{"v":') ? [JSON.parse(line) as WizardEvent] : []));
}

/** The test's own surroundings must not decide: no CI, no options of somebody's shell. */
export function wizardEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !name.startsWith('DEPLOY_WIZARD_') &&
      !['CI', 'NO_COLOR', 'FORCE_COLOR', 'VITEST', 'NODE_OPTIONS', 'NODE_ENV'].includes(name),
  );
  return { ...Object.fromEntries(kept), ...more };
}
