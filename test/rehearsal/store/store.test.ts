import { describe, expect, it } from 'vitest';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { Store, type Recorded } from '../../../src/rehearsal/store/store.ts';

const registry = new Registry();
const resource = registry.ofKind('v1 ConfigMap');
if (resource === undefined) throw new Error('no ConfigMap');
const configMap = (name: string, namespace = 'a', owner?: string): StoredObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace,
    uid: `${namespace}/${name}`,
    resourceVersion: '',
    creationTimestamp: '2026-01-05T10:00:00Z',
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: owner }] }),
  },
});
const namesOf = (objects: readonly StoredObject[]) => objects.map(({ metadata }) => metadata.name);

describe('the store', () => {
  it('numbers every write, and lists in the order of namespace and name', () => {
    const store = new Store();
    const written = ['b', 'a', 'c'].map((name) => store.put(resource, configMap(name)));
    store.put(resource, configMap('z', '0'));
    expect(written.map(({ metadata }) => Number(metadata.resourceVersion))).toEqual([2, 3, 4]);
    expect(namesOf(store.list(resource))).toEqual(['z', 'a', 'b', 'c']);
    expect(namesOf(store.list(resource, 'a'))).toEqual(['a', 'b', 'c']);
  });

  it('tells each change inside the write, with what was before', () => {
    const store = new Store();
    const heard: Recorded[] = [];
    const stop = store.watch(resource, (change) => heard.push(change));
    const first = store.put(resource, configMap('a'));
    const second = store.put(resource, { ...first, data: { key: 'value' } });
    store.remove(resource, second);
    stop();
    store.put(resource, configMap('later'));
    expect(heard.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(heard[1]).toMatchObject({ before: first, object: second });
    expect(heard[2]?.object.metadata.resourceVersion).toBe('4');
  });

  it('replays what came after a revision, and says when that is forgotten', () => {
    const store = new Store();
    const { metadata } = store.put(resource, configMap('a'));
    store.put(resource, configMap('b'));
    const since = store.since(resource, Number(metadata.resourceVersion));
    expect(since === 'expired' ? since : since.map(({ object }) => object.metadata.name)).toEqual(['b']);
    store.compact();
    expect(store.since(resource, Number(metadata.resourceVersion))).toBe('expired');
    expect(store.since(resource, store.revision)).toEqual([]);
  });

  it('keeps a bounded history', () => {
    const store = new Store();
    const first = store.put(resource, configMap('a'));
    for (let count = 0; count < 10_000; count += 1) store.put(resource, { ...first, data: { count } });
    expect(store.since(resource, Number(first.metadata.resourceVersion))).toBe('expired');
    const recent = store.since(resource, store.revision - 2000);
    expect(recent === 'expired' ? recent : recent.length).toBe(2000);
  });

  it('knows whom an object owns, as long as it does', () => {
    const store = new Store();
    store.put(resource, configMap('owner'));
    const owned = store.put(resource, configMap('owned', 'a', 'a/owner'));
    expect(namesOf(store.owned('a/owner'))).toEqual(['owned']);
    const { ownerReferences: _, ...metadata } = owned.metadata;
    store.put(resource, { ...owned, metadata });
    expect(store.owned('a/owner')).toEqual([]);
    store.put(resource, configMap('owned', 'a', 'a/owner'));
    store.remove(resource, configMap('owned', 'a', 'a/owner'));
    expect(store.owned('a/owner')).toEqual([]);
  });
});
