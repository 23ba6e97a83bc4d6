import { describe, expect, it } from 'vitest';
import { chartAt, theOnly } from '../../support/render-chart.ts';

const chart = chartAt('recipes/todo/chart/backend', 'backend');
const existing = { 'secrets.existing': 'backend-secrets' };
const given = {
  'secrets.databaseUrl': 'postgresql+asyncpg://u:p@db/todo?ssl=require',
  'secrets.jwtSecret': 's'.repeat(32),
};

const fromSecret = (key: string, isOptional = false) => ({
  secretKeyRef: { name: 'backend-secrets', key, ...(isOptional && { optional: true }) },
});
const fromConfig = (key: string) => ({ configMapKeyRef: { name: 'backend-config', key } });

describe('the backend as the design wants it', () => {
  it('hands every variable of the design to the container', async () => {
    const [container] = theOnly(await chart.render({ set: existing }), 'Deployment')['spec'].template.spec.containers;
    const env = Object.fromEntries(
      container.env.map((one: { name: string; valueFrom: object }) => [one.name, one.valueFrom]),
    );
    expect(env).toEqual({
      DATABASE_URL: fromSecret('database-url'),
      JWT_SECRET_KEY: fromSecret('jwt-secret'),
      GROQ_API_KEY: fromSecret('groq-api-key', true),
      GEMINI_API_KEY: fromSecret('gemini-api-key', true),
      OPENAI_API_KEY: fromSecret('openai-api-key', true),
      JWT_ALGORITHM: fromConfig('JWT_ALGORITHM'),
      JWT_ACCESS_TOKEN_EXPIRE_MINUTES: fromConfig('JWT_ACCESS_TOKEN_EXPIRE_MINUTES'),
      CORS_ORIGINS: fromConfig('CORS_ORIGINS'),
      APP_NAME: fromConfig('APP_NAME'),
      DEBUG: fromConfig('DEBUG'),
    });
  });

  it('has these values in the ConfigMap', async () => {
    const config = theOnly(await chart.render({ set: existing }), 'ConfigMap');
    expect(config.metadata.name).toBe('backend-config');
    expect(config['data']).toEqual({
      JWT_ALGORITHM: 'HS256',
      JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '1440',
      CORS_ORIGINS: 'http://localhost:3000,https://yourdomain.com',
      APP_NAME: 'Todo CRUD API',
      DEBUG: 'false',
    });
  });

  it('has the names, ports, probes and resources of the design', async () => {
    const objects = await chart.render({ set: existing });
    const service = theOnly(objects, 'Service');
    expect(service.metadata.name).toBe('backend-service');
    expect(service['spec']).toMatchObject({
      type: 'NodePort',
      ports: [{ port: 8000, targetPort: 'http', nodePort: 30_002 }],
    });

    const deployment = theOnly(objects, 'Deployment');
    expect(deployment.metadata.name).toBe('backend');
    expect(deployment.metadata.labels).toMatchObject({ app: 'todo-backend' });
    expect(deployment['spec'].replicas).toBe(2);
    expect(deployment['spec'].template.spec.containers[0]).toMatchObject({
      image: 'todo-backend:latest',
      imagePullPolicy: 'IfNotPresent',
      ports: [{ name: 'http', containerPort: 8000 }],
      livenessProbe: { httpGet: { path: '/live', port: 'http' }, initialDelaySeconds: 15, periodSeconds: 10 },
      readinessProbe: { httpGet: { path: '/health', port: 'http' }, initialDelaySeconds: 5, periodSeconds: 5 },
      resources: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '1000m', memory: '1Gi' } },
    });
  });
});

describe('what the wizard sets', () => {
  it('takes the image, the node port and the pull secret that it is told', async () => {
    const set = {
      ...existing,
      'image.repository': 'localhost:5000/acme/todo-backend',
      'image.tag': '1.10',
      'image.pullPolicy': 'Always',
      'service.nodePort': null,
      imagePullSecrets: [{ name: 'registry-login' }],
    };
    const objects = await chart.render({ set });
    expect(theOnly(objects, 'Service')['spec'].ports).toEqual([{ name: 'http', port: 8000, targetPort: 'http' }]);
    for (const pod of [theOnly(objects, 'Deployment')['spec'].template, theOnly(objects, 'Pod')]) {
      expect(pod.spec.containers[0]).toMatchObject({
        image: 'localhost:5000/acme/todo-backend:1.10',
        imagePullPolicy: 'Always',
      });
      expect(pod.spec.imagePullSecrets).toEqual([{ name: 'registry-login' }]);
    }
  });
});

