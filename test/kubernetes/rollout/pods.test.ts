import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { podSummary, podsOf } from '../../../src/kubernetes/rollout/index.ts';
import { unfitNodes } from '../../../src/kubernetes/rollout/scheduling.ts';
import type { Pod } from '../../../src/kubernetes/rollout/shapes.ts';
import { recorded, snapshotOf } from '../support/recorded.ts';

const names = (pods: Pod[]): string[] => pods.map(({ metadata }) => metadata.name).sort();

describe('the pods of a workload', () => {
  test('are those of the new ReplicaSet', () => {
    const { find, snapshot, objects } = recorded('rollout-with-old-pods');
    const pods = podsOf(find('Deployment', 'app'), snapshot);
    expect(objects.filter(({ kind }) => kind === 'Pod')).toHaveLength(2);
    expect(pods.map(({ metadata }) => metadata.labels?.['tier'])).toEqual(['two']);
  });

  test('after a rollback are those of the old ReplicaSet that is used again', () => {
    // kubectl rollout undo gives the older ReplicaSet the next revision; see "Rolling Back a Deployment".
    const { find, objects } = recorded('rollout-with-old-pods');
    const deployment = find('Deployment', 'app');
    const older = objects
      .filter(({ kind }) => kind === 'ReplicaSet')
      .find(({ spec }) => spec.template.metadata.labels.tier === undefined);
    if (older === undefined) throw new Error('no older ReplicaSet');
    const revision = 'deployment.kubernetes.io/revision';
    const undone = objects.map((object): KubernetesObject => {
      const isOurs = object === deployment || object === older;
      if (!isOurs) return object;
      const annotations = { ...object.metadata.annotations, [revision]: '3' };
      return { ...object, metadata: { ...object.metadata, annotations } };
    });
    const snapshot = snapshotOf(undone);
    const now = undone.find(({ kind }) => kind === 'Deployment');
    if (now === undefined) throw new Error('no Deployment');
    expect(podsOf(now, snapshot).map(({ metadata }) => metadata.labels?.['tier'])).toEqual([undefined]);
  });

  test('before the annotation is there are found by the template', () => {
    const { objects } = recorded('ready-deployment');
    const bare = objects.map((object) =>
      object.kind === 'Deployment' ? { ...object, metadata: { ...object.metadata, annotations: {} } } : object,
    );
    const deployment = bare.find(({ kind }) => kind === 'Deployment');
    if (deployment === undefined) throw new Error('no Deployment');
    expect(podsOf(deployment, snapshotOf(bare))).toHaveLength(2);
  });

  test('do not hold one that is being deleted, or that a node sent away', () => {
    const { find, objects } = recorded('ready-deployment');
    const [first, second] = objects.filter(({ kind }) => kind === 'Pod');
    const others = objects.filter((object) => object !== first && object !== second);
    if (first === undefined || second === undefined) throw new Error('two pods were recorded');
    const ending = { ...first, metadata: { ...first.metadata, deletionTimestamp: '2026-11-24T08:00:00Z' } };
    const evicted = { ...second, status: { phase: 'Failed', reason: 'Evicted' } };
    expect(podsOf(find('Deployment', 'app'), snapshotOf([...others, ending, evicted]))).toEqual([]);
  });

  test.each([
    ['ready-stateful-set', 'StatefulSet', 'db', ['db-0']],
    ['ready-stateful-set', 'PersistentVolumeClaim', 'data-db-0', ['db-0']],
    ['ready-stateful-set', 'Service', 'db', ['db-0']],
  ])('%s: %s', (state, kind, name, wanted) => {
    const { find, snapshot } = recorded(state);
    expect(names(podsOf(find(kind, name), snapshot))).toEqual(wanted);
  });

  test('of a DaemonSet, of a Job, and of an operator above them', () => {
    const agents = recorded('ready-daemon-set');
    const daemonSet = agents.find('DaemonSet', 'agent');
    expect(podsOf(daemonSet, agents.snapshot)).toHaveLength(1);
    const owner = { apiVersion: 'example.org/v1', kind: 'Agent', metadata: { name: 'all', uid: 'uid-of-operator' } };
    const owned = agents.objects.map((object) =>
      object === daemonSet
        ? {
            ...object,
            metadata: {
              ...object.metadata,
              ownerReferences: [{ ...owner, name: 'all', uid: 'uid-of-operator', controller: true }],
            },
          }
        : object,
    );
    expect(podsOf(owner, snapshotOf(owned))).toHaveLength(1);
    const jobs = recorded('complete-job');
    expect(podsOf(jobs.find('Job', 'migrate'), jobs.snapshot)).toHaveLength(1);
  });
});

