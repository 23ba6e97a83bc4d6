import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionsOf } from './conditions.ts';
import { addons, addonsCluster, type AddonsCluster } from './addons-cluster.ts';

const pickLocation = ({ location }: http.IncomingHttpHeaders) => (location === undefined ? {} : { location });

describe.skipIf(addons === undefined)('Traefik and the Gateway API by their manifests', { timeout: 120_000 }, () => {
  let cluster: AddonsCluster;
  beforeAll(async () => {
    cluster = await addonsCluster();
    await cluster.kubectl(['apply', '--server-side', '-f', await cluster.manifests('gateway-api')]);
    await cluster.kubectl(['apply', '-f', await cluster.manifests('traefik')]);
    await cluster.wait('deployment traefik', 'traefik', 'condition=Available');
    await cluster.apply(objects);
    await cluster.wait('deployment echo', 'default', 'condition=Available');
  }, 120_000);
  afterAll(() => cluster.stop());

  /** What Traefik answers at the node port of one of its entries. */
  async function ask(entry: 'web' | 'websecure', host: string, path = '/') {
    const { spec } = (await cluster.get('service traefik', 'traefik')) as {
      spec: { ports: { name: string; nodePort: number }[] };
    };
    const port = spec.ports.find(({ name }) => name === entry)?.nodePort ?? 0;
    const { request } = entry === 'web' ? http : https;
    return new Promise<{ status: number; location?: string; body: string }>((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path, headers: { host }, rejectUnauthorized: false, agent: false },
        (response) => {
          text(response).then(
            (body) => resolve({ status: response.statusCode ?? 0, body, ...pickLocation(response.headers) }),
            reject,
          );
        },
      );
      sent.on('error', reject).end();
    });
  }

  it.each(['ingress.example.test', 'gateway.example.test'])('answers for %s by the pod behind it', async (host) => {
    expect(await ask('web', host)).toMatchObject({ status: 200, body: expect.stringContaining('default/echo-') });
    expect(await ask('websecure', host)).toMatchObject({ status: 200, body: expect.stringContaining('default/echo-') });
  });

  it('answers 404 for other hosts and paths', async () => {
    expect(await ask('web', 'other.example.test')).toEqual({ status: 404, body: '404 page not found\n' });
    expect(await ask('web', 'route.example.test', '/other')).toMatchObject({ status: 404 });
    expect(await ask('web', 'route.example.test', '/api/x')).toMatchObject({ status: 200 });
  });

  it('redirects where a Middleware says so', async () => {
    expect(await ask('web', 'redirect.example.test', '/x?y=1')).toMatchObject({
      status: 301,
      location: 'https://redirect.example.test/x?y=1',
    });
  });

  it('answers 503 when no pod is behind the host', async () => {
    await cluster.kubectl(['scale', 'deployment', 'echo', '-n', 'default', '--replicas=0']);
    await cluster.wait('pod -l app=echo', 'default', 'delete');
    await expect.poll(() => ask('web', 'ingress.example.test')).toEqual({ status: 503, body: 'no available server\n' });
    await cluster.kubectl(['scale', 'deployment', 'echo', '-n', 'default', '--replicas=1']);
    await cluster.wait('deployment echo', 'default', 'condition=Available');
  });

  it('gives an Ingress the address of its Service', async () => {
    await cluster.wait('ingress plain', 'default', 'jsonpath={.status.loadBalancer.ingress[0].ip}=127.0.0.1');
  });

  it('programs a Gateway, which counts its routes', async () => {
    await cluster.wait('gateway front', 'default', 'condition=Programmed');
    expect(conditionsOf(await cluster.get('gatewayclass traefik', 'default'))).toEqual([
      'Accepted=True Accepted: Handled by Traefik controller',
    ]);
    await cluster.wait('gateway front', 'default', 'jsonpath={.status.listeners[0].attachedRoutes}=1');
    const [parent] = ((await cluster.get('httproute echo', 'default'))['status'] as { parents: object[] }).parents;
    expect(conditionsOf({ status: parent })).toEqual(['Accepted=True Accepted: ', 'ResolvedRefs=True ResolvedRefs: ']);
  });
});

describe.skipIf(addons === undefined)('Argo CD by its official manifests', { timeout: 120_000 }, () => {
  it('becomes available, writes its Secrets and syncs an Application', async () => {
    const cluster = await addonsCluster();
    try {
      await cluster.kubectl(['create', 'namespace', 'argocd']);
      const folder = await cluster.manifests('argocd');
      await cluster.kubectl(['apply', '-n', 'argocd', '--server-side', '-f', `${folder}/install.yaml`]);
      await cluster.wait('deployment --all', 'argocd', 'condition=Available');
      await cluster.wait('statefulset argocd-application-controller', 'argocd', 'jsonpath={.status.readyReplicas}=1');
      await cluster.kubectl(['get', 'secret', 'argocd-redis', 'argocd-initial-admin-secret', '-n', 'argocd']);
      await cluster.apply(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app, namespace: argocd}
spec:
  project: default
  source: {repoURL: "https://git.example.test/app", path: ., targetRevision: HEAD}
  destination: {server: "https://kubernetes.default.svc", namespace: default}
  syncPolicy: {automated: {}}
`);
      await cluster.wait('application app', 'argocd', 'jsonpath={.status.sync.status}=Synced');
      await cluster.wait('application app', 'argocd', 'jsonpath={.status.health.status}=Healthy');
    } finally {
      await cluster.stop();
    }
  });
});

const objects = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: echo, namespace: default}
spec:
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec: {containers: [{name: echo, image: "echo:1", ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: default}
spec: {selector: {app: echo}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: plain, namespace: default}
spec:
  ingressClassName: traefik
  rules: [{host: ingress.example.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}]}}]
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: https, namespace: default}
spec: {redirectScheme: {scheme: https, permanent: true}}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: redirect, namespace: default}
spec:
  entryPoints: [web]
  routes: [{kind: Rule, match: "Host(\`redirect.example.test\`)", middlewares: [{name: https}], services: [{name: echo, port: 80}]}]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: route, namespace: default}
spec:
  entryPoints: [web]
  routes: [{kind: Rule, match: "Host(\`route.example.test\`) && PathPrefix(\`/api\`)", services: [{name: echo, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: default}
spec: {gatewayClassName: traefik, listeners: [{name: web, protocol: HTTP, port: 8000}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: echo, namespace: default}
spec:
  parentRefs: [{name: front}]
  hostnames: [gateway.example.test]
  rules: [{backendRefs: [{name: echo, port: 80}]}]
`;
