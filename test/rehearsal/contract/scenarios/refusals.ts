import { kubectl, type Scenario } from '../scenario.ts';
import { configMap, deployment, job, pod, service, sleeper, statefulSet, web } from './manifests.ts';

const refused = (...stdin: object[]) => kubectl('create -f -', { stdin, exit: 1 });
const probe = (spec: object) => refused(pod('bad', { ...web, readinessProbe: spec }));

/** What the API server does not accept, and its words. */
export const refusals: readonly Scenario[] = [
  {
    name: 'refusals',
    clients: 'newest kubectl',
    steps: [
      refused(configMap('Upper_Case', {})),
      refused(configMap('x'.repeat(254), {})),
      refused({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      refused(configMap('ok', { 'not a key': '1' })),
      refused(configMap('ok', {}, { labels: { 'bad/label/key': 'x' } })),
      refused(configMap('ok', {}, { annotations: { '-bad': 'x' } })),
      refused(configMap('ok', {}, { finalizers: ['plain'] })),
      refused(configMap('ok', { a: 'x'.repeat(1_100_000) })),
      refused(configMap('ok', {}, { ownerReferences: [{ kind: 'Pod', name: 'x' }] })),
      refused({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bad' }, type: 'kubernetes.io/tls' }),
      refused({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bad' }, data: { a: 'not base64!' } }),
      refused(pod('bad', { name: 'app' })),
      refused(pod('bad', { name: 'Upper', image: 'x' })),
      refused({ ...pod('bad', sleeper), spec: { containers: [] } }),
      refused({ ...pod('bad', sleeper), spec: { containers: [sleeper, sleeper] } }),
      refused(pod('bad', sleeper, { restartPolicy: 'Sometimes' })),
      refused(pod('bad', { ...sleeper, imagePullPolicy: 'Maybe' })),
      refused(pod('bad', { ...sleeper, volumeMounts: [{ name: 'absent', mountPath: '/x' }] })),
      refused(
        pod('bad', sleeper, {
          volumes: [
            { name: 'a', emptyDir: {} },
            { name: 'a', emptyDir: {} },
          ],
        }),
      ),
      refused(pod('bad', sleeper, { volumes: [{ name: 'a', emptyDir: {}, hostPath: { path: '/' } }] })),
      refused(
        pod('bad', {
          ...sleeper,
          ports: [{ containerPort: 0 }, { containerPort: 70_000, name: 'waytoolongportname' }],
        }),
      ),
      refused(
        pod('bad', {
          ...sleeper,
          env: [{ name: '' }, { name: 'A', value: '1', valueFrom: { fieldRef: { fieldPath: 'spec.none' } } }],
        }),
      ),
      refused(pod('bad', { ...sleeper, resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } })),
      refused(pod('bad', { ...sleeper, resources: { limits: { cpu: 'much', memory: '-1' } } })),
      refused(pod('bad', { ...sleeper, resources: { limits: { memory: '-1' } } })),
      refused(pod('bad', sleeper, { serviceAccountName: 'absent' })),
      refused(pod('bad', sleeper, { priorityClassName: 'absent' })),
      refused(pod('bad', sleeper, { terminationGracePeriodSeconds: -1, activeDeadlineSeconds: 0 })),
      refused(
        pod('bad', sleeper, {
          tolerations: [
            { operator: 'Exists', value: 'x' },
            { key: 'a', effect: 'Nope' },
          ],
        }),
      ),
      refused(pod('bad', { ...sleeper, lifecycle: { preStop: {} } })),
      probe({}),
      probe({ httpGet: { path: '/' } }),
      probe({ tcpSocket: { port: 'absent-port-name' }, periodSeconds: -1, successThreshold: 0 }),
      refused(pod('bad', { ...sleeper, livenessProbe: { exec: { command: ['true'] }, successThreshold: 2 } })),
      refused(deployment('bad', sleeper, { selector: { matchLabels: { app: 'other' } } })),
      refused(deployment('bad', sleeper, { selector: undefined })),
      refused(deployment('bad', sleeper, { replicas: -1, minReadySeconds: -2 })),
      refused(
        deployment('bad', sleeper, {
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
        }),
      ),
      refused(deployment('bad', sleeper, { strategy: { type: 'Recreate', rollingUpdate: {} } })),
      refused(deployment('bad', sleeper, {}, { restartPolicy: 'Never' })),
      refused(deployment('bad', sleeper, { minReadySeconds: 700 })),
      refused(statefulSet('bad', sleeper, { podManagementPolicy: 'Random', replicas: -1 })),
      refused(job('bad', sleeper, { completions: -1, parallelism: -1, backoffLimit: -1 })),
      refused(job('bad', sleeper, { completionMode: 'Indexed', parallelism: 2 })),
      refused(service('bad', { type: 'Wrong', ports: [{ port: 80 }] })),
      refused(service('bad', { ports: [{ port: 80, protocol: 'HTTP', targetPort: 'Not_A_Port' }] })),
      refused(service('bad', { type: 'ExternalName' })),
      refused(service('bad', { externalTrafficPolicy: 'Local', ports: [{ port: 80 }] })),
      refused({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'bad' },
        rules: [{ verbs: [] }],
      }),
      refused({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'bad' },
        roleRef: { kind: 'Wrong', name: 'x' },
      }),
      refused({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'bad' },
        spec: { minAvailable: 1, maxUnavailable: 1 },
      }),
      refused({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'bad' },
        spec: { maxReplicas: 1, minReplicas: 2, scaleTargetRef: { kind: 'Deployment' } },
      }),
      refused({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'bad' },
        spec: { podSelector: {}, policyTypes: ['Sideways'] },
      }),
      refused({
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'bad' },
        spec: { schedule: 'x', concurrencyPolicy: 'Y', jobTemplate: { spec: {} } },
      }),
      refused({ apiVersion: 'apps/v2', kind: 'Deployment', metadata: { name: 'bad' } }),
      refused({ apiVersion: 'extensions/v1beta1', kind: 'Ingress', metadata: { name: 'bad' } }),
      refused({ kind: 'ConfigMap', metadata: { name: 'bad' } }),
      kubectl('create -f -', {
        stdin: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":1}}',
        exit: 1,
      }),
      kubectl('create --raw /api/v1/namespaces/{namespace}/configmaps -f -', { stdin: '{"kind":"ConfigMap"', exit: 1 }),
      kubectl('create --raw /api/v1/namespaces/{namespace}/configmaps -f -', {
        stdin: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}',
        exit: 1,
      }),
      kubectl('create --raw /api/v1/namespaces/{namespace}/gadgets -f -', { stdin: '{}', exit: 1 }),
      kubectl('delete --raw /api/v1/namespaces/{namespace}/configmaps/absent', { exit: 1 }),
      kubectl('replace --raw /api/v1/namespaces/{namespace}/configmaps/absent -f -', {
        stdin: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"}}',
        exit: 1,
      }),
    ],
  },
];
