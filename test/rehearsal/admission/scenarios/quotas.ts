import { casesOf, changesOf, type Fields } from '../../kinds/case.ts';
import { claim, configMap, deployment, pod, service } from '../../kinds/cases/bases.ts';
import { object, podOf, type Scenario } from '../scenario.ts';

const quota = (name: string, hard: Fields, more: Fields = {}) =>
  object('v1', 'ResourceQuota', name, { spec: { hard, ...more } });
const resources = 'spec/containers/0/resources';
const stated = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });

export const quotas: Scenario[] = [
  {
    name: 'pods and what they request',
    objects: [
      quota('compute', {
        pods: '2',
        'requests.cpu': '1',
        'requests.memory': '1Gi',
        'limits.cpu': '2',
        'limits.memory': '2Gi',
      }),
      podOf('one', stated('600m', '512Mi')),
    ],
    cases: casesOf(pod, {
      'nothing stated': {},
      'memory not stated': { [resources]: { requests: { cpu: '100m' }, limits: { cpu: '100m' } } },
      'nothing stated by two': { 'spec/containers/1': { name: 'side', image: 'a:1' } },
      fits: { [resources]: stated('100m', '100Mi') },
      'too much processor': { [resources]: stated('500m', '100Mi') },
      'too much of everything': { [resources]: stated('3', '3Gi') },
      'states it as a pod': { 'spec/resources': stated('100m', '100Mi') },
    }),
  },
  {
    name: 'pods that are counted',
    objects: [quota('count', { pods: '1', 'count/configmaps': '2', 'count/deployments.apps': '0' }), podOf('one', {})],
    cases: [
      ...casesOf(pod, { 'one more': {} }),
      ...casesOf(configMap, { 'one more': {} }),
      ...casesOf(deployment, { one: {} }),
    ],
  },
  {
    name: 'two quotas',
    objects: [quota('a', { pods: '1' }), quota('b', { pods: '0', 'requests.cpu': '1' })],
    cases: casesOf(pod, { one: {}, 'with its request': { [resources]: { requests: { cpu: '1' } } } }),
  },
  {
    name: 'scopes',
    objects: [
      quota('best-effort', { pods: '0' }, { scopes: ['BestEffort'] }),
      quota('short', { pods: '0' }, { scopes: ['Terminating', 'NotBestEffort'] }),
      quota(
        'important',
        { pods: '0' },
        {
          scopeSelector: {
            matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-cluster-critical'] }],
          },
        },
      ),
    ],
    cases: casesOf(pod, {
      'best effort': {},
      burstable: { [resources]: { requests: { cpu: '1' } } },
      'burstable and short': { [resources]: { requests: { cpu: '1' } }, 'spec/activeDeadlineSeconds': 10 },
      important: { [resources]: { requests: { cpu: '1' } }, 'spec/priorityClassName': 'system-cluster-critical' },
    }),
  },
  {
    name: 'services',
    objects: [
      quota('network', { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' }),
      object('v1', 'Service', 'one', { spec: { type: 'NodePort', ports: [{ port: 80 }] } }),
    ],
    cases: [
      ...casesOf(service, {
        'of the cluster': {},
        'with a node port': { 'spec/type': 'NodePort' },
        'with a load balancer': { 'spec/type': 'LoadBalancer' },
        'with a load balancer alone': { 'spec/type': 'LoadBalancer', 'spec/allocateLoadBalancerNodePorts': false },
      }),
      ...changesOf(service, { 'to a node port': { 'spec/type': 'NodePort' } }),
    ],
  },
  {
    name: 'storage',
    objects: [
      quota('storage', {
        'requests.storage': '5Gi',
        persistentvolumeclaims: '2',
        'none.storageclass.storage.k8s.io/requests.storage': '3Gi',
      }),
      object('v1', 'PersistentVolumeClaim', 'one', {
        spec: { storageClassName: 'none', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
      }),
    ],
    cases: casesOf(claim, {
      fits: {},
      'too much of its class': { 'spec/resources/requests/storage': '2Gi' },
      'too much of all': { 'spec/resources/requests/storage': '4Gi', 'spec/storageClassName': 'other' },
    }),
  },
];
