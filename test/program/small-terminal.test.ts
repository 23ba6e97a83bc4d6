import { afterEach, expect, test } from 'vitest';
import { closeTerminals, openTerminal } from '../support/terminal.ts';
import { privateHome, program, wizardEnvironment } from '../support/wizard.ts';

afterEach(closeTerminals);

test('a terminal that is too small: one line says what is needed, and enlarging it goes on', async () => {
  const home = privateHome();
  const env = wizardEnvironment({ ...home.env, HOME: home.folder, LC_ALL: 'C.UTF-8' });
  const terminal = openTerminal({ command: process.execPath, args: [program], cols: 50, rows: 12, env });
  await terminal.waitFor('Enlarge to 60x15: 50x12 is too small');
  expect(terminal.screen()).not.toContain('What do you want to deploy?');
  terminal.resize(60, 15);
  await terminal.waitFor('What do you want to deploy?');
  terminal.resize(59, 15);
  await terminal.waitFor('59x15 is too small');
  terminal.keys('ctrlC');
  expect(await terminal.exit()).toMatchObject({ code: 130 });
  home.remove();
});
