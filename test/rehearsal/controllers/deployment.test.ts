import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import { deploymentController } from '../../../src/rehearsal/controllers/workloads/deployment.ts';
import { replicaSetController } from '../../../src/rehearsal/controllers/workloads/replica-set.ts';
import type { ApiParts } from '../../../src/rehearsal/api/api.ts';
import { smallCluster } from '../support/small-cluster.ts';
import {
  change,
  conditionsOf,
  deployment,
  eventsOf,
  find,
  pods,
  specOf,
  statusOf,
  template,
} from './support/objects.ts';
import { rulesOfPods, testKubelet, type Fate } from './support/test-kubelet.ts';

function cluster(fateOf?: (image: string) => Fate, parts: Partial<ApiParts> = {}) {
  const imageOf = (pod: object) =>
    (pod as { spec: { containers: { image: string }[] } }).spec.containers[0]?.image ?? '';
  return smallCluster(
    [deploymentController(), replicaSetController(), testKubelet((pod) => fateOf?.(imageOf(pod)) ?? 'runs')],
    { ...rulesOfPods, ...parts },
  );
}

const kind = 'apps/v1 Deployment';
const sets = ({ client }: ReturnType<typeof cluster>) =>
  [...client.list('apps/v1 ReplicaSet')].sort(
    (one, other) =>
      Number(one.metadata.annotations?.['deployment.kubernetes.io/revision']) -
      Number(other.metadata.annotations?.['deployment.kubernetes.io/revision']),
  );

