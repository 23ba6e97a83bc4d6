import { apply, kubectl, observe, until, untilEvent, type Scenario } from '../scenario.ts';
import { claim, configMap, deployment, pod, sleeper, web } from './manifests.ts';

const refused = (...stdin: object[]) => kubectl('create -f -', { stdin, exit: 1 });
const quota = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec });
const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } };

const quotas: Scenario = {
  name: 'quotas',
  clients: 'newest kubectl',
  steps: [
    apply(
      quota('small', { hard: { pods: '2', 'requests.cpu': '50m', 'limits.memory': '64Mi', 'count/configmaps': '3' } }),
    ),
    until('v1/resourcequotas/small', 'status.used.pods', '0'),
    refused(pod('unlimited', sleeper)),
    apply(pod('one', { ...sleeper, resources })),
    refused(pod('greedy', { ...sleeper, resources: { ...resources, requests: { cpu: '100m' } } })),
    apply(deployment('web', { ...web, resources }, { replicas: 2 })),
    until('apps/v1/deployments/web', 'status.conditions.[ReplicaFailure].status', 'True'),
    until('apps/v1/deployments/web', 'status.availableReplicas', 1),
    kubectl('create configmap one --from-literal=a=1'),
    kubectl('create configmap two --from-literal=a=1'),
    kubectl('create configmap three --from-literal=a=1', { exit: 1 }),
    kubectl('get quota'),
    kubectl('describe quota small'),
    kubectl('describe deployment web'),
    observe('v1/resourcequotas', 'apps/v1/deployments', 'apps/v1/replicasets', 'v1/events'),
    kubectl('delete pod one'),
    until('apps/v1/deployments/web', 'status.availableReplicas', 2, 120),
    observe('v1/resourcequotas'),
  ],
};

const limits: Scenario = {
  name: 'limit-ranges',
  clients: 'newest kubectl',
  steps: [
    apply({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'usual' },
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: '200m', memory: '64Mi' },
            defaultRequest: { cpu: '10m' },
            max: { cpu: '1', memory: '128Mi' },
            min: { cpu: '5m' },
            maxLimitRequestRatio: { cpu: '50' },
          },
          { type: 'PersistentVolumeClaim', max: { storage: '1Gi' } },
        ],
      },
    }),
    kubectl('describe limitrange usual', { isUnordered: true }),
    apply(pod('usual', sleeper)),
    observe('v1/pods/usual'),
    refused(pod('big', { ...sleeper, resources: { limits: { memory: '1Gi' } } })),
    refused(pod('small', { ...sleeper, resources: { requests: { cpu: '1m' } } })),
    refused(claim('huge', { resources: { requests: { storage: '2Gi' } } })),
    observe('v1/limitranges'),
  ],
};

const strict = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  runAsUser: 1000,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const podSecurity: Scenario = {
  name: 'pod-security',
  clients: 'every kubectl',
  labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' },
  steps: [
    refused(pod('open', sleeper)),
    refused(
      pod(
        'mighty',
        { ...sleeper, securityContext: { privileged: true } },
        { hostNetwork: true, volumes: [{ name: 'host', hostPath: { path: '/' } }] },
      ),
    ),
    apply(deployment('open', sleeper)),
    until('apps/v1/deployments/open', 'status.conditions.[ReplicaFailure].status', 'True'),
    observe('apps/v1/deployments', 'apps/v1/replicasets', 'v1/events'),
    apply(pod('strict', { ...sleeper, securityContext: strict })),
    kubectl('wait --for=condition=Ready pod/strict'),
    observe('v1/pods'),
    kubectl('label namespace {namespace} pod-security.kubernetes.io/enforce=baseline --overwrite'),
    apply(pod('open', sleeper)),
    refused(pod('mighty', { ...sleeper, securityContext: { privileged: true } })),
    kubectl('label namespace {namespace} pod-security.kubernetes.io/enforce=wrong --overwrite', { exit: 1 }),
  ],
};

const eviction = (name: string) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name, namespace: '{namespace}' },
});
const evict = (name: string, exit = 0) =>
  kubectl(`create --raw /api/v1/namespaces/{namespace}/pods/${name}/eviction -f -`, {
    stdin: JSON.stringify(eviction(name)),
    exit,
  });

