import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullImageName, hasImageNamed, inRegistry, parseImageName } from '../../src/providers/image-name.ts';
import { registryHasImage } from '../../src/providers/registry.ts';

describe('names of images', () => {
  it.each([
    ['redis', 'docker.io', 'library/redis', 'latest'],
    ['redis:8', 'docker.io', 'library/redis', '8'],
    ['acme/app:1', 'docker.io', 'acme/app', '1'],
    ['localhost/app:1', 'localhost', 'app', '1'],
    ['localhost:5000/app', 'localhost:5000', 'app', 'latest'],
    ['ghcr.io/acme/app:1', 'ghcr.io', 'acme/app', '1'],
    ['docker.io/library/redis:8', 'docker.io', 'library/redis', '8'],
  ])('%s', (image, registry, repository, tag) => {
    expect(parseImageName(image)).toEqual({ registry, repository, tag });
  });

  it('are the same in short and in full', () => {
    expect(fullImageName('todo-backend:1')).toBe('docker.io/library/todo-backend:1');
    expect(hasImageNamed(['docker.io/library/todo-backend:1'], 'todo-backend:1')).toBe(true);
    expect(hasImageNamed(['docker.io/library/todo-backend:2'], 'todo-backend:1')).toBe(false);
    expect(hasImageNamed(['localhost:5000/todo-backend:1'], 'todo-backend:1')).toBe(false);
  });

  it('get their registry once', () => {
    expect(inRegistry('localhost:5000', 'app:1')).toBe('localhost:5000/app:1');
    expect(inRegistry('localhost:5000', 'localhost:5000/app:1')).toBe('localhost:5000/app:1');
  });
});

describe('a registry', () => {
  let server: Server;
  let host: string;
  const requests: { method: string | undefined; url: string | undefined; accept: string | undefined }[] = [];
  const answers: Record<string, number> = {
    '/v2/app/manifests/1': 200,
    '/v2/private/manifests/1': 401,
    '/v2/app/manifests/2': 404,
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push({ method: request.method, url: request.url, accept: request.headers.accept });
      response.statusCode = answers[request.url ?? ''] ?? 500;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const has = (image: string, signal = new AbortController().signal) => registryHasImage(fetch, image, signal);

  it('has an image or not, or does not say', async () => {
    expect(await has(`${host}/app:1`)).toBe(true);
    expect(await has(`${host}/app:2`)).toBe(false);
    expect(await has(`${host}/private:1`)).toBeUndefined();
    expect(await has(`${host}/broken:1`)).toBeUndefined();
    expect(await has('127.0.0.1:1/app:1')).toBeUndefined();
  });

  it('is asked by HEAD, for manifests of one platform and of many', () => {
    expect(requests[0]).toMatchObject({ method: 'HEAD', url: '/v2/app/manifests/1' });
    expect(requests[0]?.accept).toContain('application/vnd.oci.image.index.v1+json');
    expect(requests[0]?.accept).toContain('application/vnd.docker.distribution.manifest.v2+json');
  });

  it.each([
    ['localhost:5000/a:1', 'http://localhost:5000/v2/a/manifests/1'],
    ['registry.localhost/a:1', 'http://registry.localhost/v2/a/manifests/1'],
    ['ghcr.io/acme/a:1', 'https://ghcr.io/v2/acme/a/manifests/1'],
    ['acme/a:1', 'https://registry-1.docker.io/v2/acme/a/manifests/1'],
  ])('%s is at %s', async (image, address) => {
    const asked: unknown[] = [];
    const request = ((url: string) => {
      asked.push(url);
      return Promise.resolve(new Response(null, { status: 200 }));
    }) as typeof fetch;
    await registryHasImage(request, image, new AbortController().signal);
    expect(asked).toEqual([address]);
  });

  it('is not waited for when the person leaves', async () => {
    await expect(has(`${host}/app:1`, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  });
});
