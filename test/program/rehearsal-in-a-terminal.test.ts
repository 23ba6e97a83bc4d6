import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeTerminals, openTerminal, type TerminalSession } from '../support/terminal.ts';
import { privateHome, program, wizardEnvironment } from '../support/wizard.ts';

/** A newcomer with nothing installed, by keys alone. */
describe('a rehearsal in a terminal', { timeout: 120_000 }, () => {
  const home = privateHome();
  afterEach(closeTerminals);
  afterAll(() => home.remove());
  const bare = { ...home.env, PATH: '/nonexistent', HOME: home.folder, KUBECONFIG: join(home.folder, 'none') };
  const open = (cols: number, rows: number, ...args: string[]) =>
    openTerminal({
      command: process.execPath,
      args: [program, ...args],
      cols,
      rows,
      cwd: home.folder,
      env: wizardEnvironment({ ...bare, LANG: 'C.UTF-8' }),
    });

  /** Enter at each question, until the plan stands. */
  async function toThePlan(terminal: TerminalSession): Promise<void> {
    const question = () => /^ ?(\S.*\?)\s+\d+ of \d+/m.exec(terminal.screen())?.[1];
    const isPlanned = () => terminal.screen().includes('Nothing has been changed yet');
    for (;;) {
      await terminal.waitUntil(() => isPlanned() || question() !== undefined, 'a question or the plan', 30_000);
      if (isPlanned()) return;
      const asked = question();
      terminal.keys('enter');
      await terminal.waitUntil(() => isPlanned() || question() !== asked, `what follows ${asked}`, 30_000);
    }
  }

  test('from the first question to an address that opens, and back to nothing', async () => {
    const terminal = open(80, 24, '--speed', '20');
    await terminal.waitFor('What do you want to deploy?');
    terminal.keys('down', 'enter');
    await terminal.waitFor('Where should Todo list run?');
    await terminal.waitFor('› rehearsal', 20_000);
    terminal.keys('enter');
    await terminal.waitFor('Which faults');
    terminal.keys('enter');
    await toThePlan(terminal);
    terminal.keys('enter');
    await terminal.waitFor('was rehearsed', 90_000);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(terminal.screen())?.[0];
    expect((await fetch(url ?? '')).status).toBe(200);
    terminal.keys({ text: 'u' });
    await terminal.waitFor('› keep everything', 20_000);
    terminal.keys('up', 'enter');
    await terminal.waitFor('› keep the data', 20_000);
    terminal.keys('up', 'enter');
    await terminal.waitFor('› keep it', 20_000);
    terminal.keys('up', 'enter');
    expect((await terminal.exit(60_000)).code).toBe(0);
    expect(terminal.screen()).toContain('Todo list is removed from rehearsal');
  });

  test('a fault asks what to do; Ctrl-C there ends the run', async () => {
    const terminal = open(200, 50, 'up', 'hello', '--rehearse', '--fault', 'image-pull:web');
    await toThePlan(terminal);
    terminal.keys('enter');
    await terminal.waitFor('try again', 60_000);
    expect(terminal.screen()).toContain('There is no image hello-web');
    terminal.keys('ctrlC');
    await terminal.waitFor('enter leave', 20_000);
    expect(terminal.screen()).toMatch(/up hello --rehearse --seed \w+ --fault image-pull:web/);
    terminal.keys('enter');
    expect((await terminal.exit(30_000)).code).toBe(130);
  });
});
