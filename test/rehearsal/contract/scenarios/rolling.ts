import { apply, kubectl, observe, until, untilCount, untilObserved, type Scenario } from '../scenario.ts';
import { daemonSet, deployment, sleeper, statefulSet, service, web } from './manifests.ts';

const versioned = (text: string, more: object = {}) =>
  deployment('web', { ...web, env: [{ name: 'TEXT', value: text }] }, more);
const everything = observe('apps/v1/deployments', 'apps/v1/replicasets', 'v1/pods');

/** A Deployment through its life. */
const rollouts: Scenario = {
  name: 'rollout',
  clients: 'every kubectl',
  steps: [
    apply(versioned('one', { replicas: 3 })),
    kubectl('rollout status deployment/web'),
    kubectl('annotate deployment web kubernetes.io/change-cause=first'),
    untilCount('v1/pods', 3),
    everything,
    observe('v1/events'),
    apply(versioned('two', { replicas: 3 })),
    kubectl('rollout status deployment/web --timeout=60s'),
    kubectl('annotate deployment web kubernetes.io/change-cause=second'),
    untilCount('v1/pods', 3),
    everything,
    kubectl('rollout history deployment/web'),
    kubectl('rollout history deployment/web --revision=1'),
    kubectl('rollout history deployment/web --revision=7', { exit: 1 }),
    kubectl('get replicasets'),
    kubectl('rollout undo deployment/web --dry-run=client'),
    kubectl('rollout undo deployment/web'),
    kubectl('rollout status deployment/web'),
    kubectl('rollout history deployment/web'),
    kubectl('rollout undo deployment/web --to-revision=2'),
    kubectl('rollout status deployment/web'),
    kubectl('rollout undo deployment/web --to-revision=9', { exit: 1 }),
    kubectl('rollout pause deployment/web'),
    kubectl('rollout pause deployment/web', { exit: 1 }),
    kubectl('rollout restart deployment/web', { exit: 1 }),
    kubectl('rollout undo deployment/web', { exit: 1 }),
    kubectl('set env deployment/web TEXT=three'),
    untilObserved('apps/v1/deployments/web'),
    observe('apps/v1/deployments'),
    kubectl('rollout resume deployment/web'),
    kubectl('rollout resume deployment/web', { exit: 1 }),
    kubectl('rollout status deployment/web'),
    kubectl('rollout restart deployment/web'),
    kubectl('rollout status deployment/web'),
    kubectl('scale deployment web --replicas=5'),
    kubectl('rollout status deployment web'),
    kubectl('scale deployment/web --replicas=1'),
    untilCount('v1/pods', 1),
    kubectl('get deployment web'),
    everything,
    kubectl('scale deployment/web --replicas=0'),
    untilCount('v1/pods', 0),
    kubectl('rollout status deployment/web'),
    kubectl('rollout status deployment/absent', { exit: 1 }),
    kubectl('rollout history service/absent', { exit: 1 }),
    observe('apps/v1/deployments'),
  ],
};

/** A rollout that does not come to its end. */
const stalled: Scenario = {
  name: 'rollout-stalled',
  clients: 'newest kubectl',
  steps: [
    apply(versioned('one', { replicas: 2, progressDeadlineSeconds: 4, revisionHistoryLimit: 1 })),
    kubectl('rollout status deployment/web'),
    kubectl('set image deployment/web web=echo:absent'),
    kubectl('rollout status deployment/web', { exit: 1 }),
    observe('apps/v1/deployments', 'apps/v1/replicasets'),
    kubectl('get deployments,replicasets'),
    kubectl('describe deployment web'),
    kubectl('rollout undo deployment/web'),
    kubectl('rollout status deployment/web'),
    untilCount('v1/pods', 2),
    observe('apps/v1/deployments', 'apps/v1/replicasets', 'v1/pods'),
    apply(deployment('all-at-once', web, { replicas: 2, strategy: { type: 'Recreate' }, minReadySeconds: 1 })),
    kubectl('rollout status deployment/all-at-once'),
    kubectl('set env deployment/all-at-once TEXT=two'),
    kubectl('rollout status deployment/all-at-once'),
    untilCount('v1/pods?labelSelector=app%3Dall-at-once', 2),
    observe('apps/v1/deployments/all-at-once', 'v1/pods?labelSelector=app%3Dall-at-once'),
    apply(deployment('surge', web, { replicas: 3, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } })),
    kubectl('rollout status deployment/surge'),
    kubectl('set env deployment/surge TEXT=two'),
    kubectl('rollout status deployment/surge'),
    untilCount('v1/pods?labelSelector=app%3Dsurge', 3),
    observe('apps/v1/deployments/surge'),
    kubectl('delete deployment surge'),
    untilCount('apps/v1/replicasets?labelSelector=app%3Dsurge', 0),
  ],
};

