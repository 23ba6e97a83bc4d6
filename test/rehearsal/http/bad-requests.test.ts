import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listeningCluster, type ListeningCluster } from '../support/listening-cluster.ts';

let cluster: ListeningCluster;
beforeAll(async () => {
  cluster = await listeningCluster();
});
afterAll(async () => {
  expect(cluster.bugs).toEqual([]);
  await cluster.close();
});

const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, more: object = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more });

describe('who may ask', () => {
  it('refuses a request without the token, with 401 and a Status', async () => {
    for (const authorization of ['', 'Bearer wrong', 'Basic eDp5', `Bearer ${cluster.token}x`]) {
      const { status, json } = await cluster.ask('GET', '/api', { headers: { authorization } });
      expect([status, json['kind'], json['reason']]).toEqual([401, 'Status', 'Unauthorized']);
    }
  });

  it('refuses a foreign Host, as a page would send it after DNS rebinding', async () => {
    for (const host of ['evil.example', 'evil.example:443', '127.0.0.1', '127.0.0.1:1']) {
      const { status } = await cluster.ask('GET', '/api', { headers: { host } });
      expect(status).toBe(403);
    }
  });

  it('refuses an Origin, whatever it is', async () => {
    for (const origin of ['null', 'http://127.0.0.1', 'https://example.com'])
      expect((await cluster.ask('GET', '/api', { headers: { origin } })).status).toBe(403);
  });
});

describe('a request that is wrong', () => {
  it.each([
    ['GET', '/nothing', 404, 'NotFound'],
    ['GET', '/api/v1/widgets', 404, 'NotFound'],
    ['GET', '/apis/example.com/v1/widgets', 404, 'NotFound'],
    ['GET', `${configMaps}/gone`, 404, 'NotFound'],
    ['PUT', configMaps, 405, 'MethodNotAllowed'],
    ['TRACE', configMaps, 405, 'MethodNotAllowed'],
    ['GET', `${configMaps}?labelSelector=a%20b`, 400, 'BadRequest'],
    ['GET', `${configMaps}?fieldSelector=spec.nothing%3D1`, 400, 'BadRequest'],
    ['GET', `${configMaps}?limit=many`, 400, 'BadRequest'],
    ['GET', `${configMaps}?continue=nonsense`, 400, 'BadRequest'],
    ['GET', `${configMaps}?resourceVersion=x`, 400, 'BadRequest'],
    ['GET', `${configMaps}?watch=1&sendInitialEvents=true`, 422, 'Invalid'],
    ['GET', '/api/v1/namespaces/default/pods/gone/log', 404, 'NotFound'],
    ['GET', '/api/v1/namespaces/default/pods/gone/exec', 400, 'BadRequest'],
  ])('%s %s: %i %s', async (method, path, code, reason) => {
    const { status, json } = await cluster.ask(method, path);
    expect([status, json['kind'], json['reason'], json['code']]).toEqual([code, 'Status', reason, code]);
  });

  it.each([
    ['no JSON', '{"apiVersion"', {}, 400],
    ['a list', '[]', {}, 400],
    ['a number', '7', {}, 400],
    ['nothing', '', {}, 400],
    ['another kind', '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}', {}, 400],
    ['another version', '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"x"}}', {}, 400],
    ['another namespace', configMap('x').replace('"name":"x"', '"name":"x","namespace":"other"'), {}, 400],
    ['a name that is none', configMap('Not A Name'), {}, 422],
    ['no name', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}', {}, 422],
    ['an unknown type', configMap('x'), { 'content-type': 'text/xml' }, 415],
    ['a protobuf that is none', 'k8s\0\u0001\u0002', { 'content-type': 'application/vnd.kubernetes.protobuf' }, 400],
    ['YAML that is none', 'a: [', { 'content-type': 'application/yaml' }, 400],
    ['a wish for what nobody writes', configMap('x'), { accept: 'text/html' }, 406],
  ])('%s as a body: a Status', async (_, body, headers, code) => {
    const { status, json } = await cluster.ask('POST', configMaps, { body, headers });
    expect([status, json['kind'], json['code']]).toEqual([code, 'Status', code]);
  });

  it('of nesting without end is refused, not followed', async () => {
    const deep = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`;
    expect((await cluster.ask('POST', configMaps, { body: deep })).status).toBe(400);
  });

  it('larger than the API server takes is refused with 413', async () => {
    const { status, json } = await cluster.ask('POST', configMaps, {
      body: configMap('x', { data: { a: 'x'.repeat(4_000_000) } }),
    });
    expect([status, json['reason']]).toEqual([413, 'RequestEntityTooLarge']);
  });

  it('an object above the limit of its kind is refused with 422', async () => {
    const { status, text } = await cluster.ask('POST', configMaps, {
      body: configMap('x', { data: { a: 'x'.repeat(1_100_000) } }),
    });
    expect([status, text]).toEqual([422, expect.stringContaining('Too long')]);
  });

  it.each([
    ['application/json-patch+json', '{}', 400],
    ['application/json-patch+json', '[{"op":"test","path":"/data/a","value":"b"}]', 422],
    ['application/json-patch+json', '[{"op":"remove","path":"/nowhere"}]', 422],
    ['application/merge-patch+json', '[]', 400],
    ['application/strategic-merge-patch+json', '{"data":{"$patch":"nonsense"}}', 500],
    ['application/apply-patch+yaml', '{}', 400],
    ['application/json', '{}', 415],
  ])('a patch of type %s: %s', async (type, body, code) => {
    await cluster.ask('POST', configMaps, { body: configMap('patched', { data: { a: '1' } }) });
    const { status, json } = await cluster.ask('PATCH', `${configMaps}/patched?fieldManager=test`, {
      body,
      headers: { 'content-type': type },
    });
    expect([status, json['kind']]).toEqual([code, 'Status']);
  });

  it('that is cut off in the middle of its body is forgotten', async () => {
    const { port } = new URL(cluster.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1', ca: cluster.certificate });
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
    socket.write(
      `POST ${configMaps} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${cluster.token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"api`,
    );
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      setImmediate(() => socket.destroy());
    });
    expect((await cluster.ask('GET', configMaps)).status).toBe(200);
  });
});

