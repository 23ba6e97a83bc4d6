import { beforeAll, describe, expect, it } from 'vitest';
import { readRecordedSchemas, strictValidator, type ValidateObject } from '../../support/kubernetes-schemas.ts';
import { chartAt, selects, theOnly, type ChartValues } from '../../support/render-chart.ts';

const charts = {
  backend: chartAt('recipes/todo/chart/backend', 'backend'),
  frontend: chartAt('recipes/todo/chart/frontend', 'frontend'),
};
const existing = { backend: 'backend-secrets', frontend: 'frontend-secrets' };

/** Everything that can be switched on. */
const everything = {
  'ingress.enabled': true,
  'ingress.tls.enabled': true,
  'ingress.clusterIssuer': 'letsencrypt-prod',
  'ingress.annotations': { 'example.com/a': 'b' },
  'service.annotations': { 'example.com/a': 'b' },
  'autoscaling.enabled': true,
  'podDisruptionBudget.enabled': true,
  'networkPolicy.enabled': true,
  'networkPolicy.from': [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
  imagePullSecrets: [{ name: 'registry-login' }],
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
  'secrets.checksum': 'c0ffee',
};

const forms: [form: string, values: ChartValues][] = [
  ['values.yaml', {}],
  ['values-dev.yaml', { files: ['values-dev.yaml'] }],
  ['values-prod.yaml', { files: ['values-prod.yaml'] }],
  ['a LoadBalancer', { set: { 'service.type': 'LoadBalancer' } }],
  ['everything on', { files: ['values-prod.yaml'], set: everything }],
  ['one replica', { set: { replicaCount: 1, 'podDisruptionBudget.enabled': true } }],
];

let validate: ValidateObject;
beforeAll(async () => {
  validate = strictValidator(await readRecordedSchemas());
});

describe.each(['backend', 'frontend'] as const)('chart %s', (name) => {
  describe.each(forms)('with %s', (_form, { files = [], set = {} }) => {
    const values = { files, set: { 'secrets.existing': existing[name], ...set } };

    it('passes helm lint --strict', async () => {
      await charts[name].lint(values);
    });

    it('renders objects without a field that Kubernetes does not know', async () => {
      const objects = await charts[name].render(values);
      expect(objects.map((object) => object.kind)).toEqual(
        expect.arrayContaining(['Deployment', 'Service', 'ConfigMap', 'Pod']),
      );
      for (const object of objects) expect(validate(object), `${object.kind} ${object.metadata.name}`).toEqual([]);
    });

    it('has a Service, a budget and a policy that select the pods, and not the test pod', async () => {
      const objects = await charts[name].render(values);
      const deployment = theOnly(objects, 'Deployment');
      const { template } = deployment['spec'];
      const selectors = objects.flatMap((object) => {
        if (object.kind === 'Service') return [object['spec'].selector];
        if (object.kind === 'NetworkPolicy') return [object['spec'].podSelector.matchLabels];
        if (object.kind === 'Deployment' || object.kind === 'PodDisruptionBudget')
          return [object['spec'].selector.matchLabels];
        return [];
      });
      expect(selectors.length).toBeGreaterThanOrEqual(2);
      for (const selector of selectors) {
        expect(selects(selector, template)).toBe(true);
        expect(selects(selector, theOnly(objects, 'Pod'))).toBe(false);
      }
      const [port] = theOnly(objects, 'Service')['spec'].ports;
      expect(template.spec.containers[0].ports).toContainEqual(expect.objectContaining({ name: port.targetPort }));
    });

    it('runs without root, without rights and without writing, by the restricted Pod Security Standard', async () => {
      const objects = await charts[name].render(values);
      for (const pod of [theOnly(objects, 'Deployment')['spec'].template, theOnly(objects, 'Pod')]) {
        expect(pod.spec).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        });
        for (const container of pod.spec.containers) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          });
          expect(container.resources).toMatchObject({
            requests: { cpu: expect.any(String) },
            limits: { memory: expect.any(String) },
          });
        }
      }
    });
  });
});

describe.each(['backend', 'frontend'] as const)('chart %s', (name) => {
  it('selects only the pods of its own release, with two in one namespace', async () => {
    const other = chartAt(`recipes/todo/chart/${name}`, 'second');
    const set = { 'secrets.existing': existing[name] };
    const service = theOnly(await charts[name].render({ set }), 'Service');
    expect(selects(service['spec'].selector, theOnly(await other.render({ set }), 'Deployment')['spec'].template)).toBe(
      false,
    );
  });

  it.each([
    ['an unknown key', { replicas: 3 }, /additional properties 'replicas' not allowed/],
    ['a wrong type', { replicaCount: 'two' }, /\/replicaCount/],
    ['a Service type that does not exist', { 'service.type': 'NodePorts' }, /\/service\/type/],
    ['a tag in the repository', { 'image.repository': 'todo:1' }, /\/image\/repository/],
    ['a port that is none', { 'service.port': 70_000 }, /\/service\/port/],
  ])('refuses %s', async (_what, set, says) => {
    const values = { set: { 'secrets.existing': existing[name], ...set } };
    await expect(charts[name].render(values)).rejects.toMatchObject({
      lastLines: expect.arrayContaining([expect.stringMatching(says)]),
    });
  });
});

describe('the validation itself', () => {
  it.each([
    [
      'an unknown field',
      (spec: Spec) => (spec.template.spec.replicas = 2),
      '/spec/template/spec must NOT have additional properties: replicas',
    ],
    [
      'an unknown field deep inside',
      (spec: Spec) => (spec.template.spec.containers[0].livenessProbe.httpGet.pathh = '/'),
      '/spec/template/spec/containers/0/livenessProbe/httpGet must NOT have additional properties: pathh',
    ],
    ['a text for a number', (spec: Spec) => (spec.replicas = '2'), '/spec/replicas must be integer'],
    [
      'a number for a variable',
      (spec: Spec) => spec.template.spec.containers[0].env.push({ name: 'A', value: 1440 }),
      '/spec/template/spec/containers/0/env/10/value must be string',
    ],
    [
      'a missing name',
      (spec: Spec) => delete spec.template.spec.containers[0].name,
      "/spec/template/spec/containers/0 must have required property 'name'",
    ],
    ['a missing selector', (spec: Spec) => delete spec.selector, "/spec must have required property 'selector'"],
    [
      'a value out of an enumeration',
      (spec: Spec) => (spec.template.spec.containers[0].imagePullPolicy = 'Sometimes'),
      '/spec/template/spec/containers/0/imagePullPolicy must be equal to one of the allowed values: Always, IfNotPresent, Never',
    ],
  ])('finds %s', async (_what, plant, found) => {
    const deployment = theOnly(await charts.backend.render({ set: { 'secrets.existing': 'x' } }), 'Deployment');
    expect(validate(deployment)).toEqual([]);
    plant(deployment['spec']);
    expect(validate(deployment)).toEqual([found]);
  });

  it('refuses a kind that it does not know, and an object without a name', () => {
    expect(validate({ apiVersion: 'extensions/v1beta1', kind: 'Ingress', metadata: { name: 'a' } })).toEqual([
      'extensions/v1beta1 Ingress is not among the recorded kinds',
    ]);
    expect(validate({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } })).toEqual([
      '/metadata must have a name',
    ]);
  });
});

// eslint-disable-next-line typescript/no-explicit-any -- a fault is planted where the types would forbid it
type Spec = any;
