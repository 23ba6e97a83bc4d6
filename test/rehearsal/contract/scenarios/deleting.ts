import { apply, kubectl, observe, untilCount, type Scenario } from '../scenario.ts';
import { configMap, deployment, pod, sleeper, web } from './manifests.ts';

const held = { finalizers: ['example.org/hold'] };

const deletion: Scenario = {
  name: 'deletion',
  clients: 'every kubectl',
  files: {
    'several.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
  },
  steps: [
    apply(deployment('background', web), deployment('foreground', web), deployment('orphan', web)),
    kubectl('wait --for=condition=Available deployment --all'),
    kubectl('delete deployment background'),
    untilCount('v1/pods?labelSelector=app%3Dbackground', 0),
    untilCount('apps/v1/replicasets?labelSelector=app%3Dbackground', 0),
    kubectl('delete deployment foreground --cascade=foreground'),
    kubectl('get replicasets,pods -l app=foreground'),
    kubectl('delete deployment orphan --cascade=orphan'),
    kubectl('get deployments'),
    observe('apps/v1/replicasets', 'v1/pods'),
    kubectl('delete replicaset -l app=orphan'),
    untilCount('v1/pods', 0),
    apply(configMap('held', { a: '1' }, held), configMap('free', { a: '1' })),
    kubectl('delete configmap held --wait=false'),
    kubectl('delete configmap held --timeout=1s', { exit: 1 }),
    observe('v1/configmaps/held'),
    kubectl('get configmap held'),
    kubectl('patch configmap held -p {"data":{"a":"2"}}'),
    kubectl(
      'patch configmap held --type=json -p [{"op":"add","path":"/metadata/finalizers/-","value":"example.org/more"}]',
      { exit: 1 },
    ),
    kubectl('patch configmap held --type=merge -p {"metadata":{"finalizers":null}}'),
    kubectl('get configmap held', { exit: 1 }),
    kubectl('delete configmap free --dry-run=server'),
    kubectl('delete configmap free --dry-run=client'),
    kubectl('delete configmap free -o name'),
    kubectl('delete configmap free', { exit: 1 }),
    kubectl('delete configmap free --ignore-not-found'),
    kubectl('apply -f several.yaml'),
    kubectl('delete -f several.yaml'),
    kubectl('delete -f several.yaml', { exit: 1 }),
    apply(configMap('x', {}, { labels: { set: 'x' } }), configMap('y', {}, { labels: { set: 'x' } })),
    kubectl('delete configmaps -l set=x'),
    kubectl('delete configmaps -l set=x'),
    apply(pod('one', sleeper), pod('two', sleeper)),
    kubectl('wait --for=condition=Ready pods --all'),
    kubectl('delete pod one --grace-period=0 --force'),
    kubectl('delete pod two --now'),
    kubectl('delete pods --all'),
    kubectl('get pods'),
    kubectl('delete pod', { exit: 1 }),
    kubectl('delete nonsuch x', { exit: 1 }),
  ],
};

/** What a namespace does while it goes. */
const namespaces: Scenario = {
  name: 'terminating',
  clients: 'every kubectl',
  leaves: ['/v1/namespaces/{namespace}-b'],
  steps: [
    kubectl('create namespace {namespace}-b'),
    kubectl('apply -n {namespace}-b -f -', { stdin: [configMap('held', { a: '1' }, held), pod('solo', web)] }),
    kubectl('wait -n {namespace}-b --for=condition=Ready pod/solo'),
    kubectl('delete namespace {namespace}-b --wait=false'),
    kubectl('get namespace {namespace}-b'),
    {
      until: '/v1/namespaces/{namespace}-b',
      what: 'only the finalizer holds it',
      holds: ([namespace]) =>
        (namespace?.['status']?.conditions ?? []).some(
          (condition: { type: string; status: string; message: string }) =>
            condition.type === 'NamespaceContentRemaining' &&
            condition.status === 'True' &&
            !condition.message.includes('pods'),
        ),
    },
    observe('/v1/namespaces/{namespace}-b'),
    kubectl('create configmap late -n {namespace}-b --from-literal=a=1', { exit: 1 }),
    kubectl('run late -n {namespace}-b --image=echo:1', { exit: 1 }),
    kubectl('describe namespace {namespace}-b'),
    kubectl('delete namespace {namespace}-b --timeout=1s', { exit: 1 }),
    kubectl('patch configmap held -n {namespace}-b --type=merge -p {"metadata":{"finalizers":[]}}'),
    kubectl('wait --for=delete namespace/{namespace}-b --timeout=60s', {
      exitOnly: 'prints nothing when it is gone already',
    }),
    kubectl('get namespace {namespace}-b', { exit: 1 }),
    kubectl('delete namespace default', { exit: 1 }),
    kubectl('delete namespace {namespace}-b', { exit: 1 }),
  ],
};

/** `kubectl wait` in all forms. */
const waiting: Scenario = {
  name: 'waiting',
  clients: 'every kubectl',
  steps: [
    kubectl('wait --for=condition=Available deployment/web --timeout=1s', { exit: 1 }),
    apply(deployment('web', web), configMap('settings', { a: '1' }, { labels: { set: 'x' } })),
    kubectl('wait --for=condition=Available deployment/web'),
    kubectl('wait --for=condition=available=true deployments --all'),
    kubectl('wait --for=condition=Available=false deployment/web --timeout=1s', { exit: 1 }),
    kubectl('wait --for=condition=Ready pod -l app=web'),
    kubectl('wait --for=jsonpath={.status.readyReplicas}=1 deployment/web'),
    kubectl('wait --for=jsonpath={.data.a} configmap/settings'),
    kubectl('wait --for=jsonpath={.data.a}=2 configmap/settings --timeout=1s', { exit: 1 }),
    kubectl('wait --for=condition=Ready configmap/settings --timeout=1s', { exit: 1 }),
    kubectl('wait --for=create configmap/settings --timeout=5s'),
    kubectl('wait --for=delete configmap/settings --timeout=1s', { exit: 1 }),
    kubectl('wait --for=delete configmap/absent'),
    kubectl('wait --for=condition=Ready pod -l app=absent', { exit: 1 }),
    kubectl('wait --for=nonsense pod/x', { exit: 1 }),
    { start: 'created', run: ['kubectl', 'wait', '--for=create', 'configmap/later', '--timeout=60s'] },
    { start: 'gone', run: ['kubectl', 'wait', '--for=delete', 'configmap/settings', '--timeout=60s'] },
    kubectl('create configmap later --from-literal=a=1'),
    kubectl('delete configmap settings'),
    { stop: 'created', shows: /met/ },
    { stop: 'gone', shows: /met/ },
  ],
};

export const deleting: readonly Scenario[] = [deletion, namespaces, waiting];