const template = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Mi' } } },
};
const mounted = { ...web, volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const database = (text: string, more: object = {}) =>
  statefulSet(
    'db',
    { ...mounted, env: [{ name: 'TEXT', value: text }] },
    { replicas: 2, volumeClaimTemplates: [template], ...more },
  );

/** StatefulSets with claims: order, revisions, what stays. */
const statefulSets: Scenario = {
  name: 'statefulset',
  clients: 'newest kubectl',
  steps: [
    apply(service('db', { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 8080 }] }), database('one')),
    kubectl('rollout status statefulset/db --timeout=120s'),
    until('apps/v1/statefulsets/db', 'status.availableReplicas', 2),
    kubectl('get statefulsets,pods,pvc'),
    kubectl('get statefulsets -o wide'),
    observe('apps/v1/statefulsets', 'apps/v1/controllerrevisions', 'v1/pods', 'v1/persistentvolumeclaims'),
    observe('v1/events', 'v1/endpoints', 'discovery.k8s.io/v1/endpointslices'),
    kubectl('describe statefulset db'),
    kubectl('describe pvc data-db-0'),
    apply(database('two')),
    kubectl('rollout status statefulset/db'),
    kubectl('rollout history statefulset/db'),
    until('apps/v1/statefulsets/db', 'status.availableReplicas', 2),
    observe('apps/v1/statefulsets', 'apps/v1/controllerrevisions'),
    kubectl('rollout undo statefulset/db'),
    kubectl('rollout status statefulset/db'),
    apply(database('three', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } })),
    kubectl('rollout status statefulset/db'),
    until('v1/pods/db-1', 'status.phase', 'Running'),
    until('apps/v1/statefulsets/db', 'status.availableReplicas', 2),
    observe('apps/v1/statefulsets', 'v1/pods'),
    kubectl('patch statefulset db -p {"spec":{"serviceName":"other"}}', { exit: 1 }),
    kubectl('scale statefulset db --replicas=1'),
    untilCount('v1/pods', 1),
    kubectl('get pvc'),
    kubectl('delete statefulset db --cascade=orphan'),
    observe('v1/pods'),
    kubectl('delete pod db-0'),
    kubectl('get pvc -o name'),
  ],
};

const daemonSets: Scenario = {
  name: 'daemonset',
  clients: 'newest kubectl',
  steps: [
    apply(daemonSet('agent', web)),
    kubectl('rollout status daemonset/agent'),
    kubectl('get daemonsets -o wide'),
    observe('apps/v1/daemonsets', 'apps/v1/controllerrevisions', 'v1/pods', 'v1/events'),
    kubectl('set env daemonset/agent TEXT=two'),
    kubectl('rollout status daemonset/agent'),
    untilCount('v1/pods', 1),
    kubectl('rollout history daemonset/agent'),
    kubectl('rollout undo daemonset/agent'),
    kubectl('rollout status daemonset/agent'),
    untilCount('v1/pods', 1),
    observe('apps/v1/daemonsets', 'apps/v1/controllerrevisions'),
    kubectl('describe daemonset agent'),
    apply(daemonSet('nowhere', sleeper, { nodeSelector: { disk: 'none' } })),
    kubectl('rollout status daemonset/nowhere'),
    observe('apps/v1/daemonsets/nowhere'),
    kubectl('delete daemonset agent'),
    untilCount('v1/pods', 0),
  ],
};

export const rolling: readonly Scenario[] = [rollouts, stalled, statefulSets, daemonSets];
