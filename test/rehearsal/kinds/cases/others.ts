import { casesOf, changesOf, type Case } from '../case.ts';
import * as base from './bases.ts';
import * as keys from './keys.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64');
const group = 'rbac.authorization.k8s.io';

export const configCases: Case[] = [
  ...casesOf(base.configMap, {
    'as small as possible': {},
    'no data': { data: undefined },
    'keys that are none': { data: { 'a b': 'x' } },
    'key of dots': { data: { '..': 'x' } },
    'key twice': { data: { a: 'x' }, binaryData: { a: 'eA==' } },
    'too large': { data: { a: 'x'.repeat(1_048_577) } },
    immutable: { immutable: true },
  }),
  ...changesOf(base.configMap, {
    data: { data: { a: '2' } },
    'data of an immutable one': { from: { immutable: true }, to: { data: { a: '2' } } },
    'no longer immutable': { from: { immutable: true }, to: { immutable: undefined } },
  }),
  ...casesOf(base.secret, {
    'as small as possible': {},
    text: { stringData: { b: 'text' } },
    'text over data': { stringData: { a: 'text' } },
    'keys that are none': { data: { 'a b': 'eA==' } },
    'too large': { data: { a: encoded('x'.repeat(1_048_577)) } },
    certificate: { type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==', 'tls.key': 'eA==' } },
    'certificate with its key': {
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': keys.ownCertificate, 'tls.key': keys.ownKey },
    },
    'certificate with another key': {
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': keys.ownCertificate, 'tls.key': keys.otherKey },
    },
    'certificate with a key of another kind': {
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': keys.ownCertificate, 'tls.key': keys.oddKey },
    },
    'certificate and key switched': {
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': keys.ownKey, 'tls.key': keys.ownCertificate },
    },
    'certificate instead of a key': {
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': keys.ownCertificate, 'tls.key': keys.ownCertificate },
    },
    'certificate without a key': { type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==' } },
    registry: { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': encoded('{"auths":{}}') } },
    'registry without a configuration': { type: 'kubernetes.io/dockerconfigjson' },
    'registry that is none': {
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': encoded('hello') },
    },
    'registry that is a list': { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': encoded('[]') } },
    'old registry': { type: 'kubernetes.io/dockercfg' },
    'user and password': { type: 'kubernetes.io/basic-auth' },
    'key of ssh': { type: 'kubernetes.io/ssh-auth' },
    'token without an account': { type: 'kubernetes.io/service-account-token' },
    'type of its own': { type: 'example.com/mine' },
  }),
  ...changesOf(base.secret, {
    type: { type: 'example.com/other' },
    data: { data: { a: 'Mg==' } },
    'data of an immutable one': { from: { immutable: true }, to: { data: { a: 'Mg==' } } },
    'type left out': { type: undefined },
  }),
  ...casesOf(base.serviceAccount, {
    'as small as possible': {},
    'pull secrets': { imagePullSecrets: [{ name: 'a' }], automountServiceAccountToken: false },
    'name that is none': { 'metadata/name': 'A' },
  }),
];

export const storageCases: Case[] = [
  ...casesOf(base.claim, {
    'as small as possible': {},
    'no class': { 'spec/storageClassName': undefined },
    'empty class': { 'spec/storageClassName': '' },
    'no access modes': { 'spec/accessModes': undefined },
    'access mode unknown': { 'spec/accessModes': ['ReadWriteSometimes'] },
    'once for a pod and for many': { 'spec/accessModes': ['ReadWriteOncePod', 'ReadWriteMany'] },
    'no size': { 'spec/resources': undefined },
    'size zero': { 'spec/resources': { requests: { storage: '0' } } },
    'negative size': { 'spec/resources': { requests: { storage: '-1Gi' } } },
    'class that is none': { 'spec/storageClassName': 'Bad Name' },
    'mode unknown': { 'spec/volumeMode': 'Tape' },
    'from a claim': { 'spec/dataSource': { kind: 'PersistentVolumeClaim', name: 'other' } },
    'from a thing that is none': { 'spec/dataSource': { kind: 'Pod', name: '' } },
    'from a snapshot by reference': {
      'spec/dataSourceRef': { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' },
    },
    selector: { 'spec/selector': { matchLabels: { a: 'b' } } },
  }),
  ...changesOf(base.claim, {
    size: { 'spec/resources/requests/storage': '2Gi' },
    class: { 'spec/storageClassName': 'other' },
    'access modes': { 'spec/accessModes': ['ReadOnlyMany'] },
    mode: { 'spec/volumeMode': 'Block' },
    volume: { 'spec/volumeName': 'pv' },
    labels: { 'metadata/labels': { a: 'b' } },
    'class by annotation': { 'metadata/annotations': { 'volume.beta.kubernetes.io/storage-class': 'x' } },
  }),
  ...casesOf(base.volume, {
    'as small as possible': {},
    nothing: { spec: {} },
    'access mode unknown': { 'spec/accessModes': ['Some'] },
    'two capacities': { 'spec/capacity': { storage: '1Gi', cpu: '1' } },
    'policy unknown': { 'spec/persistentVolumeReclaimPolicy': 'Burn' },
    'two sources': { 'spec/nfs': { server: 'a', path: '/b' } },
    'local without a place': { 'spec/hostPath': undefined, 'spec/local': { path: '/x' } },
  }),
  ...casesOf(base.storageClass, {
    'as small as possible': {},
    'no provisioner': { provisioner: '' },
    'policy unknown': { reclaimPolicy: 'Recycle', volumeBindingMode: 'Later' },
    parameters: { parameters: { a: 'b' }, allowVolumeExpansion: true, reclaimPolicy: 'Retain' },
  }),
  ...changesOf(base.storageClass, {
    parameters: { parameters: { a: 'b' } },
    mode: { volumeBindingMode: 'WaitForFirstConsumer', reclaimPolicy: 'Retain', provisioner: 'other' },
  }),
  ...casesOf(base.csiDriver, { 'as small as possible': {} }),
];

export const autoscalingCases: Case[] = [
  ...casesOf(base.autoscaler, {
    'as small as possible': {},
    'minimum above maximum': { 'spec/minReplicas': 5 },
    'minimum zero': { 'spec/minReplicas': 0 },
    'maximum zero': { 'spec/maxReplicas': 0 },
    'no target': { 'spec/scaleTargetRef': {} },
    'target that is none': { 'spec/scaleTargetRef': { apiVersion: 'a/b/c', kind: 'a/b', name: 'c/d' } },
    behavior: { 'spec/behavior': { scaleDown: { stabilizationWindowSeconds: 60 } } },
    'behavior that is none': {
      'spec/behavior': {
        scaleUp: {
          stabilizationWindowSeconds: 9999,
          selectPolicy: 'Mean',
          policies: [{ type: 'All', value: 0, periodSeconds: 9999 }],
        },
      },
    },
    'metrics of all kinds': {
      'spec/metrics': [
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } },
        { type: 'Pods', pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '10' } } },
        { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'Value', value: '30' } } },
        {
          type: 'Object',
          object: {
            describedObject: { kind: 'Service', name: 'a', apiVersion: 'v1' },
            metric: { name: 'm' },
            target: { type: 'Value', value: '1' },
          },
        },
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: 'web', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
    },
    'metric of no kind': { 'spec/metrics': [{ type: 'Mood' }] },
    'metric without its source': { 'spec/metrics': [{ type: 'Pods' }] },
    'metric of two sources': {
      'spec/metrics': [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: '1' } },
        },
      ],
    },
    'targets that are none': {
      'spec/metrics': [
        { type: 'Resource', resource: { name: '', target: { type: 'Much' } } },
        { type: 'Pods', pods: { metric: { name: 'a/b' }, target: { type: 'Value', value: '0' } } },
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0, averageValue: '-1' } },
        },
      ],
    },
  }),
  ...casesOf(base.budget, {
    'as small as possible': {},
    'by percentage': { 'spec/minAvailable': undefined, 'spec/maxUnavailable': '50%' },
    both: { 'spec/maxUnavailable': 1 },
    'too much': { 'spec/minAvailable': '120%' },
    negative: { 'spec/minAvailable': -1 },
    words: { 'spec/minAvailable': 'some' },
    'policy unknown': { 'spec/unhealthyPodEvictionPolicy': 'Maybe' },
    nothing: { spec: {} },
  }),
];

