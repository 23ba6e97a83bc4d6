import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { bundleProgram } from '../../support/program.ts';
import { closeTerminals, openTerminal, type TerminalOptions, type TerminalSession } from '../../support/terminal.ts';

/** `first` is a shell command for the terminal before the program starts. */
type Opener = (args?: string[], options?: Partial<TerminalOptions> & { first?: string }) => TerminalSession;

/** Bundles one of the small programs for the tests of a file, and opens it in a terminal as often as they want. */
export function usingProgram(name: 'choose' | 'ask' | 'run' | 'lines'): Opener {
  let program: Awaited<ReturnType<typeof bundleProgram>>;
  beforeAll(async () => {
    program = await bundleProgram(new URL(`fixtures/${name}.ts`, import.meta.url));
  }, 60_000);
  // Each wait has its own, shorter limit, and shows the screen when it is reached.
  vi.setConfig({ testTimeout: 60_000 });
  afterEach(closeTerminals);
  afterAll(() => program.remove());
  return (args = [], { first, ...options } = {}) => {
    const argv = [process.execPath, program.path, ...args];
    const [command = '', ...rest] = first === undefined ? argv : ['sh', '-c', `${first}; exec "$@"`, 'sh', ...argv];
    return openTerminal({ command, args: rest, env: environment(), ...options });
  };
}

/** The test's own environment less what says that nobody is watching, which would take the colours away. */
export function environment(more: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return { ...process.env, CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, LC_ALL: 'C.UTF-8', ...more };
}

export const scenarios = new URL('../../scenarios/', import.meta.url).pathname;
