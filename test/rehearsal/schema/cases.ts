/** One request that is sent to a real API server by `record-answers.ts` and replayed by the tests. */
export interface Case {
  path: string;
  mediaType: string;
  validation: 'Strict' | 'Warn' | 'Ignore';
  body: string;
}

const json = (path: string, body: unknown, validation: Case['validation'] = 'Strict'): Case => ({
  path,
  mediaType: 'application/json',
  validation,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const yaml = (path: string, body: string, validation: Case['validation'] = 'Strict'): Case => ({
  path,
  mediaType: 'application/yaml',
  validation,
  body,
});

const configMaps = '/api/v1/namespaces/default/configmaps';
const secrets = '/api/v1/namespaces/default/secrets';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

type Fields = Record<string, unknown>;

function deployment(spec: Fields, container: Fields = {}, pod: Fields = {}, more: Fields = {}): Fields {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'c', image: 'i', ...container }], ...pod },
      },
      ...spec,
    },
    ...more,
  };
}

const configMap = (more: Fields) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, ...more });
const lease = (spec: Fields) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'x' },
  spec,
});
const quota = (hard: Fields) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'x' }, spec: { hard } });
const quotas = '/api/v1/namespaces/default/resourcequotas';

const notObjects = ['', '{', '[]', '"x"', '12', 'true', '{"kind":1}', '{"apiVersion":[]}', '{"kind":"Deployment"} x'];
const brokenTexts = [
  '{"kind":"ConfigMap",}',
  '{"kind":"ConfigMap',
  '{kind:"ConfigMap"}',
  '{"kind":tru}',
  '{"kind" "ConfigMap"}',
  '{"a":1 "b":2}',
  '{"a":[1 2]}',
  '{"a":"\\x"}',
  '{"a":"\\u12x4"}',
  '{"a":-}',
  '{"a":1.}',
  '{"a":1e}',
  '{"a":nul',
  "{'a':1}",
  '{"a":"\t"}',
];

const wrongTypes: Fields[] = [
  deployment({ replicas: '3' }),
  deployment({ replicas: 3.5 }),
  deployment({ replicas: 3_000_000_000 }),
  deployment({ replicas: true }),
  deployment({ replicas: [] }),
  deployment({ replicas: {} }),
  deployment({ replicas: 'x', paused: 'y' }),
  deployment({ replicas: 'x' }, { resources: { limits: { cpu: 'x' } } }),
  deployment({ selector: 'x' }),
  deployment({ strategy: { rollingUpdate: { maxSurge: true } } }),
  deployment({ strategy: { rollingUpdate: { maxSurge: 1.5 } } }),
  deployment({ strategy: { rollingUpdate: { maxSurge: [] } } }),
  deployment({}, { ports: [{ containerPort: '80' }] }),
  deployment({}, { ports: [{ containerPort: 80, protocol: 1 }] }),
  deployment({}, { ports: {} }),
  deployment({}, { env: [{ name: 'A', value: 1 }] }),
  deployment({}, { env: [{ name: 'A', value: true }] }),
  deployment({}, { env: ['A=1'] }),
  deployment({}, { args: [1] }),
  deployment({}, { args: 'x' }),
  deployment({}, { imagePullPolicy: 1 }),
  deployment({}, { resources: { limits: 'x' } }),
  deployment({}, { resources: { limits: { cpu: true } } }),
  deployment({}, { resources: { limits: { cpu: {} } } }),
  deployment({}, { resources: { limits: { cpu: '1 Gi' } } }),
  deployment({}, { resources: { limits: { memory: '1GB' } } }),
  deployment({}, { resources: { limits: { memory: '' } } }),
  deployment({}, { securityContext: { capabilities: { add: [1] } } }),
  deployment({}, { livenessProbe: { httpGet: { port: {} } } }),
  deployment({}, {}, { hostNetwork: 'true' }),
  deployment({}, {}, { terminationGracePeriodSeconds: '5' }),
  deployment({}, {}, { containers: {} }),
  deployment({}, {}, { containers: ['x'] }),
  deployment({}, {}, { volumes: [{ name: 'a', emptyDir: 'x' }] }),
  deployment({}, {}, { volumes: [{ name: 'a', configMap: { name: 1 } }] }),
  deployment({}, {}, { nodeSelector: { a: 1 } }),
  deployment({}, {}, {}, { spec: [] }),
  deployment({}, {}, {}, { spec: 'x' }),
  deployment({}, {}, {}, { metadata: 5 }),
  deployment({}, {}, {}, { metadata: { labels: { a: 1 } } }),
  deployment({}, {}, {}, { metadata: { labels: [] } }),
  deployment({}, {}, {}, { metadata: { finalizers: {} } }),
  deployment({}, {}, {}, { metadata: { creationTimestamp: 'x' } }),
  deployment({}, {}, {}, { metadata: { creationTimestamp: 5 } }),
  deployment({}, {}, {}, { metadata: { creationTimestamp: {} } }),
];

