import { describe, expect, it } from 'vitest';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { statefulSetController } from '../../../src/rehearsal/controllers/workloads/stateful-set.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { change, eventsOf, find, pods, specOf, statusOf, template } from './support/objects.ts';
import { rulesOfPods, testKubelet, type Fate } from './support/test-kubelet.ts';

const kind = 'apps/v1 StatefulSet';
const cluster = (fateOf?: () => Fate) => smallCluster([statefulSetController(), testKubelet(fateOf)], rulesOfPods);

const set = (spec: object = {}): NewObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    replicas: 2,
    serviceName: 'db',
    podManagementPolicy: 'OrderedReady',
    selector: { matchLabels: { app: 'db' } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    template: template('db', 'db:1'),
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
    ...spec,
  },
});

const imageOf = (pod: object) => (pod as { spec: { containers: { image: string }[] } }).spec.containers[0]?.image;

// The steps of the status and the texts were recorded with kubectl 1.34.10 on Kubernetes 1.34.10, 2026-11-24.
describe('a StatefulSet', () => {
  it('starts its pods one after the other, each with its claim, name and labels', () => {
    const small = cluster();
    const steps: object[] = [];
    small.client.watch(kind, ({ object }) => {
      if (object['status'] !== undefined) steps.push(object['status'] as object);
    });
    small.client.create(set());
    small.clock.advance(500);
    expect(pods(small).map(({ metadata }) => metadata.name)).toEqual(['db-0']);
    small.clock.advance(5000);
    const revision = statusOf(find(small.client, kind, 'db'))['updateRevision'] as string;
    expect(find(small.client, 'v1 Pod', 'db-1').metadata).toMatchObject({
      generateName: 'db-',
      labels: {
        app: 'db',
        'apps.kubernetes.io/pod-index': '1',
        'controller-revision-hash': revision,
        'statefulset.kubernetes.io/pod-name': 'db-1',
      },
    });
    expect(specOf(find(small.client, 'v1 Pod', 'db-1'))).toMatchObject({
      hostname: 'db-1',
      subdomain: 'db',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } }],
    });
    expect(find(small.client, 'v1 PersistentVolumeClaim', 'data-db-1').metadata.labels).toEqual({ app: 'db' });
    const counts = {
      availableReplicas: 0,
      collisionCount: 0,
      currentRevision: revision,
      observedGeneration: 1,
      updateRevision: revision,
    };
    expect(steps).toEqual([
      { replicas: 0, availableReplicas: 0 },
      { ...counts, replicas: 0 },
      { ...counts, replicas: 1, currentReplicas: 1, updatedReplicas: 1 },
      { ...counts, replicas: 1, currentReplicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
      { ...counts, replicas: 2, currentReplicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 },
      { ...counts, replicas: 2, currentReplicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
    ]);
    expect(eventsOf(small, 'db').slice(0, 2)).toEqual([
      'SuccessfulCreate: create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'SuccessfulCreate: create Pod db-0 in StatefulSet db successful',
    ]);
  });

  it('updates from the last pod to the first and then calls the new revision the current one', () => {
    const small = cluster();
    small.client.create(set());
    small.clock.advance(6000);
    const before = statusOf(find(small.client, kind, 'db'))['currentRevision'];
    change(small.client, find(small.client, kind, 'db'), { template: template('db', 'db:2') });
    const order: string[] = [];
    small.client.watch('v1 Pod', ({ type, object }) => {
      if (type === 'DELETED') order.push(object.metadata.name);
    });
    small.clock.advance(2500);
    const during = statusOf(find(small.client, kind, 'db'));
    expect(during['currentRevision']).toBe(before);
    expect(during['updateRevision']).not.toBe(before);
    small.clock.advance(10_000);
    expect(order).toEqual(['db-1', 'db-0']);
    const after = statusOf(find(small.client, kind, 'db'));
    expect(after['currentRevision']).toBe(during['updateRevision']);
    expect(after).toMatchObject({ currentReplicas: 2, updatedReplicas: 2, readyReplicas: 2 });
    expect(small.client.list('apps/v1 ControllerRevision').map((revision) => revision['revision'])).toHaveLength(2);
  });

  it('leaves pods below the partition as they are', () => {
    const small = cluster();
    small.client.create(set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }));
    small.clock.advance(6000);
    change(small.client, find(small.client, kind, 'db'), { template: template('db', 'db:2') });
    small.clock.advance(10_000);
    expect(pods(small).map(imageOf)).toEqual(['db:1', 'db:2']);
    small.client.delete(find(small.client, 'v1 Pod', 'db-0'));
    small.clock.advance(6000);
    expect(pods(small).map(imageOf)).toEqual(['db:1', 'db:2']);
  });

  it('with OnDelete replaces only what was deleted', () => {
    const small = cluster();
    small.client.create(set({ updateStrategy: { type: 'OnDelete' } }));
    small.clock.advance(6000);
    change(small.client, find(small.client, kind, 'db'), { template: template('db', 'db:2') });
    small.clock.advance(10_000);
    expect(pods(small).map(imageOf)).toEqual(['db:1', 'db:1']);
    small.client.delete(find(small.client, 'v1 Pod', 'db-1'));
    small.clock.advance(6000);
    expect(pods(small).map(imageOf)).toEqual(['db:1', 'db:2']);
  });

  it('waits for a pod that does not become ready, and in parallel does not', () => {
    const small = cluster(() => 'starts but is never ready');
    small.client.create(set({ replicas: 3 }));
    small.clock.advance(10_000);
    expect(pods(small)).toHaveLength(1);
    const parallel = cluster(() => 'starts but is never ready');
    parallel.client.create(set({ replicas: 3, podManagementPolicy: 'Parallel' }));
    parallel.clock.advance(10_000);
    expect(pods(parallel)).toHaveLength(3);
  });

  it('scales down from the last pod and keeps claims unless told otherwise', () => {
    const small = cluster();
    small.client.create(set({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' } }));
    small.clock.advance(6000);
    expect(find(small.client, 'v1 PersistentVolumeClaim', 'data-db-1').metadata.ownerReferences).toBeUndefined();
    change(small.client, find(small.client, kind, 'db'), { replicas: 1 });
    small.clock.advance(500);
    expect(find(small.client, 'v1 PersistentVolumeClaim', 'data-db-1').metadata.ownerReferences).toMatchObject([
      { kind: 'Pod', name: 'db-1' },
    ]);
    small.clock.advance(5000);
    expect(pods(small).map(({ metadata }) => metadata.name)).toEqual(['db-0']);
    expect(statusOf(find(small.client, kind, 'db'))).toMatchObject({ replicas: 1, readyReplicas: 1 });
  });
});
