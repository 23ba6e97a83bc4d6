import type { Fields } from '../case.ts';

/** The smallest objects of each kind that the server accepts and that start nothing. */
const labels = { app: 'web' };
const container = { name: 'web', image: 'registry.example/web:1' };
const template = { metadata: { labels }, spec: { containers: [container] } };

const object = (apiVersion: string, kind: string, fields: Fields): Fields => ({
  apiVersion,
  kind,
  metadata: { name: 'case' },
  ...fields,
});

export const pod = object('v1', 'Pod', { spec: { nodeSelector: { case: 'none' }, containers: [container] } });
export const deployment = object('apps/v1', 'Deployment', {
  spec: { replicas: 0, selector: { matchLabels: labels }, template },
});
export const replicaSet = object('apps/v1', 'ReplicaSet', {
  spec: { replicas: 0, selector: { matchLabels: labels }, template },
});
export const statefulSet = object('apps/v1', 'StatefulSet', {
  spec: { replicas: 0, serviceName: 'web', selector: { matchLabels: labels }, template },
});
export const daemonSet = object('apps/v1', 'DaemonSet', {
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { nodeSelector: { case: 'none' }, containers: [container] } },
  },
});
export const job = object('batch/v1', 'Job', {
  spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
});
export const cronJob = object('batch/v1', 'CronJob', {
  spec: {
    schedule: '*/5 * * * *',
    suspend: true,
    jobTemplate: { spec: { template: { spec: { restartPolicy: 'OnFailure', containers: [container] } } } },
  },
});
export const service = object('v1', 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } });
export const configMap = object('v1', 'ConfigMap', { data: { a: '1' } });
export const secret = object('v1', 'Secret', { data: { a: 'MQ==' } });
export const claim = object('v1', 'PersistentVolumeClaim', {
  spec: { storageClassName: 'none', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});
export const volume = object('v1', 'PersistentVolume', {
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/tmp/x' },
    storageClassName: 'none',
  },
});
export const storageClass = object('storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.com/none' });
export const ingress = object('networking.k8s.io/v1', 'Ingress', {
  spec: {
    rules: [
      {
        host: 'web.example',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
});
export const ingressClass = object('networking.k8s.io/v1', 'IngressClass', {
  spec: { controller: 'example.com/none' },
});
export const networkPolicy = object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {} } });
export const autoscaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', {
  spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' } },
});
export const budget = object('policy/v1', 'PodDisruptionBudget', {
  spec: { minAvailable: 1, selector: { matchLabels: labels } },
});
export const role = object('rbac.authorization.k8s.io/v1', 'Role', {
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
});
export const clusterRole = object('rbac.authorization.k8s.io/v1', 'ClusterRole', {
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
});
export const roleBinding = object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'none' },
  subjects: [{ kind: 'ServiceAccount', name: 'default' }],
});
export const clusterRoleBinding = object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'none' },
  subjects: [{ kind: 'User', name: 'nobody' }],
});
export const namespace = object('v1', 'Namespace', {});
export const serviceAccount = object('v1', 'ServiceAccount', {});
export const quota = object('v1', 'ResourceQuota', { spec: { hard: { 'count/leases.coordination.k8s.io': '100' } } });
export const limitRange = object('v1', 'LimitRange', {
  spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '100Gi' } }] },
});
export const priorityClass = object('scheduling.k8s.io/v1', 'PriorityClass', { value: 5 });
export const runtimeClass = object('node.k8s.io/v1', 'RuntimeClass', { handler: 'none' });
export const lease = object('coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'me' } });
export const endpoints = object('v1', 'Endpoints', {
  subsets: [{ addresses: [{ ip: '10.9.8.7' }], ports: [{ port: 80 }] }],
});
export const endpointSlice = object('discovery.k8s.io/v1', 'EndpointSlice', {
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.9.8.7'] }],
  ports: [{ port: 80 }],
});
export const event = object('v1', 'Event', {
  involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'none', namespace: 'rh-kinds' },
  reason: 'Tested',
  message: 'nothing happened',
  type: 'Normal',
});
export const webhook = object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
  webhooks: [
    {
      name: 'none.example.com',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      clientConfig: { service: { namespace: 'rh-kinds', name: 'none' } },
      rules: [{ operations: ['CREATE'], apiGroups: ['example.com'], apiVersions: ['v1'], resources: ['nothings'] }],
    },
  ],
});
export const mutatingWebhook: Fields = { ...webhook, kind: 'MutatingWebhookConfiguration' };
export const controllerRevision = object('apps/v1', 'ControllerRevision', { revision: 1, data: { a: 1 } });
export const podTemplate = object('v1', 'PodTemplate', { template });
export const replicationController = object('v1', 'ReplicationController', { spec: { replicas: 0, template } });
export const node = object('v1', 'Node', {});
export const csiDriver = object('storage.k8s.io/v1', 'CSIDriver', { spec: {} });
