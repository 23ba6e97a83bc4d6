import { describe, expect, test } from 'vitest';
import { builtInShape, builtInType } from '../../../src/rehearsal/api/types.ts';
import type { JsonObject, StoredObject } from '../../../src/rehearsal/objects.ts';
import { trackUpdate, unlessOnlyTimesDiffer } from '../../../src/rehearsal/patch/managed-fields.ts';
import { resetFilter } from '../../../src/rehearsal/patch/reset-fields.ts';

const shape = builtInShape('v1', 'Pod') ?? expect.fail('no shape of a pod');
const resource = {
  group: '',
  plural: 'pods',
  subresources: [{ name: 'status', group: '', version: 'v1', kind: 'Pod', verbs: [] }],
};
const terms = { apiVersion: 'v1', shape, lookup: builtInType };
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString().replace('.000', '');

const pod: StoredObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-1',
    namespace: 'default',
    uid: 'u-1',
    resourceVersion: '1',
    creationTimestamp: at(0),
    labels: { app: 'web', 'pod-template-hash': 'abc' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u-0', controller: true }],
  },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'postgres:17',
        env: Array.from({ length: 10 }, (_, index) => ({ name: `V${index}`, value: `${index}` })),
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        resources: {},
      },
    ],
    restartPolicy: 'Always',
    volumes: [{ name: 'data', emptyDir: {} }],
  },
  status: { phase: 'Pending' },
};

const created = (manager = 'kube-controller-manager'): StoredObject => {
  const managedFields = trackUpdate({
    ...terms,
    reset: resetFilter(resource),
    after: pod as JsonObject,
    manager,
    time: at(0),
  });
  return { ...pod, metadata: { ...pod.metadata, managedFields: managedFields ?? [] } };
};

const reported = (before: StoredObject, second: number): StoredObject => {
  const status = {
    phase: 'Running',
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }],
    startTime: at(1),
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: at(second),
    })),
    containerStatuses: [{ name: 'web', ready: true, restartCount: 0, image: 'postgres:17', imageID: 'x' }],
  };
  const after: StoredObject = { ...before, status };
  const managedFields = trackUpdate({
    ...terms,
    reset: resetFilter(resource, 'status'),
    before,
    after: after as JsonObject,
    manager: 'kubelet',
    subresource: 'status',
    time: at(second),
  });
  return { ...after, metadata: { ...after.metadata, managedFields: managedFields ?? [] } };
};

describe('managed fields of updates', () => {
  test('a writer of the main resource does not own the status', () => {
    const [entry] = created().metadata.managedFields ?? [];
    expect(Object.keys(entry?.fieldsV1 ?? {})).toEqual(['f:metadata', 'f:spec']);
  });

  test('a writer of the status owns nothing else', () => {
    const { managedFields = [] } = reported(created(), 2).metadata;
    const entry = managedFields.find(({ manager }) => manager === 'kubelet');
    expect(entry).toMatchObject({ subresource: 'status', time: at(2), operation: 'Update' });
    expect(Object.keys(entry?.fieldsV1 ?? {})).toEqual(['f:status']);
  });

  test('entries of others are shared, not copied', () => {
    const before = created();
    const after = reported(before, 2);
    expect(after.metadata.managedFields).toContain(before.metadata.managedFields?.[0]);
  });

  test('a second report moves only the time and shares the fields', () => {
    const first = reported(created(), 2);
    const second = reported(first, 3);
    const [one, other] = [first, second].map(({ metadata }) =>
      metadata.managedFields?.find(({ manager }) => manager === 'kubelet'),
    );
    expect(other?.fieldsV1).toBe(one?.fieldsV1);
    expect(other?.time).toBe(at(3));
  });

  test('an update that changes nothing gives the same list back', () => {
    const before = reported(created(), 2);
    const next = trackUpdate({ ...terms, before, after: { ...before } as JsonObject, manager: 'anybody', time: at(9) });
    expect(next).toBe(before.metadata.managedFields);
  });

  test('a write of which only times remain is no write', () => {
    const before = created();
    const entries = (before.metadata.managedFields ?? []).map((entry) => ({ ...entry, time: at(50) }));
    const next = { ...before, metadata: { ...before.metadata, managedFields: entries } };
    expect(unlessOnlyTimesDiffer(before, next)).toBe(before);
    const other = { ...next, spec: { ...pod['spec'], hostNetwork: true } };
    expect(unlessOnlyTimesDiffer(before, other)).toBe(other);
  });

  test('writers from a client that does not know managed fields leave them as they are', () => {
    const before = created();
    const { managedFields: _, ...metadata } = before.metadata;
    const after = { ...before, metadata: { ...metadata, labels: { app: 'other' } } };
    const next = trackUpdate({
      ...terms,
      before,
      after: after as unknown as JsonObject,
      manager: 'old-client',
      time: at(4),
    });
    expect(next?.map(({ manager }) => manager)).toEqual(['kube-controller-manager', 'old-client']);
  });

  test('the time of an update of one status, of 10,000 pods', () => {
    let object = reported(created(), 2);
    const count = 10_000;
    for (let index = 0; index < 500; index += 1) object = reported(object, 3 + (index % 40));
    const start = performance.now();
    for (let index = 0; index < count; index += 1) object = reported(object, 3 + (index % 40));
    const update = ((performance.now() - start) * 1000) / count;
    const startCreate = performance.now();
    for (let index = 0; index < count; index += 1) created();
    const create = ((performance.now() - startCreate) * 1000) / count;
    process.stdout.write(`tracking: ${create.toFixed(1)} us a create, ${update.toFixed(1)} us an update of a status\n`);
    expect(object.metadata.managedFields).toHaveLength(2);
  });
});