const disruption: Scenario = {
  name: 'disruption',
  clients: 'newest kubectl',
  steps: [
    apply(
      pod('kept', web, {}, { app: 'kept' }),
      pod('free', web, {}, { app: 'free' }),
      deployment('web', web, { replicas: 2 }),
    ),
    kubectl('wait --for=condition=Ready pod/kept pod/free'),
    kubectl('rollout status deployment/web'),
    apply(
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'kept' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } },
      },
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web' },
        spec: { maxUnavailable: '50%', selector: { matchLabels: { app: 'web' } } },
      },
    ),
    until('policy/v1/poddisruptionbudgets/kept', 'status.currentHealthy', 1),
    until('policy/v1/poddisruptionbudgets/web', 'status.disruptionsAllowed', 1),
    kubectl('get pdb'),
    kubectl('describe pdb kept'),
    observe('policy/v1/poddisruptionbudgets'),
    evict('kept', 1),
    evict('free'),
    evict('absent', 1),
    kubectl('wait --for=delete pod/free', { exitOnly: 'prints nothing when it is gone already' }),
    kubectl('drain {node} --pod-selector=app=kept --dry-run=client --force', {
      exitOnly: 'other pods of the node may be named',
    }),
    observe('v1/pods/kept', 'v1/events'),
  ],
};

const access: Scenario = {
  name: 'access',
  clients: 'every kubectl',
  steps: [
    kubectl('auth can-i create deployments'),
    kubectl('auth can-i delete nodes -q'),
    kubectl('auth can-i get pods/log --subresource=log'),
    kubectl('auth can-i get /healthz'),
    kubectl('auth can-i sing songs', { exitOnly: 'the warning depends on which groups there are' }),
    kubectl('auth whoami', { exitOnly: 'the user is that of the kubeconfig' }),
    kubectl('create serviceaccount robot'),
    kubectl('create role reader --verb=get,list --resource=configmaps'),
    kubectl('create rolebinding robot --role=reader --serviceaccount={namespace}:robot'),
    kubectl('auth can-i list configmaps --as=system:serviceaccount:{namespace}:robot'),
    kubectl('auth can-i delete configmaps --as=system:serviceaccount:{namespace}:robot', { exit: 1 }),
    kubectl('auth can-i --list --as=system:serviceaccount:{namespace}:robot', { isUnordered: true }),
    kubectl('get configmaps --as=system:serviceaccount:{namespace}:robot'),
    kubectl('get secrets --as=system:serviceaccount:{namespace}:robot', { exit: 1 }),
    kubectl('create configmap x --as=system:serviceaccount:{namespace}:robot', { exit: 1 }),
    kubectl('auth reconcile -f -', {
      stdin: [
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { name: 'reader', namespace: '{namespace}' },
          rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
        },
      ],
    }),
    kubectl('patch rolebinding robot --type=merge -p {"roleRef":{"name":"other"}}', { exit: 1 }),
    apply(configMap('frozen', { a: '1' }), { ...configMap('solid', { a: '1' }), immutable: true }),
    kubectl('patch configmap solid -p {"data":{"a":"2"}}', { exit: 1 }),
    kubectl('patch configmap solid -p {"immutable":false}', { exit: 1 }),
    observe('rbac.authorization.k8s.io/v1/roles', 'rbac.authorization.k8s.io/v1/rolebindings', 'v1/configmaps'),
  ],
};

/** Storage: binding at first use, protection, what may not change. */
const storage: Scenario = {
  name: 'storage',
  clients: 'newest kubectl',
  steps: [
    apply(claim('data')),
    untilEvent('WaitForFirstConsumer'),
    kubectl('get pvc'),
    kubectl('describe pvc data'),
    observe('v1/persistentvolumeclaims'),
    apply(
      pod(
        'user',
        { ...sleeper, volumeMounts: [{ name: 'data', mountPath: '/data' }] },
        { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
      ),
    ),
    kubectl('wait --for=condition=Ready pod/user --timeout=120s'),
    kubectl('wait --for=jsonpath={.status.phase}=Bound pvc/data'),
    kubectl('get pvc -o wide'),
    observe('v1/persistentvolumeclaims', 'v1/events'),
    kubectl('patch pvc data -p {"spec":{"resources":{"requests":{"storage":"16Mi"}}}}', { exit: 1 }),
    kubectl('patch pvc data -p {"spec":{"storageClassName":"other"}}', { exit: 1 }),
    kubectl('delete pvc data --wait=false'),
    kubectl('get pvc'),
    observe('v1/persistentvolumeclaims'),
    kubectl('delete pod user'),
    kubectl('wait --for=delete pvc/data --timeout=60s', { exitOnly: 'prints nothing when it is gone already' }),
    refused(claim('none', { resources: {} })),
    refused(claim('none', { accessModes: [] })),
  ],
};

export const policies: readonly Scenario[] = [quotas, limits, podSecurity, disruption, access, storage];