export const accessCases: Case[] = [
  ...casesOf(base.role, {
    'as small as possible': {},
    'no rules': { rules: undefined },
    'rules without what they need': { rules: [{}] },
    urls: { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] },
    'name of any kind': { 'metadata/name': 'system:Some_Role' },
    'name with a slash': { 'metadata/name': 'a/b' },
  }),
  ...casesOf(base.clusterRole, {
    'as small as possible': {},
    'urls and resources': {
      rules: [{ nonResourceURLs: ['/healthz'], resources: ['pods'], apiGroups: [''], verbs: ['get'] }],
    },
    'aggregation of nothing': { rules: [], aggregationRule: {} },
    aggregation: { rules: undefined, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } },
  }),
  ...casesOf(base.roleBinding, {
    'as small as possible': {},
    'group left out': {
      roleRef: { kind: 'Role', name: 'none' },
      subjects: [
        { kind: 'User', name: 'a' },
        { kind: 'Group', name: 'b' },
      ],
    },
    'no role': { roleRef: { apiGroup: group, kind: 'Role', name: '' } },
    'role of no kind': { roleRef: { apiGroup: 'example.com', kind: 'Rule', name: 'a/b' } },
    'subjects that are none': {
      subjects: [
        { kind: 'Robot', name: 'a' },
        { kind: 'ServiceAccount', name: 'A' },
        { kind: 'ServiceAccount', name: '', apiGroup: 'x' },
        { kind: 'User', name: 'a', apiGroup: 'x' },
      ],
    },
  }),
  ...changesOf(base.roleBinding, { role: { 'roleRef/name': 'other' }, subjects: { subjects: [] } }),
  ...casesOf(base.clusterRoleBinding, {
    'as small as possible': {},
    'role of a namespace': { roleRef: { apiGroup: group, kind: 'Role', name: 'none' } },
    'account without a namespace': { subjects: [{ kind: 'ServiceAccount', name: 'a' }] },
  }),
];