const times = [
  '2024-02-30T00:00:00Z',
  '2024-13-01T00:00:00Z',
  '2024-02-03 00:00:00Z',
  '2024-02-03T25:00:00Z',
  '2024-02-03T00:00:00',
  '2024-02-03T00:00:00Zx',
  '2024-02-03T00:00:00.123456Z',
  '2024-02-03T00:00:00+02:00',
  '',
];

const quantities = [
  '0',
  '00',
  '0.0',
  '1',
  '1000m',
  '0.5',
  '1500m',
  '1e3',
  '12E2',
  '1E',
  '1.5Gi',
  '2048Mi',
  '1023Ki',
  '0.5Ki',
]
  .concat([
    '100000',
    '123456789',
    '.5',
    '5.',
    '+3',
    '1n',
    '0.1n',
    '1100u',
    '10Pi',
    '9999999999999999999',
    '1e-3',
    '0Mi',
    '007',
  ])
  .concat(['1.234Gi', '1024', '1Ki', '16Ei', '500M', '0.0001', '3e6', '2000k']);

export const cases: Case[] = [
  ...[...notObjects, ...brokenTexts].map((body) => json(configMaps, body)),
  json(configMaps, '{"kind":"Foo","apiVersion":"v1"}'),
  json(configMaps, '{"kind":"Secret","apiVersion":"v1"}'),
  json(configMaps, '{"kind":"ConfigMap","apiVersion":"v2"}'),
  json(deployments, '{"kind":"Pod","apiVersion":"v1"}'),
  json(configMaps, configMap({ data: { a: 1 } })),
  json(configMaps, configMap({ data: { a: null, b: '' } })),
  json(configMaps, configMap({ data: {}, binaryData: null, immutable: false })),
  json(configMaps, { metadata: { name: 'x' }, data: { a: '1' } }),
  ...['???', 'YQ', 'YQ=', 'YQ==', 'YQ==\n', 'YWI=', 'YWJj', 'YQ==x', 'Y=', 'YWJ=j', 'ä', 'YW Jj', 'YR=='].map((a) =>
    json(configMaps, configMap({ binaryData: { a } })),
  ),
  json(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, data: { a: 1 } }),
  json(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'x' },
    data: { a: 'eA==' },
    stringData: { b: 'y' },
  }),
  ...wrongTypes.map((body) => json(deployments, body)),
  ...times.map((at) => json(leases, lease({ acquireTime: at }))),
  ...times.map((at) => json(configMaps, configMap({ metadata: { name: 'x', deletionTimestamp: at } }))),
  json(leases, lease({ renewTime: '2024-02-03T00:00:00.000001+01:00' })),
  ...quantities.map((value) => json(quotas, quota({ 'example.org/x': value }))),
  json(quotas, quota({ cpu: 0.5, memory: 1073741824 })),
  ...(['Strict', 'Warn', 'Ignore'] as const).flatMap((validation) => [
    json(
      deployments,
      deployment({ foo: 1 }, { imagee: 'x' }, { volumes: [{ name: 'a', emptydir: {} }] }, { bar: {} }),
      validation,
    ),
    json(
      deployments,
      '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x","name":"y","labels":{"a":"b","a":"c"}},"bar":{"x":1,"x":2},"spec":{"replicas":1,"replicas":2,"foo":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","name":"b","image":"i"}]}}}}',
      validation,
    ),
    yaml(
      configMaps,
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  name: z\nfoo: 2\ndata:\n  a: b\n  a: c\n',
      validation,
    ),
  ]),
  yaml(configMaps, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\n'),
  yaml(configMaps, 'metadata:\n  name: x\ndata:\n  a: "1"\n  b: |\n    two\n    lines\n'),
  json(
    deployments,
    deployment({}, { env: [null], args: ['a', null] }, { nodeSelector: { a: null }, tolerations: null }),
  ),
  json(
    deployments,
    deployment(
      { replicas: 0, minReadySeconds: 0, paused: false },
      { args: [], env: [{ name: 'A', value: '' }], resources: { limits: { cpu: 0.5, memory: '2048Mi' } }, tty: false },
      { hostNetwork: false, volumes: [], securityContext: {}, nodeSelector: {}, activeDeadlineSeconds: null },
    ),
  ),
];
