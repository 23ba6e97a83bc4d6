import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheHome, directoryName, privateDirectory, stateHome } from '../../../src/engine/journal/state-directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('the directory for state', () => {
  it('is where the platform keeps state, or where XDG says', () => {
    expect(stateHome({ HOME: '/home/dev' }, 'linux')).toBe('/home/dev/.local/state/deploy-wizard');
    expect(stateHome({ HOME: '/home/dev', XDG_STATE_HOME: '/state' }, 'linux')).toBe('/state/deploy-wizard');
    expect(stateHome({ HOME: '/Users/dev' }, 'darwin')).toBe('/Users/dev/Library/Application Support/deploy-wizard');
    expect(cacheHome({ HOME: '/home/dev' }, 'linux')).toBe('/home/dev/.cache/deploy-wizard');
    expect(cacheHome({ HOME: '/home/dev', XDG_CACHE_HOME: '/cache' }, 'darwin')).toBe('/cache/deploy-wizard');
    expect(cacheHome({ HOME: '/Users/dev' }, 'darwin')).toBe('/Users/dev/Library/Caches/deploy-wizard');
  });

  it('is never relative: XDG wants absolute paths, and an empty HOME is none', () => {
    expect(stateHome({ HOME: '/home/dev', XDG_STATE_HOME: 'state' }, 'linux')).toBe(
      '/home/dev/.local/state/deploy-wizard',
    );
    expect(stateHome({ HOME: '' }, 'linux')).toBe(join(homedir(), '.local/state/deploy-wizard'));
    expect(cacheHome({}, 'linux')).toBe(join(homedir(), '.cache/deploy-wizard'));
  });

  it('has one name for each deployment, which a person can read', () => {
    const key = { context: 'minikube', namespace: 'shop', recipe: 'todo', environment: 'local' };
    expect(directoryName(key)).toMatch(/^todo-local-minikube-[0-9a-f]{10}$/);
    expect(directoryName(key)).toBe(directoryName({ ...key }));
    const others = [
      { ...key, namespace: 'other' },
      { ...key, context: 'mini/kube' },
      { ...key, context: 'mini_kube' },
      { ...key, recipe: 'to', environment: 'do-local' },
      { ...key, context: `arn:aws:eks:eu-west-1:1:cluster/${'x'.repeat(300)}` },
      { ...key, context: '../../etc' },
    ];
    const names = others.map(directoryName);
    expect(new Set([...names, directoryName(key)]).size).toBe(others.length + 1);
    for (const name of names) {
      expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
      expect(name.length).toBeLessThan(100);
    }
  });

  it('can be entered by its owner alone, also when it was there with wider rights', async () => {
    const base = await temporaryDirectory();
    const path = join(base, 'a', 'b');
    expect(await privateDirectory(path)).toBe(path);
    const modeOf = async (one: string) => (await stat(one)).mode & 0o777;
    expect([await modeOf(path), await modeOf(join(base, 'a'))]).toEqual([0o700, 0o700]);
    await mkdir(join(base, 'wide'));
    await chmod(join(base, 'wide'), 0o755);
    await privateDirectory(join(base, 'wide'));
    expect(await modeOf(join(base, 'wide'))).toBe(0o700);
  });

  it('that cannot be made stops before any work, in words', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    const refused = { kind: 'user', exitCode: 4, message: `The directory ${file}/state cannot be used` };
    await expect(privateDirectory(join(file, 'state'))).rejects.toMatchObject(refused);
    await expect(privateDirectory(file)).rejects.toMatchObject({ kind: 'user', exitCode: 4 });
  });
});
