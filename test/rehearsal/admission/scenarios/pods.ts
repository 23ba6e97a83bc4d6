import { casesOf, changesOf, type Fields } from '../../kinds/case.ts';
import { claim, configMap, ingress, pod, volume } from '../../kinds/cases/bases.ts';
import { object, type Scenario } from '../scenario.ts';

const webhook = (kind: string, name: string, more: Fields) =>
  object('admissionregistration.k8s.io/v1', kind, `rh-admission-${name}`, {
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { service: { name: 'hook', namespace: 'rh-admission', path: '/check' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'rh-admission' } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      },
    ],
  });
const validating = (name: string, more: Fields = {}) => webhook('ValidatingWebhookConfiguration', name, more);
const mutating = (name: string, more: Fields = {}) => webhook('MutatingWebhookConfiguration', name, more);
const hook = object('v1', 'Service', 'hook', { spec: { selector: { app: 'hook' }, ports: [{ port: 443 }] } });
const labelled = { 'metadata/labels': { checked: 'yes' } };

export const pods: Scenario[] = [
  {
    name: 'accounts',
    objects: [
      object('v1', 'ServiceAccount', 'silent', { automountServiceAccountToken: false }),
      object('v1', 'ServiceAccount', 'puller', { imagePullSecrets: [{ name: 'a' }, { name: 'b' }] }),
    ],
    cases: casesOf(pod, {
      'by default': {},
      missing: { 'spec/serviceAccountName': 'nobody' },
      'without a token': { 'spec/serviceAccountName': 'silent' },
      'without a token but asked for': {
        'spec/serviceAccountName': 'silent',
        'spec/automountServiceAccountToken': true,
      },
      'with a token but not asked for': { 'spec/automountServiceAccountToken': false },
      'with secrets for images': { 'spec/serviceAccountName': 'puller' },
      'with secrets of the pod': { 'spec/serviceAccountName': 'puller', 'spec/imagePullSecrets': [{ name: 'own' }] },
      'token mounted already': {
        'spec/containers/0/volumeMounts': [{ name: 'own', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
        'spec/volumes': [{ name: 'own', emptyDir: {} }],
        'spec/initContainers': [{ name: 'init', image: 'a:1' }],
      },
      'tolerations of its own': { 'spec/tolerations': [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }] },
      'tolerates everything': { 'spec/tolerations': [{ operator: 'Exists' }] },
      'with a mirror': { 'metadata/annotations': { 'kubernetes.io/config.mirror': 'x' } },
    }),
  },
  {
    name: 'priorities',
    objects: [
      object('scheduling.k8s.io/v1', 'PriorityClass', 'rh-admission-high', { value: 1000, preemptionPolicy: 'Never' }),
    ],
    cases: [
      ...casesOf(pod, {
        'of a class': { 'spec/priorityClassName': 'rh-admission-high' },
        'of the system': { 'spec/priorityClassName': 'system-node-critical' },
        unknown: { 'spec/priorityClassName': 'rh-admission-none' },
        'as a number': { 'spec/priority': 5 },
        'as another number': { 'spec/priorityClassName': 'rh-admission-high', 'spec/priority': 5 },
        'as the number of its class': { 'spec/priorityClassName': 'rh-admission-high', 'spec/priority': 1000 },
        'other policy': {
          'spec/priorityClassName': 'rh-admission-high',
          'spec/preemptionPolicy': 'PreemptLowerPriority',
        },
      }),
      ...changesOf(pod, { priority: { 'spec/priority': 7 } }),
    ],
  },
  {
    name: 'runtimes',
    objects: [
      object('node.k8s.io/v1', 'RuntimeClass', 'rh-admission-vm', {
        handler: 'vm',
        overhead: { podFixed: { cpu: '100m', memory: '64Mi' } },
        scheduling: {
          nodeSelector: { vm: 'yes' },
          tolerations: [{ key: 'vm', operator: 'Exists', effect: 'NoSchedule' }],
        },
      }),
    ],
    cases: casesOf(pod, {
      known: { 'spec/runtimeClassName': 'rh-admission-vm' },
      unknown: { 'spec/runtimeClassName': 'rh-admission-none' },
      'other overhead': { 'spec/runtimeClassName': 'rh-admission-vm', 'spec/overhead': { cpu: '1' } },
      'overhead without a class': { 'spec/overhead': { cpu: '1' } },
      'other nodes': { 'spec/runtimeClassName': 'rh-admission-vm', 'spec/nodeSelector': { vm: 'no' } },
      'tolerated already': {
        'spec/runtimeClassName': 'rh-admission-vm',
        'spec/tolerations': [{ key: 'vm', operator: 'Exists', effect: 'NoSchedule' }],
      },
    }),
  },
  {
    name: 'storage and ingress by default',
    objects: [],
    cases: [
      ...casesOf(claim, {
        'class left out': { 'spec/storageClassName': undefined },
        'class empty': { 'spec/storageClassName': '' },
        'class by annotation': {
          'spec/storageClassName': undefined,
          'metadata/annotations': { 'volume.beta.kubernetes.io/storage-class': 'x' },
        },
        'finalizer of its own': { 'metadata/finalizers': ['example.com/own'] },
      }),
      ...casesOf(volume, { finalizers: {} }),
      ...casesOf(ingress, { 'class left out': {} }),
    ],
  },
  {
    name: 'a webhook without its service',
    objects: [validating('gone')],
    cases: casesOf(configMap, { checked: {} }),
  },
  {
    name: 'a webhook without endpoints',
    objects: [hook, mutating('empty', { timeoutSeconds: 3 })],
    cases: [
      ...casesOf(configMap, { checked: {} }),
      ...casesOf(pod, { 'not concerned': {} }),
      ...changesOf(object('v1', 'Secret', 'case', {}), { 'not concerned': { data: { a: 'MQ==' } } }),
    ],
  },
  {
    name: 'a webhook that may fail',
    objects: [
      hook,
      validating('ignored', { failurePolicy: 'Ignore' }),
      mutating('ignored', { failurePolicy: 'Ignore' }),
    ],
    cases: casesOf(configMap, { 'checked in vain': {} }),
  },
  {
    name: 'a webhook of some objects',
    objects: [hook, validating('some', { objectSelector: { matchLabels: { checked: 'yes' } } })],
    cases: casesOf(configMap, { 'of them': labelled, 'not of them': {} }),
  },
  {
    name: 'a webhook of other versions',
    objects: [
      hook,
      validating('exact', {
        matchPolicy: 'Exact',
        rules: [
          {
            apiGroups: ['autoscaling'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['horizontalpodautoscalers'],
          },
        ],
      }),
    ],
    cases: casesOf(
      object('autoscaling/v2', 'HorizontalPodAutoscaler', 'case', {
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 2 },
      }),
      { 'of another version': {} },
    ),
  },
];
