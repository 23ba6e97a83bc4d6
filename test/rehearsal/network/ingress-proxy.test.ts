import { createServer, request } from 'node:http';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IngressProxy } from '../../../src/rehearsal/network/ingress-proxy.ts';
import { hostFits, pathFits } from '../../../src/rehearsal/network/route.ts';
import { smallCluster } from '../support/small-cluster.ts';

/** ingress-nginx before a Service `web` with one pod that answers with the path it was asked for. */
function nginx(ingress: object, annotations: Record<string, string> = {}) {
  const { client, api, clock } = smallCluster([]);
  const create = (apiVersion: string, kind: string, name: string, content: object, labels = {}) =>
    client.create({ apiVersion, kind, metadata: { name, namespace: 'default', labels }, ...content });
  const controller = create(
    'v1',
    'Pod',
    'controller',
    { spec: { containers: [{ name: 'controller', ports: [{ name: 'http', containerPort: 80 }] }] } },
    { 'app.kubernetes.io/name': 'ingress-nginx' },
  );
  client.create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  });
  create('v1', 'Pod', 'web', { spec: { containers: [] } });
  create('v1', 'Service', 'web', { spec: { ports: [{ port: 80 }] } });
  create(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    'web',
    {
      ports: [{ port: 8080 }],
      endpoints: [{ conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web' } }],
    },
    { 'kubernetes.io/service-name': 'web' },
  );
  client.create({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'default', annotations },
    spec: { ingressClassName: 'nginx', ...ingress },
  });
  const web = createServer((asked, answer) =>
    answer.end(`web at ${asked.url} by ${asked.headers['x-forwarded-proto']}`),
  );
  const proxy = new IngressProxy(api.reader, clock, ({ metadata }, port) => {
    if (metadata.name !== 'web' || port !== 8080) return undefined;
    const [inside, outside] = duplexPair();
    web.emit('connection', inside);
    return outside;
  });
  return (host: string, path: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = proxy.connect(controller, 80);
      if (socket === undefined) throw new Error('nothing listens');
      const sent = request({ createConnection: () => socket, path, headers: { host } }, (response) => {
        const { statusCode, headers } = response;
        text(response).then((body) => resolve(`${statusCode} ${headers.location ?? body.trim()}`), reject);
      });
      sent.on('error', reject).end();
    });
}

const backend = (name = 'web') => ({ service: { name, port: { number: 80 } } });
const rule = (host: string, path = '/', pathType = 'Prefix', name?: string) => ({
  host,
  http: { paths: [{ path, pathType, backend: backend(name) }] },
});

describe('an ingress controller', () => {
  it('leads to the pod behind host and path, and knows nothing of others', async () => {
    const ask = nginx({ rules: [rule('web.test', '/app'), rule('*.wild.test')] });
    expect(await ask('web.test', '/app/x?y=1')).toBe('200 web at /app/x?y=1 by http');
    expect(await ask('WEB.test:8080', '/app')).toBe('200 web at /app by http');
    expect(await ask('a.wild.test', '/')).toBe('200 web at / by http');
    for (const [host, path] of [
      ['web.test', '/application'],
      ['a.b.wild.test', '/'],
      ['other.test', '/app'],
    ] as const)
      expect(await ask(host, path)).toMatch(/^404 <html>[^]*<center>nginx<\/center>/);
  });

  it('answers 503 when the Service is not there', async () => {
    const ask = nginx({ rules: [rule('web.test', '/', 'Prefix', 'none')] });
    expect(await ask('web.test', '/')).toMatch(/^503 <html>[^]*503 Service Temporarily Unavailable/);
  });

  it('sends a host with a certificate to HTTPS unless it is told not to', async () => {
    const ingress = { rules: [rule('web.test')], tls: [{ hosts: ['web.test'], secretName: 'web-tls' }] };
    expect(await nginx(ingress)('web.test', '/x')).toBe('308 https://web.test/x');
    const calm = { 'nginx.ingress.kubernetes.io/ssl-redirect': 'false' };
    expect(await nginx(ingress, calm)('web.test', '/x')).toBe('200 web at /x by http');
  });

  it('takes the default backend for what no rule has', async () => {
    expect(await nginx({ defaultBackend: backend() })('any.test', '/x')).toBe('200 web at /x by http');
  });
});

it('a path fits its own prefix and no longer name', () => {
  const segment = fc.stringMatching(/^[a-z]{1,5}$/);
  fc.assert(
    fc.property(fc.array(segment), segment, (segments, more) => {
      const path = `/${segments.join('/')}`;
      expect(pathFits('Prefix', path, path)).toBe(true);
      expect(pathFits('Prefix', path, `${path === '/' ? '' : path}/${more}`)).toBe(true);
      if (path !== '/') expect(pathFits('Prefix', path, `${path}${more}`)).toBe(false);
      expect(pathFits('Exact', path, `${path}${more}`)).toBe(false);
      expect(hostFits([`*.${more}`], `${more}.${more}`)).toBe(true);
    }),
  );
});
