import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** What `npx deploy-wizard` gets: the packed files alone, with no other package beside them. */
describe('the published package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dw-package-'));
  let archive = '';
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [join(folder, 'package/bin/deploy-wizard.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: folder },
    });

  beforeAll(() => {
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { encoding: 'utf8' }),
    ) as [{ filename: string }];
    archive = join(folder, filename);
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('starts without any other package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(run('--version').trim()).toBe(version);
    expect(run('--help')).toContain('up [recipe]');
    expect(run('recipe', 'list')).toMatch(/^hello .*\ntodo /);
  });

  test('has no runtime dependency and no script that runs at installation', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    expect(manifest['dependencies']).toBeUndefined();
    expect(Object.keys(manifest['scripts'] ?? {}).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  test('is under 1.5 MB packed, and carries the licences of what it bundles', () => {
    expect(statSync(archive).size).toBeLessThan(1.5 * 1024 * 1024);
    const licences = readFileSync(join(folder, 'package/dist/LICENSES.txt'), 'utf8');
    for (const name of ['ink', 'react', 'zod', 'yaml', 'zx', '@bufbuild/cel'])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });
});