export const clusterCases: Case[] = [
  ...casesOf(base.namespace, {
    'as small as possible': {},
    'name that is none': { 'metadata/name': 'a.b' },
    'name in upper case': { 'metadata/name': 'A' },
    finalizers: { 'spec/finalizers': ['example.com/mine'] },
    'finalizers that are none': { 'spec/finalizers': ['mine'] },
    labels: { 'metadata/labels': { a: 'b' } },
    'in a namespace': { 'metadata/labels': { 'kubernetes.io/metadata.name': 'other' } },
  }),
  ...casesOf(base.quota, {
    'as small as possible': {},
    'of everything': {
      'spec/hard': {
        pods: '10',
        'requests.cpu': '1',
        'limits.memory': '1Gi',
        services: '5',
        'services.nodeports': '2',
        'requests.storage': '10Gi',
        'count/deployments.apps': '3',
      },
    },
    'of nothing known': { 'spec/hard': { gpus: '1' } },
    'of something limited elsewhere': { 'spec/hard': { storage: '1Gi' } },
    negative: { 'spec/hard': { pods: '-1' } },
    'half a pod': { 'spec/hard': { pods: '500m' } },
    scopes: { 'spec/hard': { pods: '1' }, 'spec/scopes': ['BestEffort'] },
    'scopes that contradict': { 'spec/hard': { pods: '1' }, 'spec/scopes': ['BestEffort', 'NotBestEffort'] },
    'scope unknown': { 'spec/hard': { pods: '1' }, 'spec/scopes': ['Nice'] },
    'scope of other resources': { 'spec/hard': { secrets: '1' }, 'spec/scopes': ['BestEffort'] },
    'scope selector': {
      'spec/hard': { pods: '1' },
      'spec/scopeSelector': { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['a'] }] },
    },
    'scope selector that is none': {
      'spec/hard': { pods: '1' },
      'spec/scopeSelector': {
        matchExpressions: [
          { scopeName: 'PriorityClass', operator: 'In' },
          { scopeName: 'BestEffort', operator: 'Near' },
        ],
      },
    },
  }),
  ...changesOf(base.quota, { scopes: { 'spec/scopes': ['BestEffort'], 'spec/hard': { pods: '5' } } }),
  ...casesOf(base.limitRange, {
    'as small as possible': {},
    'of containers': { 'spec/limits': [{ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }] },
    'of containers with defaults': {
      'spec/limits': [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } }],
    },
    'of nothing known': { 'spec/limits': [{ type: 'House', max: { cpu: '1' } }] },
    twice: {
      'spec/limits': [
        { type: 'Pod', max: { cpu: '1' } },
        { type: 'Pod', max: { cpu: '2' } },
      ],
    },
    'defaults of pods': { 'spec/limits': [{ type: 'Pod', default: { cpu: '1' }, defaultRequest: { cpu: '1' } }] },
    'out of order': { 'spec/limits': [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } }] },
    'default above maximum': {
      'spec/limits': [{ type: 'Container', max: { cpu: '1' }, default: { cpu: '2' }, defaultRequest: { cpu: '1' } }],
    },
    'request above default': {
      'spec/limits': [{ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '2' } }],
    },
    'ratio below one': { 'spec/limits': [{ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }] },
    'ratio too large': {
      'spec/limits': [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '1' }, maxLimitRequestRatio: { cpu: '3' } }],
    },
    'of claims without sizes': { 'spec/limits': [{ type: 'PersistentVolumeClaim', default: { storage: '1Gi' } }] },
    'resource of no kind': { 'spec/limits': [{ type: 'Container', max: { gpu: '1' } }] },
  }),
  ...casesOf(base.priorityClass, {
    'as small as possible': {},
    'too high': { value: 1_000_000_001 },
    'of the system': { 'metadata/name': 'system-mine' },
    'policy unknown': { preemptionPolicy: 'Sometimes' },
  }),
  ...changesOf(base.priorityClass, { value: { value: 6 }, policy: { preemptionPolicy: 'Never' } }),
  ...casesOf(base.runtimeClass, { 'as small as possible': {}, 'handler that is none': { handler: 'A b' } }),
  ...changesOf(base.runtimeClass, { handler: { handler: 'other' } }),
  ...casesOf(base.lease, {
    'as small as possible': {},
    'numbers that are none': {
      'spec/leaseDurationSeconds': 0,
      'spec/leaseTransitions': -1,
      'spec/preferredHolder': 'x',
    },
  }),
  ...casesOf(base.event, {
    'as small as possible': {},
    'of another namespace': { 'involvedObject/namespace': 'other' },
    'with a time and nothing else': { eventTime: '2024-01-01T00:00:00.000000Z' },
  }),
  ...casesOf(base.node, {
    'as small as possible': {},
    taints: { 'spec/taints': [{ key: 'a', effect: 'NoSchedule' }] },
    'taints that are none': {
      'spec/taints': [
        { key: 'a b', effect: 'Never' },
        { key: 'c', effect: 'NoSchedule' },
        { key: 'c', effect: 'NoSchedule' },
      ],
    },
  }),
  ...casesOf(base.webhook, {
    'as small as possible': {},
    'without what it needs': { webhooks: [{ name: 'short', clientConfig: {} }] },
    'values unknown': {
      'webhooks/0/failurePolicy': 'Cry',
      'webhooks/0/matchPolicy': 'Near',
      'webhooks/0/sideEffects': 'Many',
      'webhooks/0/timeoutSeconds': 60,
    },
    url: { 'webhooks/0/clientConfig': { url: 'http://user@example.com/x?y#z' } },
    'rules that are none': {
      'webhooks/0/rules': [
        {
          operations: ['CREATE', '*', 'LOOK'],
          apiGroups: [],
          apiVersions: ['*', 'v1'],
          resources: ['*/*', 'pods'],
          scope: 'World',
        },
      ],
    },
    'versions unknown': { 'webhooks/0/admissionReviewVersions': ['v7', 'v7'] },
  }),
  ...casesOf(base.mutatingWebhook, { 'as small as possible': {} }),
];
