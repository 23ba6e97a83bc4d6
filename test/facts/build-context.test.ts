import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashBuildInput, type BuildInput } from '../../src/facts/build-context.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const tree: Record<string, string> = {
  'package.json': '{}',
  'src/index.ts': 'one',
  'src/deep/er/file.ts': 'two',
  'run.sh': '#!/bin/sh',
  'README.md': 'read',
};

async function put(root: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** A context with these files, and the hash of a build of it. */
async function context(files: Record<string, string> = tree) {
  const base = await temporaryDirectory();
  const root = join(base, 'context');
  await mkdir(root);
  await put(root, files);
  await writeFile(join(base, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  const hash = (more: Partial<BuildInput> = {}) =>
    hashBuildInput({ context: root, dockerfile: join(base, 'Dockerfile'), args: {}, platform: 'linux/amd64', ...more });
  return { base, root, hash, put: (more: Record<string, string>) => put(root, more) };
}

describe('the hash of a build', () => {
  it('is a tag of 12 hexadecimal digits, the same for the same tree, wherever and whenever it was made', async () => {
    const [one, two] = [await context(), await context(Object.fromEntries(Object.entries(tree).reverse()))];
    expect(await one.hash()).toMatch(/^[0-9a-f]{12}$/);
    expect(await two.hash()).toBe(await one.hash());
    await utimes(join(two.root, 'run.sh'), 1, 1);
    expect(await two.hash()).toBe(await one.hash());
  });

  it.each<[string, (root: string) => Promise<unknown>]>([
    ['the content of a file', (root) => put(root, { 'src/index.ts': 'another' })],
    ['a content of the same length', (root) => put(root, { 'src/index.ts': 'onf' })],
    [
      'the name of a file',
      async (root) => (await put(root, { 'src/renamed.ts': 'one' }), rm(join(root, 'src/index.ts'))),
    ],
    ['the place of a file', async (root) => (await put(root, { 'index.ts': 'one' }), rm(join(root, 'src/index.ts')))],
    ['a new file, even an empty one', (root) => put(root, { 'src/new.ts': '' })],
    ['a file that is gone', (root) => rm(join(root, 'README.md'))],
    ['the executable bit', (root) => chmod(join(root, 'run.sh'), 0o755)],
    ['a link', (root) => symlink('run.sh', join(root, 'link'))],
    ['an empty folder', (root) => mkdir(join(root, 'logs'))],
    ['a .dockerignore', (root) => put(root, { '.dockerignore': 'README.md\n' })],
  ])('is changed by %s', async (_what, change) => {
    const { root, hash } = await context();
    const before = await hash();
    await change(root);
    expect(await hash()).not.toBe(before);
  });

  it('is changed by what a link points to, not by what is there', async () => {
    const { root, base, hash } = await context();
    await symlink('../outside', join(root, 'link'));
    const before = await hash();
    await writeFile(join(base, 'outside'), 'x');
    expect(await hash()).toBe(before);
    await rm(join(root, 'link'));
    await symlink('../elsewhere', join(root, 'link'));
    expect(await hash()).not.toBe(before);
  });

  it('is not changed by rights that depend on the umask', async () => {
    const { root, hash } = await context();
    const before = await hash();
    await chmod(join(root, 'README.md'), 0o600);
    expect(await hash()).toBe(before);
  });

  it('is changed by Dockerfile, arguments, target and platform', async () => {
    const { base, hash } = await context();
    const other = join(base, 'Other');
    await writeFile(other, 'FROM scratch\n');
    const all = [
      await hash(),
      await hash({ dockerfile: other }),
      await hash({ args: { A: '1' } }),
      await hash({ args: { A: '2' } }),
      await hash({ args: { A: '1', B: '1' } }),
      await hash({ target: 'build' }),
      await hash({ platform: 'linux/arm64' }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(await hash({ args: { A: '1', B: '2' } })).toBe(await hash({ args: { B: '2', A: '1' } }));
    expect(await hash({ target: undefined })).toBe(all[0]);
  });

  it('does not take two trees for one because their texts run together', async () => {
    const [one, two] = [await context({ ab: 'c' }), await context({ a: 'bc' })];
    expect(await one.hash()).not.toBe(await two.hash());
    const [three, four] = [await context({ a: '1', b: '2' }), await context({ a: '2', b: '1' })];
    expect(await three.hash()).not.toBe(await four.hash());
  });

  it('is not changed by what .dockerignore leaves out, and is by what it takes back', async () => {
    const files = {
      '.dockerignore': 'node_modules\n*.log\n!keep.log\n!node_modules/mine.js\n',
      'node_modules/x/index.js': '1',
      'node_modules/mine.js': '1',
    };
    const { hash, put: change } = await context({ ...tree, ...files });
    const before = await hash();
    await change({ 'node_modules/x/index.js': '2', 'node_modules/y/new.js': '', 'error.log': 'x' });
    expect(await hash()).toBe(before);
    await change({ 'node_modules/mine.js': '2' });
    const mine = await hash();
    expect(mine).not.toBe(before);
    await change({ 'keep.log': '' });
    expect(await hash()).not.toBe(mine);
  });

  it('goes by the .dockerignore of the Dockerfile rather than that of the context', async () => {
    const { base, hash, put: change } = await context({ ...tree, '.dockerignore': 'src\n' });
    await writeFile(join(base, 'Dockerfile.dockerignore'), 'README.md\n.dockerignore\n');
    const before = await hash();
    await change({ 'README.md': 'changed', '.dockerignore': 'other' });
    expect(await hash()).toBe(before);
    await change({ 'src/index.ts': 'changed' });
    expect(await hash()).not.toBe(before);
  });

  it('says in words what cannot be read', async () => {
    const { root, base, hash } = await context();
    await expect(hash({ context: join(base, 'none') })).rejects.toMatchObject({
      kind: 'user',
      exitCode: 4,
      message: `The build context ${join(base, 'none')} cannot be read`,
    });
    await expect(hash({ dockerfile: join(base, 'None') })).rejects.toMatchObject({
      kind: 'user',
      message: `The Dockerfile ${join(base, 'None')} cannot be read`,
    });
    await expect(hash({ context: join(root, 'run.sh') })).rejects.toMatchObject({ kind: 'user' });
    // A name that is no UTF-8 cannot be named back to the file system.
    await writeFile(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff])]), '');
    if (process.platform === 'linux')
      await expect(hash()).rejects.toMatchObject({ kind: 'user', message: expect.stringContaining('bad-') });
  });

  it.skipIf(process.getuid?.() === 0)(
    'says in words which file may not be read (skipped: root may read all)',
    async () => {
      const { root, hash } = await context();
      await chmod(join(root, 'README.md'), 0);
      await expect(hash()).rejects.toMatchObject({
        kind: 'user',
        message: `The build context ${join(root, 'README.md')} cannot be read`,
      });
    },
  );

  it('can be ended', async () => {
    const { base, root } = await context();
    const input = { context: root, dockerfile: join(base, 'Dockerfile'), args: {}, platform: '' };
    await expect(hashBuildInput(input, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  });
});

const docker = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], { encoding: 'utf8', timeout: 20_000 });
const hasDocker = docker.status === 0 && docker.stdout.trim() !== '';

/** Files with names on which patterns differ. */
const names = [
  'a.log',
  'b.txt',
  'README.md',
  'Makefile',
  '#hash',
  'sub/a.log',
  'sub/b.txt',
  'sub/deep/a.log',
  'sub/deep/README.md',
  'node_modules/x.js',
  'node_modules/keep/y.js',
  'pkg/build/out.js',
  'pkg/build/keep.js',
  'build/out.js',
  '.env',
  '.git/config',
  'a b.txt',
];

const patterns: [what: string, lines: string[]][] = [
  ['a star stays in its folder', ['*.log']],
  ['two stars do not', ['**/*.log']],
  ['a name is that of the root, with all in it', ['node_modules', 'build', 'README.md']],
  ['slashes before and behind do not matter', ['/sub/', './pkg/build/']],
  ['the last rule that fits decides', ['*', '!sub', 'sub/deep', '!sub/deep/README.md', '# comment', '']],
  ['what is taken back from an ignored folder', ['node_modules', '!node_modules/keep']],
  ['what is taken back in vain', ['!README.md', '*.md']],
  ['one letter, or one of some', ['?.txt', '[ab].log', 'sub/[!b].txt']],
  ['two stars in the middle and at the end', ['sub/**/README.md', '**/build/**', '!**/keep.js']],
  ['dots, capitals and blanks', ['.*', '!.env', 'readme.md', 'makefile', '  a b.txt  ']],
  ['everything', ['**']],
];

/** Paths of the files that Docker copies from a context: its client leaves out what .dockerignore says (moby/patternmatcher). */
function copiedByDocker(base: string, root: string): string[] {
  const tag = `deploy-wizard-test-ignore:${process.pid}`;
  const run = (argv: string[], env = {}) =>
    execFileSync('docker', argv, {
      encoding: 'buffer',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
  run(['build', '-q', '-t', tag, '-f', join(base, 'Dockerfile'), root], { DOCKER_BUILDKIT: '0' });
  const container = run(['create', tag, '/none']).toString().trim();
  try {
    const tar = run(['export', container]);
    const list = spawnSync('tar', ['-tf', '-', 'context'], { input: tar, encoding: 'utf8' }).stdout;
    return list
      .split('\n')
      .flatMap((name) => (name === '' || name.endsWith('/') ? [] : [name.slice('context/'.length)]));
  } finally {
    run(['rm', container]);
    run(['rmi', '-f', tag]);
  }
}

describe.skipIf(!hasDocker)(
  '.dockerignore, against Docker itself (skipped: no Docker answers)',
  { timeout: 120_000 },
  () => {
    it.each(patterns)('%s', async (_what, lines) => {
      const {
        base,
        root,
        hash,
        put: change,
      } = await context({
        ...Object.fromEntries(names.map((name) => [name, name])),
        '.dockerignore': `${lines.join('\n')}\n`,
      });
      await writeFile(join(base, 'Dockerfile'), 'FROM scratch\nCOPY . /context/\n');
      const copied = copiedByDocker(base, root).filter((name) => names.includes(name));
      const noticed: string[] = [];
      const before = await hash();
      for (const name of names) {
        await change({ [name]: 'changed' });
        if ((await hash()) !== before) noticed.push(name);
        await change({ [name]: name });
      }
      expect(await hash()).toBe(before);
      expect(noticed.sort()).toEqual(copied.sort());
      expect(await readFile(join(root, 'b.txt'), 'utf8')).toBe('b.txt');
    });
  },
);
