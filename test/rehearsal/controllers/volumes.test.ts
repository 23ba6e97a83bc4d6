import { describe, expect, it } from 'vitest';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { ephemeralVolumeController } from '../../../src/rehearsal/controllers/volumes/ephemeral-volumes.ts';
import { volumeExpandController } from '../../../src/rehearsal/controllers/volumes/expansion.ts';
import { persistentVolumeBinder } from '../../../src/rehearsal/controllers/volumes/persistent-volume-binder.ts';
import {
  claimProtectionController,
  volumeProtectionController,
} from '../../../src/rehearsal/controllers/volumes/protection.ts';
import { volumeProvisioner } from '../../../src/rehearsal/controllers/volumes/provisioner.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { change, eventsOf, find, template } from './support/objects.ts';
import { rulesOfPods, testKubelet } from './support/test-kubelet.ts';

const cluster = () =>
  smallCluster(
    [
      persistentVolumeBinder(),
      volumeProvisioner('rancher.io/local-path'),
      volumeProvisioner('k8s.io/minikube-hostpath'),
      claimProtectionController(),
      volumeProtectionController(),
      volumeExpandController(),
      ephemeralVolumeController(),
      testKubelet(),
    ],
    rulesOfPods,
  );
const storageClass = (name: string, provisioner: string, volumeBindingMode: string): NewObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner,
  volumeBindingMode,
  reclaimPolicy: 'Delete',
});
const claim = (name: string, storageClassName: string, spec: object = {}): NewObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec: {
    storageClassName,
    accessModes: ['ReadWriteOnce'],
    volumeMode: 'Filesystem',
    resources: { requests: { storage: '10Mi' } },
    ...spec,
  },
});
const pvc = 'v1 PersistentVolumeClaim';