describe('the secrets of the backend', () => {
  it('come from a Secret that is there already', async () => {
    const objects = await chart.render({ set: { 'secrets.existing': 'mine' } });
    expect(objects.map((object) => object.kind)).not.toContain('Secret');
    const { env } = theOnly(objects, 'Deployment')['spec'].template.spec.containers[0];
    const names = env.flatMap((one: Variable) => one.valueFrom.secretKeyRef?.name ?? []);
    expect(names).toEqual(Array(5).fill('mine'));
  });

  it('or from one that the chart makes, without the optional keys that nobody gave', async () => {
    const secret = theOnly(await chart.render({ set: given }), 'Secret');
    expect(secret.metadata.name).toBe('backend-secrets');
    expect(secret['stringData']).toEqual({
      'database-url': 'postgresql+asyncpg://u:p@db/todo?ssl=require',
      'jwt-secret': 's'.repeat(32),
    });

    const keys = { 'secrets.groqApiKey': 'g', 'secrets.geminiApiKey': 'm', 'secrets.openaiApiKey': 'o' };
    expect(theOnly(await chart.render({ set: { ...given, ...keys } }), 'Secret')['stringData']).toMatchObject({
      'groq-api-key': 'g',
      'gemini-api-key': 'm',
      'openai-api-key': 'o',
    });
  });

  it.each([
    ['neither a Secret nor a value', {}, 'secrets.databaseUrl is needed, or the name of a Secret in secrets.existing'],
    ['a short JWT secret', { ...given, 'secrets.jwtSecret': 'hunter22' }, 'minLength: got 8, want 32'],
  ])('are refused with %s, and the message repeats no secret', async (_what, set, says) => {
    const failure = await chart.render({ set }).catch((error: { lastLines: string[] }) => error.lastLines.join('\n'));
    expect(failure).toContain(says);
    expect(failure).not.toContain('hunter22');
  });
});

describe('changed content makes new pods of the backend', () => {
  const podAnnotations = async (set: Record<string, unknown>) =>
    theOnly(await chart.render({ set }), 'Deployment')['spec'].template.metadata.annotations as Record<string, string>;

  it('of the ConfigMap', async () => {
    const before = await podAnnotations(existing);
    expect(await podAnnotations(existing)).toEqual(before);
    expect(await podAnnotations({ ...existing, 'env.DEBUG': 'true' })).not.toEqual(before);
  });

  it("of the chart's own Secret", async () => {
    expect(await podAnnotations({ ...given, 'secrets.jwtSecret': 't'.repeat(32) })).not.toEqual(
      await podAnnotations(given),
    );
  });

  it('of an existing Secret, told by a checksum', async () => {
    expect(await podAnnotations(existing)).not.toHaveProperty('checksum/secrets');
    expect(await podAnnotations({ ...existing, 'secrets.checksum': 'c0ffee' })).toMatchObject({
      'checksum/secrets': 'c0ffee',
    });
  });

  it('and nothing else does: neither its Service nor its Ingress', async () => {
    const template = async (set: Record<string, unknown>) =>
      theOnly(await chart.render({ set }), 'Deployment')['spec'].template;
    expect(
      await template({ ...existing, 'service.nodePort': 30_999, 'ingress.enabled': true, replicaCount: 3 }),
    ).toEqual(await template(existing));
  });
});

describe('what the backend has on request', () => {
  it('an autoscaler, which then owns the number of replicas', async () => {
    const off = await chart.render({ set: existing });
    expect(off.map((object) => object.kind)).not.toContain('HorizontalPodAutoscaler');

    const on = await chart.render({ set: { ...existing, 'autoscaling.enabled': true } });
    expect(theOnly(on, 'Deployment')['spec']).not.toHaveProperty('replicas');
    expect(theOnly(on, 'HorizontalPodAutoscaler')['spec']).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'backend' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    });
  });

  it.each([
    [{ replicaCount: 1 }, false],
    [{ replicaCount: 2 }, true],
    [{ replicaCount: 1, 'autoscaling.enabled': true }, true],
    [{ replicaCount: 3, 'autoscaling.enabled': true, 'autoscaling.minReplicas': 1 }, false],
  ])('a disruption budget where a second pod is: %o -> %s', async (set, isThere) => {
    const objects = await chart.render({ set: { ...existing, 'podDisruptionBudget.enabled': true, ...set } });
    expect(objects.some((object) => object.kind === 'PodDisruptionBudget')).toBe(isThere);
  });

  it('an Ingress of its own, off unless told', async () => {
    const off = await chart.render({ set: existing });
    expect(off.map((object) => object.kind)).not.toContain('Ingress');
    const on = await chart.render({ set: { ...existing, 'ingress.enabled': true } });
    expect(theOnly(on, 'Ingress')['spec']).toEqual({
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'api.chart-example.local',
          http: {
            paths: [
              {
                path: '/api',
                pathType: 'Prefix',
                backend: { service: { name: 'backend-service', port: { number: 8000 } } },
              },
            ],
          },
        },
      ],
    });
  });

  it('for production: no node port, the autoscaler, the budget, the Secret from outside', async () => {
    const objects = await chart.render({ files: ['values-prod.yaml'] });
    expect(theOnly(objects, 'Service')['spec'].type).toBe('ClusterIP');
    const kinds = objects.map((object) => object.kind);
    expect(kinds).toEqual(expect.arrayContaining(['HorizontalPodAutoscaler', 'PodDisruptionBudget']));
    expect(kinds).not.toContain('Secret');
  });
});

interface Variable {
  valueFrom: { secretKeyRef?: { name: string } };
}
