import type { Chance } from '../../../src/rehearsal/chance.ts';

export interface RandomRequest {
  method: string;
  path: string;
  /** Content-Type and Accept. */
  type: string;
  accept: string;
  body: string | undefined;
}

const pick = <Value>(chance: Chance, values: readonly Value[]): Value => values[chance.below(values.length)] as Value;

const resources = [
  '/api/v1/pods',
  '/api/v1/namespaces',
  '/api/v1/nodes',
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/services',
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/secrets',
  '/api/v1/namespaces/default/events',
  '/api/v1/namespaces/default/persistentvolumeclaims',
  '/api/v1/namespaces/nowhere/configmaps',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/statefulsets',
  '/apis/apps/v1/namespaces/default/daemonsets',
  '/apis/batch/v1/namespaces/default/jobs',
  '/apis/batch/v1/namespaces/default/cronjobs',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
  '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
  '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  // Not cluster roles: without them the rest would be refused.
  '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/storage.k8s.io/v1/storageclasses',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/nothing/v1/things',
];
const kinds: Record<string, [apiVersion: string, kind: string]> = {
  pods: ['v1', 'Pod'],
  namespaces: ['v1', 'Namespace'],
  nodes: ['v1', 'Node'],
  services: ['v1', 'Service'],
  configmaps: ['v1', 'ConfigMap'],
  secrets: ['v1', 'Secret'],
  events: ['v1', 'Event'],
  persistentvolumeclaims: ['v1', 'PersistentVolumeClaim'],
  deployments: ['apps/v1', 'Deployment'],
  statefulsets: ['apps/v1', 'StatefulSet'],
  daemonsets: ['apps/v1', 'DaemonSet'],
  jobs: ['batch/v1', 'Job'],
  cronjobs: ['batch/v1', 'CronJob'],
  ingresses: ['networking.k8s.io/v1', 'Ingress'],
  poddisruptionbudgets: ['policy/v1', 'PodDisruptionBudget'],
  roles: ['rbac.authorization.k8s.io/v1', 'Role'],
  customresourcedefinitions: ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  storageclasses: ['storage.k8s.io/v1', 'StorageClass'],
  selfsubjectaccessreviews: ['authorization.k8s.io/v1', 'SelfSubjectAccessReview'],
};
const subresources = [
  'status',
  'scale',
  'log',
  'exec',
  'attach',
  'portforward',
  'eviction',
  'binding',
  'finalize',
  'token',
  'nothing',
];
const queries = [
  'limit=2',
  'limit=-1',
  'continue=abc',
  'labelSelector=a%3Db',
  'labelSelector=%2C%2C(',
  'fieldSelector=metadata.name%3Dx',
  'fieldSelector=status.phase!%3DRunning',
  'dryRun=All',
  'dryRun=Some',
  'fieldManager=fuzz',
  'fieldManager=',
  'force=true',
  'fieldValidation=Strict',
  'fieldValidation=Ignore',
  'fieldValidation=None',
  'propagationPolicy=Foreground',
  'propagationPolicy=Never',
  'gracePeriodSeconds=0',
  'gracePeriodSeconds=x',
  'resourceVersion=1',
  'resourceVersion=99999999',
  'container=web',
  'tailLines=-1',
  'pretty=true',
  '%=%',
  'includeObject=Object',
];
const types = [
  'application/json',
  'application/yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
];
const accepts = [
  'application/json',
  '*/*',
  'text/html',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/vnd.kubernetes.protobuf,application/json',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
];
const words = [
  'metadata',
  'spec',
  'status',
  'name',
  'namespace',
  'labels',
  'annotations',
  'replicas',
  'selector',
  'matchLabels',
  'template',
  'containers',
  'image',
  'ports',
  'containerPort',
  'data',
  'finalizers',
  'ownerReferences',
  'uid',
  '$patch',
  '$setElementOrder/containers',
  'volumes',
  'env',
  'type',
  'rules',
  'versions',
  'schema',
  'group',
  'names',
  'scope',
  'resourceVersion',
  'managedFields',
  'generateName',
  '__proto__',
  'constructor',
  'toString',
  '',
];