describe('many clients', () => {
  it('200 at once create, change and list; every answer is right', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    const created = await Promise.all(
      names.map((name) => cluster.ask('POST', configMaps, { body: configMap(name, { data: { a: name } }) })),
    );
    expect(created.map(({ status }) => status)).toEqual(names.map(() => 201));
    const changed = await Promise.all(
      names.map((name) =>
        cluster.ask('PATCH', `${configMaps}/${name}`, {
          body: '{"data":{"b":"2"}}',
          headers: { 'content-type': 'application/merge-patch+json' },
        }),
      ),
    );
    expect(changed.every(({ status, json }) => status === 200 && (json['data'] as { b: string }).b === '2')).toBe(true);
    const { json } = await cluster.ask('GET', `${configMaps}?limit=1000`);
    const listed = (json['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    expect(names.every((name) => listed.includes(name))).toBe(true);
  });

  it('a watch that is never read is cut off, and what waited for it is let go', async () => {
    const { port } = new URL(cluster.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1', ca: cluster.certificate });
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
    socket.pause();
    socket.write(
      `GET ${configMaps}?watch=1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${cluster.token}\r\n\r\n`,
    );
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    const data = { a: 'x'.repeat(500_000) };
    await cluster.ask('POST', configMaps, { body: configMap('large', { data }) });
    for (let count = 0; count < 40; count += 1)
      await cluster.ask('PATCH', `${configMaps}/large`, {
        body: JSON.stringify({ data: { count: String(count) } }),
        headers: { 'content-type': 'application/merge-patch+json' },
      });
    socket.resume();
    await closed;
  });
});
