import { describe, expect, it } from 'vitest';
import { chartAt, theOnly } from '../../support/render-chart.ts';

const chart = chartAt('recipes/todo/chart/frontend', 'frontend');
const existing = { 'secrets.existing': 'frontend-secrets' };

const toService = (name: string, number: number) => ({ service: { name, port: { number } } });

describe('the front end as the design wants it', () => {
  it('hands every variable of the design to the container', async () => {
    const [container] = theOnly(await chart.render({ set: existing }), 'Deployment')['spec'].template.spec.containers;
    const env = Object.fromEntries(
      container.env.map((one: { name: string; valueFrom: object }) => [one.name, one.valueFrom]),
    );
    expect(env).toEqual({
      NEXT_PUBLIC_API_URL: { configMapKeyRef: { name: 'frontend-config', key: 'NEXT_PUBLIC_API_URL' } },
      // The name that the server reads at run time; the other is frozen at build where the source uses it in the browser.
      API_URL: { configMapKeyRef: { name: 'frontend-config', key: 'NEXT_PUBLIC_API_URL' } },
      NEXT_PUBLIC_OPENAI_DOMAIN_KEY: {
        configMapKeyRef: { name: 'frontend-config', key: 'NEXT_PUBLIC_OPENAI_DOMAIN_KEY' },
      },
      BETTER_AUTH_SECRET: { secretKeyRef: { name: 'frontend-secrets', key: 'better-auth-secret' } },
    });
  });

  it('has these values in the ConfigMap', async () => {
    const config = theOnly(await chart.render({ set: existing }), 'ConfigMap');
    expect(config.metadata.name).toBe('frontend-config');
    expect(config['data']).toEqual({
      NEXT_PUBLIC_API_URL: 'http://backend-service:8000',
      NEXT_PUBLIC_OPENAI_DOMAIN_KEY: '',
    });
  });

  it('has the names, ports, probes and resources of the design', async () => {
    const objects = await chart.render({ set: existing });
    const service = theOnly(objects, 'Service');
    expect(service.metadata.name).toBe('frontend-service');
    expect(service['spec']).toMatchObject({
      type: 'NodePort',
      ports: [{ port: 3000, targetPort: 'http', nodePort: 30_001 }],
    });

    const deployment = theOnly(objects, 'Deployment');
    expect(deployment.metadata.name).toBe('frontend');
    expect(deployment.metadata.labels).toMatchObject({ app: 'todo-frontend' });
    expect(deployment['spec'].replicas).toBe(2);
    expect(deployment['spec'].template.spec.containers[0]).toMatchObject({
      image: 'todo-frontend:latest',
      imagePullPolicy: 'IfNotPresent',
      ports: [{ name: 'http', containerPort: 3000 }],
      livenessProbe: { httpGet: { path: '/', port: 'http' }, initialDelaySeconds: 10, periodSeconds: 10 },
      readinessProbe: { httpGet: { path: '/', port: 'http' }, initialDelaySeconds: 5, periodSeconds: 5 },
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
    });
  });

  it('may write where Next.js writes, the root being read-only', async () => {
    const { spec } = theOnly(await chart.render({ set: existing }), 'Deployment')['spec'].template;
    expect(spec.containers[0].volumeMounts.map((mount: { mountPath: string }) => mount.mountPath)).toEqual([
      '/app/.next/cache',
      '/tmp',
    ]);
    expect(spec.volumes).toEqual([
      { name: 'cache', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ]);
  });
});

describe('the secret of the front end', () => {
  it('comes from a Secret that is there already, or from one that the chart makes', async () => {
    const provided = await chart.render({ set: { 'secrets.existing': 'mine', 'secrets.checksum': 'c0ffee' } });
    expect(provided.map((object) => object.kind)).not.toContain('Secret');
    expect(theOnly(provided, 'Deployment')['spec'].template.metadata.annotations).toMatchObject({
      'checksum/secrets': 'c0ffee',
    });

    const made = await chart.render({ set: { 'secrets.betterAuthSecret': 's'.repeat(32) } });
    expect(theOnly(made, 'Secret')).toMatchObject({
      metadata: { name: 'frontend-secrets' },
      stringData: { 'better-auth-secret': 's'.repeat(32) },
    });
  });

  it('is refused when neither is given', async () => {
    await expect(chart.render()).rejects.toMatchObject({
      lastLines: expect.arrayContaining([expect.stringContaining('secrets.betterAuthSecret is needed')]),
    });
  });
});

describe("the application's one Ingress", () => {
  it('is off unless told', async () => {
    expect((await chart.render({ set: existing })).map((object) => object.kind)).not.toContain('Ingress');
  });

  it('sends /api to the backend and all else to the front end, for production over TLS by cert-manager', async () => {
    const ingress = theOnly(await chart.render({ files: ['values-prod.yaml'] }), 'Ingress');
    expect(ingress.metadata).toMatchObject({
      name: 'todo-ingress',
      annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt-prod' },
    });
    expect(ingress['spec']).toEqual({
      ingressClassName: 'nginx',
      tls: [{ secretName: 'todo-tls', hosts: ['app.yourdomain.com'] }],
      rules: [
        {
          host: 'app.yourdomain.com',
          http: {
            paths: [
              { path: '/api', pathType: 'Prefix', backend: toService('backend-service', 8000) },
              { path: '/', pathType: 'Prefix', backend: toService('frontend-service', 3000) },
            ],
          },
        },
      ],
    });
  });

  it('does without an issuer, without TLS, without a host and without a class', async () => {
    const set = { ...existing, 'ingress.enabled': true, 'ingress.host': '', 'ingress.className': '' };
    const ingress = theOnly(await chart.render({ set }), 'Ingress');
    expect(ingress.metadata).not.toHaveProperty('annotations');
    expect(Object.keys(ingress['spec'])).toEqual(['rules']);
    expect(ingress['spec'].rules[0]).not.toHaveProperty('host');
  });
});

describe('what the front end has on request', () => {
  it('an autoscaler, which then owns the number of replicas', async () => {
    const on = await chart.render({ set: { ...existing, 'autoscaling.enabled': true } });
    expect(theOnly(on, 'Deployment')['spec']).not.toHaveProperty('replicas');
    expect(theOnly(on, 'HorizontalPodAutoscaler')['spec']).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [{ resource: { target: { averageUtilization: 80 } } }],
    });
  });

  it('a policy that lets in what it is told, and lets the front end reach the backend', async () => {
    const from = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }];
    const set = { 'secrets.existing': 'x', 'networkPolicy.enabled': true, 'networkPolicy.from': from };
    const own = theOnly(await chart.render({ set }), 'NetworkPolicy');
    expect(own['spec'].ingress[0].from).toEqual(expect.arrayContaining(from));

    const backend = chartAt('recipes/todo/chart/backend', 'backend');
    const theirs = theOnly(await backend.render({ set }), 'NetworkPolicy');
    const pods = theirs['spec'].ingress[0].from.flatMap(
      (peer: { podSelector?: { matchLabels: { app: string } } }) => peer.podSelector?.matchLabels.app ?? [],
    );
    const { app } = theOnly(await chart.render({ set }), 'Deployment')['spec'].template.metadata.labels;
    expect(pods).toContain(app);
  });
});
