import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchThroughProxy } from '../../../src/tools/fetched/fetch-through-proxy.ts';
import { httpServer } from '../../support/http-server.ts';

/** A proxy of this host that notes what it is asked for and answers itself. */
async function proxy(listener: RequestListener = (_request, response) => response.end('through the proxy')) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('the way through a proxy', () => {
  it('is taken for HTTP by HTTP_PROXY', async () => {
    const { url, asked } = await proxy();
    const { fetch: request, remedy } = fetchThroughProxy({ HTTP_PROXY: url }, process.versions.node);
    const answer = await request('http://dl.k8s.test/kubectl', { headers: { 'accept-encoding': 'identity' } });
    expect(await answer.text()).toBe('through the proxy');
    expect(answer.url).toBe('http://dl.k8s.test/kubectl');
    expect(asked).toEqual(['GET http://dl.k8s.test/kubectl']);
    expect(remedy).toBeUndefined();
  });

  it('is taken for HTTPS by a tunnel, and a refused tunnel is an error', async () => {
    const { url, asked } = await proxy();
    const { fetch: request } = fetchThroughProxy({ https_proxy: url }, process.versions.node);
    await expect(request('https://dl.k8s.test/kubectl')).rejects.toThrow(/403/);
    expect(asked).toEqual(['CONNECT dl.k8s.test:443']);
  });

  it('is not taken for what NO_PROXY names', async () => {
    const { url, asked } = await proxy();
    const direct = await httpServer((_request, response) => response.end('direct'));
    const { fetch: request } = fetchThroughProxy({ HTTP_PROXY: url, NO_PROXY: '127.0.0.1' }, process.versions.node);
    expect(await (await request(direct.url)).text()).toBe('direct');
    expect(asked).toEqual([]);
  });

  it('follows redirects, and not for ever', async () => {
    const { url, asked } = await proxy((request, response) => {
      if (request.url === 'http://a.test/') response.writeHead(302, { location: 'http://b.test/file' }).end();
      else if (request.url === 'http://c.test/') response.writeHead(302, { location: '/' }).end();
      else response.writeHead(200, { 'content-length': '4' }).end('file');
    });
    const { fetch: request } = fetchThroughProxy({ HTTP_PROXY: url }, process.versions.node);
    const answer = await request('http://a.test/');
    expect([answer.url, answer.headers.get('content-length'), await answer.text()]).toEqual([
      'http://b.test/file',
      '4',
      'file',
    ]);
    expect(asked).toEqual(['GET http://a.test/', 'GET http://b.test/file']);
    await expect(request('http://c.test/')).rejects.toMatchObject({ cause: { message: 'redirect count exceeded' } });
  });

  it('ends when it is aborted', async () => {
    const { url } = await proxy(() => undefined);
    const { fetch: request } = fetchThroughProxy({ HTTP_PROXY: url }, process.versions.node);
    await expect(request('http://a.test/', { signal: AbortSignal.timeout(50) })).rejects.toThrow(/abort/i);
  });

  it('is Node’s own fetch without a proxy, and names the remedy where Node is too old for one', () => {
    expect(fetchThroughProxy({}, '24.21.0', fetch)).toEqual({ fetch });
    expect(fetchThroughProxy({ HTTPS_PROXY: '' }, '24.21.0', fetch)).toEqual({ fetch });
    expect(fetchThroughProxy({ HTTPS_PROXY: 'http://p:1' }, '22.12.0', fetch)).toEqual({
      fetch,
      remedy: 'HTTPS_PROXY names a proxy, which Node 22.12.0 cannot use: take Node 24.5 or newer.',
    });
    for (const able of ['22.21.0', '24.5.0', '25.0.0'])
      expect(fetchThroughProxy({ HTTPS_PROXY: 'http://p:1' }, able, fetch)).not.toHaveProperty('remedy');
    for (const old of ['22.20.0', '23.11.0', '24.4.1', '?'])
      expect(fetchThroughProxy({ HTTPS_PROXY: 'http://p:1' }, old, fetch)).toHaveProperty('remedy');
  });
});