describe('a Deployment', () => {
  it('makes a ReplicaSet with its template, a hash and its size, and becomes available', () => {
    const small = cluster();
    small.client.create(deployment('web', { replicas: 2 }));
    small.clock.advance(0);
    expect(conditionsOf(find(small.client, kind, 'web'))).toEqual([
      'Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability.',
      expect.stringMatching(/^Progressing=True ReplicaSetUpdated: ReplicaSet "web-[a-z0-9]{8,10}" is progressing\.$/),
    ]);
    small.clock.advance(3000);
    const [set] = sets(small);
    expect(set?.metadata.annotations).toEqual({
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '2',
      'deployment.kubernetes.io/max-replicas': '3',
    });
    expect(pods(small)).toHaveLength(2);
    const found = find(small.client, kind, 'web');
    expect(found.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    const { conditions: _, ...counts } = statusOf(found);
    expect(counts).toEqual({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(conditionsOf(found)).toEqual([
      'Available=True MinimumReplicasAvailable: Deployment has minimum availability.',
      `Progressing=True NewReplicaSetAvailable: ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
    ]);
    expect(eventsOf(small, 'web').filter((text) => text.startsWith('Scaling'))).toEqual([
      `ScalingReplicaSet: Scaled up replica set ${set?.metadata.name} from 0 to 2`,
    ]);
  });

  it('replaces pods one after the other within surge and unavailability', () => {
    const small = cluster();
    small.client.create(deployment('web', { replicas: 2 }));
    small.clock.advance(3000);
    change(small.client, find(small.client, kind, 'web'), { template: template('web', 'web:2') });
    let most = 0;
    for (let step = 0; step < 40; step += 1) {
      small.clock.advance(250);
      most = Math.max(most, pods(small).filter(({ metadata }) => metadata.deletionTimestamp === undefined).length);
    }
    expect(most).toBe(3);
    const [older, newer] = sets(small);
    expect(eventsOf(small, 'web').filter((text) => text.startsWith('Scaling'))).toEqual([
      `ScalingReplicaSet: Scaled up replica set ${older?.metadata.name} from 0 to 2`,
      `ScalingReplicaSet: Scaled up replica set ${newer?.metadata.name} from 0 to 1`,
      `ScalingReplicaSet: Scaled down replica set ${older?.metadata.name} from 2 to 1`,
      `ScalingReplicaSet: Scaled up replica set ${newer?.metadata.name} from 1 to 2`,
      `ScalingReplicaSet: Scaled down replica set ${older?.metadata.name} from 1 to 0`,
    ]);
    expect(statusOf(find(small.client, kind, 'web'))).toMatchObject({
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 2,
    });
  });

  it('takes an old ReplicaSet again when it is rolled back, and notes its earlier revision', () => {
    const small = cluster();
    small.client.create(deployment('web'));
    small.clock.advance(3000);
    change(small.client, find(small.client, kind, 'web'), { template: template('web', 'web:2') });
    small.clock.advance(9000);
    change(small.client, find(small.client, kind, 'web'), { template: template('web', 'web:1') });
    small.clock.advance(9000);
    expect(sets(small)).toHaveLength(2);
    expect(sets(small)[1]?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect(find(small.client, kind, 'web').metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '3' });
  });

  it('says that it is out of time when its pods do not become ready, and recovers', () => {
    const small = cluster((image) => (image === 'web:2' ? 'starts but is never ready' : 'runs'));
    small.client.create(deployment('web', { progressDeadlineSeconds: 20 }, 'web:2'));
    small.clock.advance(19_000);
    expect(conditionsOf(find(small.client, kind, 'web'))[1]).toMatch(/^Progressing=True ReplicaSetUpdated/);
    small.clock.advance(5000);
    const [set] = sets(small);
    expect(conditionsOf(find(small.client, kind, 'web'))[1]).toBe(
      `Progressing=False ProgressDeadlineExceeded: ReplicaSet "${set?.metadata.name}" has timed out progressing.`,
    );
    change(small.client, find(small.client, kind, 'web'), { template: template('web', 'web:3') });
    small.clock.advance(9000);
    expect(conditionsOf(find(small.client, kind, 'web'))[1]).toMatch(/^Progressing=True NewReplicaSetAvailable/);
  });

  it('carries the reason why pods are refused, and starts them when they are not refused any more', () => {
    let isRefused = true;
    const small = cluster(undefined, {
      admission: [
        {
          name: 'ResourceQuota',
          validate({ operation, resource }) {
            if (isRefused && operation === 'CREATE' && resource.plural === 'pods')
              throw new StatusError(403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: q');
          },
        },
      ],
    });
    small.client.create(deployment('web', { replicas: 4 }));
    small.clock.advance(1000);
    expect(conditionsOf(find(small.client, kind, 'web'))).toContain(
      'ReplicaFailure=True FailedCreate: pods "x" is forbidden: exceeded quota: q',
    );
    const [set] = sets(small);
    expect(conditionsOf(set)).toEqual(['ReplicaFailure=True FailedCreate: pods "x" is forbidden: exceeded quota: q']);
    expect(eventsOf(small, set?.metadata.name ?? '')).toContain(
      'FailedCreate: Error creating: pods "x" is forbidden: exceeded quota: q',
    );
    isRefused = false;
    small.clock.advance(20_000);
    expect(conditionsOf(find(small.client, kind, 'web'))).toEqual([
      'Available=True MinimumReplicasAvailable: Deployment has minimum availability.',
      `Progressing=True NewReplicaSetAvailable: ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
    ]);
  });

  it('with Recreate starts new pods only when the last old one is gone', () => {
    const small = cluster();
    small.client.create(deployment('web', { replicas: 3, strategy: { type: 'Recreate' } }));
    small.clock.advance(3000);
    change(small.client, find(small.client, kind, 'web'), { template: template('web', 'web:2') });
    const images = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      small.clock.advance(100);
      images.add(
        [
          ...new Set(
            pods(small).map((pod) => (pod['spec'] as { containers: { image: string }[] }).containers[0]?.image),
          ),
        ].join(),
      );
    }
    expect(images).not.toContain('web:1,web:2');
    expect(statusOf(find(small.client, kind, 'web'))).toMatchObject({
      replicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
    });
  });

  it('paused changes nothing but its size, and says so', () => {
    const small = cluster();
    small.client.create(deployment('web'));
    small.clock.advance(3000);
    change(small.client, find(small.client, kind, 'web'), {
      paused: true,
      template: template('web', 'web:2'),
      replicas: 2,
    });
    small.clock.advance(5000);
    expect(sets(small)).toHaveLength(1);
    expect(specOf(sets(small)[0])).toMatchObject({ replicas: 2 });
    expect(conditionsOf(find(small.client, kind, 'web'))).toContain(
      'Progressing=Unknown DeploymentPaused: Deployment is paused',
    );
    change(small.client, find(small.client, kind, 'web'), { paused: false });
    small.clock.advance(9000);
    expect(sets(small)).toHaveLength(2);
    expect(conditionsOf(find(small.client, kind, 'web'))[1]).toMatch(/NewReplicaSetAvailable/);
  });

  it('keeps as many old ReplicaSets as revisionHistoryLimit says', () => {
    const small = cluster();
    small.client.create(deployment('web', { revisionHistoryLimit: 1 }));
    for (const image of ['web:2', 'web:3', 'web:4']) {
      small.clock.advance(9000);
      change(small.client, find(small.client, kind, 'web'), { template: template('web', image) });
    }
    small.clock.advance(9000);
    expect(sets(small).map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual([
      '3',
      '4',
    ]);
  });

  it('counts a pod as available only after minReadySeconds', () => {
    const small = cluster();
    small.client.create(deployment('web', { minReadySeconds: 10 }));
    small.clock.advance(9000);
    expect(statusOf(find(small.client, kind, 'web'))).toMatchObject({ readyReplicas: 1, unavailableReplicas: 1 });
    small.clock.advance(3000);
    expect(statusOf(find(small.client, kind, 'web'))).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
  });

  it('shares a change of size among the sets of a rollout that is under way', () => {
    const small = cluster((image) => (image === 'web:2' ? 'starts but is never ready' : 'runs'));
    small.client.create(
      deployment('web', {
        replicas: 10,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
      }),
    );
    small.clock.advance(3000);
    change(small.client, find(small.client, kind, 'web'), { template: template('web', 'web:2') });
    small.clock.advance(5000);
    expect(sets(small).map((set) => specOf(set)['replicas'])).toEqual([8, 5]);
    // The example of the documentation of Deployments, "Proportional scaling".
    change(small.client, find(small.client, kind, 'web'), { replicas: 15 });
    small.clock.advance(5000);
    expect(sets(small).map((set) => specOf(set)['replicas'])).toEqual([11, 7]);
  });

  it('adopts pods that match and lets go of those that do not match any more', () => {
    const small = cluster();
    small.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'loose', namespace: 'default', labels: { app: 'web' } },
      spec: template('web', 'web:1').spec,
    });
    small.client.create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template('web', 'web:1') },
    });
    small.clock.advance(3000);
    expect(pods(small)).toHaveLength(2);
    const loose = find(small.client, 'v1 Pod', 'loose');
    expect(loose.metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true },
    ]);
    small.client.update({ ...loose, metadata: { ...loose.metadata, labels: { app: 'other' } } });
    small.clock.advance(3000);
    expect(find(small.client, 'v1 Pod', 'loose').metadata.ownerReferences).toBeUndefined();
    expect(pods(small)).toHaveLength(3);
  });

  // The figure is printed, not asserted: it is the machine's as much as the controllers'.
  it('brings up ten thousand pods', { timeout: 60_000 }, () => {
    const small = cluster();
    const before = process.cpuUsage();
    small.client.create(deployment('web', { replicas: 10_000 }));
    small.clock.advance(5000);
    const { user, system } = process.cpuUsage(before);
    expect(statusOf(find(small.client, kind, 'web'))).toMatchObject({ availableReplicas: 10_000 });
    process.stdout.write(`10,000 pods: ${Math.round((user + system) / 1000)} ms of CPU\n`);
  });
});