describe('one pod', () => {
  const summary = (state: string) => {
    const { snapshot, objects, now } = recorded(state);
    const pod = objects.find(({ kind }) => kind === 'Pod') as Pod;
    return podSummary(pod, snapshot, now);
  };

  test('a healthy pod with a sidecar is ready, the sidecar counts, the finished init container does not', () => {
    expect(summary('ready-deployment')).toMatchObject({ phase: 'ready', ready: 2, containers: 2, restarts: 0 });
  });

  test('a pod that is done', () => {
    expect(summary('complete-job')).toMatchObject({ phase: 'done', text: 'done' });
  });

  test.each([
    ['image-not-found', 'blocked'],
    ['crash-exit-1', 'starting'],
    ['readiness-starting', 'running'],
    ['readiness-failing', 'not-ready'],
    ['unschedulable-cpu', 'unschedulable'],
    ['missing-secret-volume', 'attaching'],
    ['init-container-failed', 'preparing'],
    ['job-backoff-limit', 'failed'],
  ])('%s: %s', (state, phase) => {
    expect(summary(state).phase).toBe(phase);
  });

  test('that pulls its image says which', () => {
    const { objects, now } = recorded('image-not-found-first-try');
    const pulling = objects
      .filter(({ kind, reason }) => kind !== 'Event' || reason === 'Pulling')
      .map((object) => {
        if (object.kind !== 'Pod') return object;
        const waiting = { reason: 'ContainerCreating' };
        const status = {
          ...object['status'],
          containerStatuses: [{ ...object['status'].containerStatuses[0], state: { waiting } }],
        };
        return { ...object, status };
      });
    const pod = pulling.find(({ kind }) => kind === 'Pod') as Pod;
    expect(podSummary(pod, snapshotOf(pulling), now)).toMatchObject({
      phase: 'pulling',
      text: 'pulling image registry.example.com/acme/missing:1',
    });
  });

  test('that backs off says when it starts again', () => {
    // kubelet pkg/kubelet/kuberuntime/kuberuntime_manager.go, doBackOff: "back-off %s restarting failed container=%s pod=%s".
    const { objects, now } = recorded('crash-exit-1');
    const pod = objects.find(({ kind }) => kind === 'Pod') as Pod;
    const [status] = pod.status?.containerStatuses ?? [];
    if (status === undefined) throw new Error('no container');
    const terminated = { exitCode: 1, finishedAt: new Date(now - 5_000).toISOString() };
    const waiting = {
      reason: 'CrashLoopBackOff',
      message: 'back-off 40s restarting failed container=app pod=app_todo(1)',
    };
    const containerStatuses = [{ ...status, state: { waiting }, lastState: { terminated } }];
    const backing = { ...pod, status: { ...pod.status, containerStatuses } };
    expect(podSummary(backing, snapshotOf([backing]), now)).toMatchObject({
      phase: 'backing-off',
      text: 'container app exited (code 1), next start in about 35 s',
    });
  });
});

test('the verdict of the scheduler in its clauses, most nodes first', () => {
  // kubernetes/kubernetes issue 107194 and kubeedge/website pull request 272.
  expect(unfitNodes('0/5 nodes are available: 2 node(s) were unschedulable, 3 Insufficient pods.')).toEqual([
    { nodes: 3, reason: 'Insufficient pods' },
    { nodes: 2, reason: 'were unschedulable' },
  ]);
  const taint =
    "0/1 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/control-plane: }, that the pod didn't tolerate.";
  expect(unfitNodes(taint)).toEqual([
    { nodes: 1, reason: "had taint {node-role.kubernetes.io/control-plane: }, that the pod didn't tolerate" },
  ]);
  expect(unfitNodes('something else')).toEqual([]);
});
