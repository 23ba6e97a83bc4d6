import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionsOf } from './conditions.ts';
import { addons, addonsCluster, type AddonsCluster } from './addons-cluster.ts';

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