// Texts, annotations and their order were recorded with kubectl 1.34.10 on Kubernetes 1.34.10, 2026-11-24.
describe('a claim', () => {
  it('of a class that binds at once gets a volume, and the volume goes with it', () => {
    const small = cluster();
    small.client.create(storageClass('standard', 'k8s.io/minikube-hostpath', 'Immediate'));
    const { uid } = small.client.create(claim('data', 'standard')).metadata;
    small.clock.advance(1000);
    const found = find(small.client, pvc, 'data');
    expect(found.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
      'volume.beta.kubernetes.io/storage-provisioner': 'k8s.io/minikube-hostpath',
      'volume.kubernetes.io/storage-provisioner': 'k8s.io/minikube-hostpath',
    });
    expect(found['status']).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '10Mi' } });
    expect(found['spec']).toMatchObject({ volumeName: `pvc-${uid}` });
    const volume = find(small.client, 'v1 PersistentVolume', `pvc-${uid}`, null);
    expect(volume).toMatchObject({
      metadata: {
        annotations: { 'pv.kubernetes.io/provisioned-by': 'k8s.io/minikube-hostpath' },
        finalizers: ['kubernetes.io/pv-protection'],
      },
      spec: {
        hostPath: { path: '/tmp/hostpath-provisioner/default/data', type: '' },
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { name: 'data', uid },
      },
      status: { phase: 'Bound' },
    });
    expect(volume.metadata.annotations).not.toHaveProperty('pv.kubernetes.io/bound-by-controller');
    expect(eventsOf(small, 'data').map((text) => text.split(':')[0])).toEqual([
      'ExternalProvisioning',
      'Provisioning',
      'ProvisioningSucceeded',
    ]);
    small.client.delete(found);
    small.clock.advance(1000);
    expect(small.client.list('v1 PersistentVolume')).toEqual([]);
  });

  it('of a class that waits for its consumer is provisioned where the pod was placed', () => {
    const small = cluster();
    small.client.create(storageClass('standard', 'rancher.io/local-path', 'WaitForFirstConsumer'));
    const created = small.client.create(claim('data', 'standard'));
    small.clock.advance(1000);
    expect(eventsOf(small, 'data')).toEqual([
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
    ]);
    small.client.update({
      ...find(small.client, pvc, 'data'),
      metadata: {
        ...find(small.client, pvc, 'data').metadata,
        annotations: { 'volume.kubernetes.io/selected-node': 'node-1' },
      },
    });
    small.clock.advance(5000);
    expect(find(small.client, 'v1 PersistentVolume', `pvc-${created.metadata.uid}`, null)).toMatchObject({
      metadata: {
        annotations: {
          'local.path.provisioner/selected-node': 'node-1',
          'pv.kubernetes.io/provisioned-by': 'rancher.io/local-path',
        },
      },
      spec: {
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] }] },
            ],
          },
        },
      },
    });
    expect(find(small.client, pvc, 'data')['status']).toMatchObject({ phase: 'Bound' });
  });

  it('says every 15 s why it is pending', () => {
    const small = cluster();
    small.client.create(claim('noclass', ''));
    small.client.create(claim('wrongclass', 'missing'));
    small.clock.advance(61_000);
    const counts = small.client
      .list('v1 Event')
      .map((event) => [event['type'], event['reason'], event['message'], event['count']]);
    expect(counts.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
      ['Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set', 5],
      ['Warning', 'ProvisioningFailed', 'storageclass.storage.k8s.io "missing" not found', 5],
    ]);
    expect(find(small.client, pvc, 'noclass')['status']).toEqual({ phase: 'Pending' });
  });

  it('takes the smallest volume that is large enough, which is released when the claim goes', () => {
    const small = cluster();
    const volume = (name: string, storage: string): NewObject => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: 'none',
        hostPath: { path: '/tmp/x' },
      },
    });
    for (const [name, size] of [
      ['small', '5Mi'],
      ['large', '1Gi'],
      ['right', '20Mi'],
    ] as const)
      small.client.create(volume(name, size));
    small.clock.advance(100);
    small.client.create(claim('static', 'none'));
    small.clock.advance(1000);
    expect(find(small.client, pvc, 'static')).toMatchObject({
      spec: { volumeName: 'right' },
      status: { capacity: { storage: '20Mi' } },
    });
    expect(find(small.client, 'v1 PersistentVolume', 'right', null)).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      status: { phase: 'Bound' },
    });
    small.client.delete(find(small.client, pvc, 'static'));
    small.clock.advance(1000);
    expect(find(small.client, 'v1 PersistentVolume', 'right', null)['status']).toMatchObject({ phase: 'Released' });
    expect(small.client.list(pvc)).toEqual([]);
  });

  it('is lost without its volume', () => {
    const small = cluster();
    small.client.create(storageClass('standard', 'k8s.io/minikube-hostpath', 'Immediate'));
    small.client.create(claim('data', 'standard'));
    small.clock.advance(1000);
    const [volume] = small.client.list('v1 PersistentVolume');
    if (volume === undefined) throw new Error('no volume');
    small.client.update({ ...volume, metadata: { ...volume.metadata, finalizers: [] } });
    small.api.store.remove({ storage: '/persistentvolumes' }, volume);
    small.clock.advance(100);
    expect(find(small.client, pvc, 'data')['status']).toMatchObject({ phase: 'Lost' });
    expect(eventsOf(small, 'data').at(-1)).toBe(
      'ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    );
  });

  it('stays while a pod that was given a node uses it', () => {
    const small = cluster();
    small.client.create(storageClass('standard', 'k8s.io/minikube-hostpath', 'Immediate'));
    small.client.create(claim('data', 'standard'));
    small.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { ...template('p', 'p').spec, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    });
    small.clock.advance(3000);
    small.client.delete(find(small.client, pvc, 'data'));
    small.clock.advance(3000);
    expect(find(small.client, pvc, 'data').metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    small.client.delete(find(small.client, 'v1 Pod', 'p'));
    small.clock.advance(3000);
    expect(small.client.list(pvc)).toEqual([]);
  });

  it('that grows waits for a resizer that is not there', () => {
    const small = cluster();
    small.client.create(storageClass('standard', 'k8s.io/minikube-hostpath', 'Immediate'));
    small.client.create(claim('data', 'standard'));
    small.clock.advance(1000);
    change(small.client, find(small.client, pvc, 'data'), { resources: { requests: { storage: '20Mi' } } });
    small.clock.advance(1000);
    expect(eventsOf(small, 'data').at(-1)).toBe(
      'ExternalExpanding: waiting for an external controller to expand this PVC',
    );
  });

  it('is made for a volume that lives with its pod', () => {
    const small = cluster();
    small.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: {
        ...template('p', 'p').spec,
        volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } } }],
      },
    });
    small.clock.advance(100);
    expect(find(small.client, pvc, 'p-tmp').metadata.ownerReferences).toMatchObject([
      { kind: 'Pod', name: 'p', controller: true },
    ]);
  });
});