function value(chance: Chance, depth: number): unknown {
  const kind = chance.below(depth > 4 ? 6 : 9);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return pick(chance, [0, 1, -1, 3, 1.5, 1e30, 65536]);
    case 2:
      return chance.below(2) === 0;
    case 3:
      return pick(chance, [
        '',
        'web',
        'nginx:1',
        '100m',
        '1Gi',
        'Not Valid',
        'ü\u0000',
        '%',
        'x'.repeat(300),
        '2026-01-01T00:00:00Z',
      ]);
    case 4:
      return pick(chance, words);
    case 5:
      return chance.below(1000);
    case 6:
      return Array.from({ length: chance.below(4) }, () => value(chance, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: chance.below(5) }, () => [pick(chance, words), value(chance, depth + 1)]),
      );
  }
}

type Pod = { containers: object[] };
/** A right wish of some kinds. */
const specs: Record<string, (replicas: number, labels: object, pod: Pod) => object> = {
  Pod: (_replicas, _labels, pod) => pod,
  Deployment: (replicas, labels, pod) => ({
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pod },
  }),
  StatefulSet: (replicas, labels, pod) => ({
    replicas,
    serviceName: 'web',
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pod },
  }),
  DaemonSet: (_replicas, labels, pod) => ({
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pod },
  }),
  Job: (_replicas, _labels, pod) => ({ template: { spec: { ...pod, restartPolicy: 'Never' } } }),
  Service: (_replicas, labels) => ({ selector: labels, ports: [{ port: 80 }] }),
  PersistentVolumeClaim: () => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }),
  SelfSubjectAccessReview: () => ({ resourceAttributes: { verb: 'get', resource: 'pods' } }),
};

/** Mostly right, so that it comes far: then broken in one place. */
function objectFor(chance: Chance, plural: string): unknown {
  const [apiVersion, kind] = kinds[plural] ?? ['v1', 'Thing'];
  const labels = { app: pick(chance, ['web', 'api', 'x'.repeat(70)]) };
  const pod = { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] };
  const base: Record<string, unknown> = {
    apiVersion,
    kind,
    metadata: { name: `fuzz-${chance.below(20)}`, labels },
    ...(specs[kind] === undefined ? {} : { spec: specs[kind](chance.below(4), labels, pod) }),
    data: { a: 'b' },
  };
  if (chance.below(5) === 0) return value(chance, 0);
  const place = pick(chance, [
    'metadata',
    'spec',
    'data',
    'kind',
    'apiVersion',
    'status',
    'none',
    'none',
    'none',
    'none',
  ]);
  return place === 'none' ? base : { ...base, [place]: value(chance, 1) };
}

function bodyFor(chance: Chance, type: string, plural: string): string {
  const text =
    type === 'application/json-patch+json'
      ? JSON.stringify(
          chance.below(4) === 0
            ? value(chance, 0)
            : Array.from({ length: 1 + chance.below(3) }, () => ({
                op: pick(chance, ['add', 'remove', 'replace', 'move', 'copy', 'test', 'nonsense']),
                path: pick(chance, [
                  '/metadata/labels/a',
                  '/spec/replicas',
                  '/data',
                  '',
                  '/',
                  '/spec/template/spec/containers/0',
                  '/a~0b~1c',
                ]),
                from: '/metadata/name',
                value: value(chance, 1),
              })),
        )
      : JSON.stringify(objectFor(chance, plural));
  if (chance.below(10) !== 0) return text;
  const at = chance.below(Math.max(1, text.length));
  return chance.below(2) === 0
    ? text.slice(0, at)
    : `${text.slice(0, at)}${pick(chance, ['"', '{', '\\', '\0', ','])}${text.slice(at + 1)}`;
}

/** Mostly right, often broken in one place: of the method, the address, the query, the types or the body. */
export function randomRequest(chance: Chance): RandomRequest {
  const resource = pick(chance, resources);
  const plural = resource.split('/').at(-1) ?? '';
  const named = chance.below(2) === 0 ? `/fuzz-${chance.below(20)}` : '';
  const part = named !== '' && chance.below(4) === 0 ? `/${pick(chance, subresources)}` : '';
  const query =
    chance.below(200) === 0
      ? 'watch=1&timeoutSeconds=1'
      : Array.from({ length: chance.below(3) }, () => pick(chance, queries)).join('&');
  const method = pick(chance, ['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
  const type = method === 'POST' && chance.below(3) > 0 ? 'application/json' : pick(chance, types);
  const body = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) ? bodyFor(chance, type, plural) : undefined;
  const path = `${resource}${named}${part}${query === '' ? '' : `?${query}`}`;
  return { method, path, type, accept: pick(chance, accepts), body };
}
