import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { createCluster, type Cluster } from '../../../src/rehearsal/cluster.ts';
import { createComponentClient } from '../../../src/rehearsal/controllers/component-client.ts';
import type { Client, NewObject } from '../../../src/rehearsal/controllers/client.ts';

// Looked at on a 1.34.10 node with `kubectl get quota -o yaml --show-managed-fields`, 2026-11-24.

const start = Date.UTC(2026, 0, 5);
let clock: ManualClock;
let cluster: Cluster;
let client: Client;

const configMap = (name: string): NewObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});
const quota = () => client.get('v1 ResourceQuota', 'default', 'few');
const used = () => (quota()?.['status'] as { used: Record<string, string> } | undefined)?.used['count/configmaps'];
/** Who manages what is used. */
const counter = () =>
  (quota()?.metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => /"f:used":.*configmaps/.test(JSON.stringify(fieldsV1)))
    .map(({ manager, subresource }) => `${manager} ${subresource}`);

beforeEach(() => {
  clock = new ManualClock(start);
  const bug = (error: unknown) => {
    throw error;
  };
  cluster = createCluster({ seed: 'test', faults: [], nodes: 1, opensPorts: false, clock, bug });
  cluster.start('PEM');
  clock.advance(10_000);
  client = createComponentClient(cluster.api, { user: 'admin', fieldManager: 'kubectl', events: { component: 'k' } });
  const spec = { hard: { 'count/configmaps': '3' } };
  client.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few', namespace: 'default' },
    spec,
  });
  clock.advance(1000);
});

describe('what a quota counts', () => {
  it('is noted by the API server before the object is there, not by the controller after it', () => {
    expect(used()).toBe('1');
    client.create(configMap('one'));
    expect(used()).toBe('2');
    expect(counter()).toEqual(['kube-apiserver status']);
    clock.advance(1000);
    expect(counter()).toEqual(['kube-apiserver status']);
  });

  it('holds at once', () => {
    client.create(configMap('one'));
    client.create(configMap('two'));
    expect(() => client.create(configMap('three'))).toThrow(
      'configmaps "three" is forbidden: exceeded quota: few, requested: count/configmaps=1, used: count/configmaps=3, limited: count/configmaps=3',
    );
    expect(used()).toBe('3');
  });

  it('is taken back by the controller once an object is gone', () => {
    client.create(configMap('one'));
    const [made] = client
      .list('v1 ConfigMap', { namespace: 'default' })
      .filter(({ metadata }) => metadata.name === 'one');
    if (made !== undefined) client.delete(made);
    expect(used()).toBe('2');
    clock.advance(1000);
    expect(used()).toBe('1');
    expect(counter()).toEqual(['kube-controller-manager status']);
  });

  it('stays too high for as long as five minutes when an object was there already', () => {
    client.create(configMap('one'));
    clock.advance(1000);
    expect(() => client.create(configMap('one'))).toThrow('already exists');
    clock.advance(1000);
    expect(used()).toBe('3');
    clock.advance(300_000);
    expect(used()).toBe('2');
  });

  it('is left alone by a dry run', () => {
    const resource = cluster.api.registry.ofKind('v1 ConfigMap');
    if (resource === undefined) throw new Error('no ConfigMap');
    cluster.api.create(resource, 'default', configMap('one'), { user: 'admin', fieldManager: 'k', isDryRun: true });
    expect(used()).toBe('1');
  });
});
