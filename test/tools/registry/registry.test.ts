import { describe, expect, it } from 'vitest';
import { registryHasImage } from '../../../src/tools/registry/registry.ts';
import { answer, closedPort, httpServer } from '../../support/http-server.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const has = (image: string, signal = new AbortController().signal) => registryHasImage(fetch, image, signal);

describe('whether a registry has an image', () => {
  it('is asked by HEAD of its manifest, in all forms of one', async () => {
    const seen: string[] = [];
    const { port } = await httpServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      expect(request.headers.accept).toContain('application/vnd.oci.image.index.v1+json');
      answer(response, request.url?.includes('/there/') === true ? 200 : 404);
    });
    expect(await has(`127.0.0.1:${port}/there/shop:1`)).toBe(true);
    expect(await has(`127.0.0.1:${port}/gone/shop@${digest}`)).toBe(false);
    expect(seen).toEqual(['HEAD /v2/there/shop/manifests/1', `HEAD /v2/gone/shop/manifests/${digest}`]);
  });

  it('is asked with the token that anybody gets', async () => {
    const { port, url } = await httpServer((request, response) => {
      const asked = new URL(request.url ?? '', 'http://x');
      if (asked.pathname === '/token')
        return answer(response, 200, {
          token: `for ${asked.searchParams.get('service')} ${asked.searchParams.get('scope')}`,
        });
      if (request.headers.authorization === 'Bearer for reg repository:shop:pull') return answer(response, 200);
      response.setHeader('www-authenticate', `Bearer realm="${url}/token",service="reg",scope="repository:shop:pull"`);
      return answer(response, 401);
    });
    expect(await has(`127.0.0.1:${port}/shop:1`)).toBe(true);
  });

  it.each<[string, Record<string, string>, number]>([
    ['it wants a login', { 'www-authenticate': 'Basic realm="x"' }, 401],
    ['its token is not to be had', { 'www-authenticate': 'Bearer realm="http://127.0.0.1:1/token"' }, 401],
    ['it names no place for tokens', { 'www-authenticate': 'Bearer realm="nowhere"' }, 401],
    ['it says nothing of how to log in', {}, 401],
    ['it may not be asked', {}, 403],
    ['it is busy', {}, 429],
    ['it is ill', {}, 500],
  ])('is not known when %s', async (_why, headers, status) => {
    const { port } = await httpServer((_request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      answer(response, status);
    });
    expect(await has(`127.0.0.1:${port}/shop:1`)).toBeUndefined();
  });

  it('is not known when nobody answers', async () => {
    expect(await has(`127.0.0.1:${await closedPort()}/shop:1`)).toBeUndefined();
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
    await expect(has(`127.0.0.1:1/app:1`, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  });
});
