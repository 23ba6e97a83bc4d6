import { describe, expect, it } from 'vitest';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import type { Resource } from '../../../src/rehearsal/api/resource.ts';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { customResourceDefinitionController } from '../../../src/rehearsal/controllers/lifecycle/custom-resource-definitions.ts';
import { eventExpiry } from '../../../src/rehearsal/controllers/lifecycle/event-expiry.ts';
import { garbageCollector } from '../../../src/rehearsal/controllers/lifecycle/garbage-collector.ts';
import {
  rootCaPublisher,
  serviceAccountController,
} from '../../../src/rehearsal/controllers/lifecycle/namespace-contents.ts';
import { namespaceController } from '../../../src/rehearsal/controllers/lifecycle/namespace.ts';
import type { OwnerReference, StoredObject } from '../../../src/rehearsal/objects.ts';
import { smallCluster, type SmallCluster } from '../support/small-cluster.ts';
import { conditionsOf, find, template } from './support/objects.ts';
import { rulesOfPods, testKubelet } from './support/test-kubelet.ts';

/** Just enough of a definition's conversion for the controller. */
const customResource = (definition: StoredObject): Resource[] => {
  const { group, names, versions } = definition['spec'] as {
    group: string;
    names: { plural: string; kind: string };
    versions: { name: string }[];
  };
  return versions.map(({ name }) => ({
    group,
    version: name,
    kind: names.kind,
    plural: names.plural,
    singular: names.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    isNamespaced: true,
    verbs: ['get', 'list', 'delete', 'create', 'update', 'watch'],
    subresources: [],
    storage: `${group}/${names.plural}`,
    shape: { type: 'any' },
    custom: { schema: {}, hasStatus: false, columns: [] },
  }));
};

function cluster() {
  const registry = new Registry();
  return smallCluster(
    [
      customResourceDefinitionController({ registry, customResource }),
      garbageCollector({ registry }),
      namespaceController({ registry }),
      serviceAccountController(),
      rootCaPublisher({ rootCertificate: 'PEM' }),
      testKubelet(),
    ],
    { ...rulesOfPods, registry },
  );
}

const configMap = (name: string, metadata: Partial<NewObject['metadata']> = {}): NewObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...metadata },
});

const ownedBy = (
  { apiVersion, kind, metadata }: StoredObject,
  more: Partial<OwnerReference> = {},
): { ownerReferences: OwnerReference[] } => ({
  ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, ...more }],
});

const names = ({ client }: ReturnType<typeof cluster>) =>
  client
    .list('v1 ConfigMap', { namespace: 'default' })
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt');

describe('the garbage collector', () => {
  it('deletes what has lost its owner, and what that owned', () => {
    const small = cluster();
    const a = small.client.create(configMap('a'));
    const b = small.client.create(configMap('b', ownedBy(a)));
    small.client.create(configMap('c', ownedBy(b)));
    small.client.delete(a);
    small.clock.settle();
    expect(names(small)).toEqual([]);
  });

  it('keeps what has another owner, without the reference to the one that is gone', () => {
    const small = cluster();
    const [a, b] = [small.client.create(configMap('a')), small.client.create(configMap('b'))];
    small.client.create(
      configMap('c', { ownerReferences: [...ownedBy(a).ownerReferences, ...ownedBy(b).ownerReferences] }),
    );
    small.client.delete(a);
    small.clock.settle();
    expect(find(small.client, 'v1 ConfigMap', 'c').metadata.ownerReferences).toMatchObject([{ name: 'b' }]);
  });

  it('deletes what names an owner that never was', () => {
    const small = cluster();
    const a = small.client.create(configMap('a'));
    small.client.create(
      configMap('b', { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'another' }] }),
    );
    small.clock.settle();
    expect(names(small)).toEqual([a.metadata.name]);
  });

  it('in the foreground lets the owner go last, and one without dependants at once', () => {
    const small = cluster();
    const a = small.client.create(configMap('a'));
    small.client.create(
      configMap('held', { finalizers: ['example.com/hold'], ...ownedBy(a, { blockOwnerDeletion: true }) }),
    );
    small.client.delete(a, { propagationPolicy: 'Foreground' });
    small.clock.settle();
    expect(find(small.client, 'v1 ConfigMap', 'a').metadata.finalizers).toEqual(['foregroundDeletion']);
    const held = find(small.client, 'v1 ConfigMap', 'held');
    expect(held.metadata.deletionTimestamp).toBeDefined();
    small.client.update({ ...held, metadata: { ...held.metadata, finalizers: [] } });
    small.clock.settle();
    expect(names(small)).toEqual([]);
    small.client.delete(small.client.create(configMap('alone')), { propagationPolicy: 'Foreground' });
    small.clock.settle();
    expect(names(small)).toEqual([]);
  });

  it('in the foreground does not wait for what does not block, but deletes it', () => {
    const small = cluster();
    const a = small.client.create(configMap('a'));
    small.client.create(configMap('held', { finalizers: ['example.com/hold'], ...ownedBy(a) }));
    small.client.delete(a, { propagationPolicy: 'Foreground' });
    small.clock.settle();
    expect(names(small)).toEqual(['held']);
  });

  it('orphans what it is told to', () => {
    const small = cluster();
    const a = small.client.create(configMap('a'));
    small.client.create(configMap('b', ownedBy(a)));
    small.client.delete(a, { propagationPolicy: 'Orphan' });
    small.clock.settle();
    expect(names(small)).toEqual(['b']);
    expect(find(small.client, 'v1 ConfigMap', 'b').metadata.ownerReferences).toBeUndefined();
  });
});

describe('a namespace', () => {
  const namespace: NewObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };

  it('is given a default account and the certificate of the API server, also again', () => {
    const small = cluster();
    small.client.create(namespace);
    small.clock.settle();
    expect(find(small.client, 'v1 ServiceAccount', 'default', 'shop')).toBeDefined();
    const published = find(small.client, 'v1 ConfigMap', 'kube-root-ca.crt', 'shop');
    expect(published['data']).toEqual({ 'ca.crt': 'PEM' });
    small.client.delete(published);
    small.clock.settle();
    expect(find(small.client, 'v1 ConfigMap', 'kube-root-ca.crt', 'shop')).toBeDefined();
  });

  // Recorded with kubectl 1.34.10 on Kubernetes 1.34.10, 2026-11-24: `kubectl get namespace -w` during a deletion.
  it('goes when its contents are gone, pods first, and says what it waits for', () => {
    const small = cluster();
    small.client.create(namespace);
    small.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'shop' },
      spec: { ...template('p', 'p').spec, terminationGracePeriodSeconds: 30 },
    });
    small.client.create(configMap('held', { namespace: 'shop', finalizers: ['example.com/hold'] }));
    small.clock.advance(2000);
    small.client.delete(find(small.client, 'v1 Namespace', 'shop', null));
    small.clock.advance(5000);
    expect(find(small.client, 'v1 Namespace', 'shop', null)['status']).toMatchObject({ phase: 'Terminating' });
    expect(small.client.get('v1 Pod', 'shop', 'p')?.metadata.deletionTimestamp).toBeDefined();
    expect(find(small.client, 'v1 ServiceAccount', 'default', 'shop').metadata.deletionTimestamp).toBeUndefined();
    small.clock.advance(20_000);
    expect(conditionsOf(find(small.client, 'v1 Namespace', 'shop', null))).toEqual([
      'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
      'NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    const held = find(small.client, 'v1 ConfigMap', 'held', 'shop');
    small.client.update({ ...held, metadata: { ...held.metadata, finalizers: [] } });
    small.clock.advance(20_000);
    expect(small.client.get('v1 Namespace', undefined, 'shop')).toBeUndefined();
  });
});

describe('a CustomResourceDefinition', () => {
  const definition = (plural: string, metadata: object = {}): NewObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com`, ...metadata },
    spec: {
      group: 'example.com',
      names: { plural, singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] },
      versions: [{ name: 'v1', storage: true }],
    },
  });
  const crd = 'apiextensions.k8s.io/v1 CustomResourceDefinition';

  it('is established and served', () => {
    const small = cluster();
    small.client.create(definition('widgets'));
    small.clock.settle();
    const found = find(small.client, crd, 'widgets.example.com', null);
    expect(conditionsOf(found)).toEqual([
      'NamesAccepted=True NoConflicts: no conflicts found',
      'Established=True InitialNamesAccepted: the initial names have been accepted',
    ]);
    expect(found['status']).toMatchObject({
      storedVersions: ['v1'],
      acceptedNames: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
      },
    });
    expect(small.client.resource('example.com/v1 Widget')).toBeDefined();
    small.client.create({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'default', ...ownedBy(small.client.create(configMap('owner'))) },
    });
    small.client.delete(find(small.client, 'v1 ConfigMap', 'owner'));
    small.clock.settle();
    expect(small.client.list('example.com/v1 Widget')).toEqual([]);
  });

  it('waits for names that another one has', () => {
    const small = cluster();
    small.client.create(definition('widgets'));
    small.client.create(definition('gadgets'));
    small.clock.settle();
    expect(conditionsOf(find(small.client, crd, 'gadgets.example.com', null))).toEqual([
      'NamesAccepted=False ListKindConflict: "WidgetList" is already in use',
      'Established=False NotAccepted: not all names are accepted',
    ]);
    small.client.delete(find(small.client, crd, 'widgets.example.com', null));
    small.clock.advance(1000);
    expect(conditionsOf(find(small.client, crd, 'gadgets.example.com', null))).toEqual([
      'NamesAccepted=True NoConflicts: no conflicts found',
      'Established=True InitialNamesAccepted: the initial names have been accepted',
    ]);
  });

  it('takes its objects with it', () => {
    const small = cluster();
    small.client.create(definition('widgets', { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] }));
    small.clock.settle();
    small.client.create({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'default', finalizers: ['example.com/hold'] },
    });
    small.client.delete(find(small.client, crd, 'widgets.example.com', null));
    small.clock.advance(1000);
    expect(conditionsOf(find(small.client, crd, 'widgets.example.com', null)).at(-1)).toBe(
      'Terminating=True InstanceDeletionInProgress: CustomResource deletion is in progress',
    );
    const widget = find(small.client, 'example.com/v1 Widget', 'w');
    small.client.update({ ...widget, metadata: { ...widget.metadata, finalizers: [] } });
    small.clock.advance(10_000);
    expect(small.client.get(crd, undefined, 'widgets.example.com')).toBeUndefined();
    expect(small.client.resource('example.com/v1 Widget')).toBeUndefined();
  });
});

describe('events', () => {
  it('are gone after an hour without another one, and never too many', () => {
    const small: SmallCluster = smallCluster([
      eventExpiry((event) => small.api.store.remove({ storage: '/events' }, event)),
    ]);
    const about = small.client.create(configMap('a'));
    small.client.event(about, { type: 'Normal', reason: 'Once', message: 'once' });
    small.clock.advance(1_800_000);
    small.client.event(about, { type: 'Normal', reason: 'Later', message: 'later' });
    small.clock.advance(1_900_000);
    expect(small.client.list('v1 Event').map((event) => event['reason'])).toEqual(['Later']);
    for (let index = 0; index < 5100; index += 1)
      small.client.create({ apiVersion: 'v1', kind: 'Event', metadata: { name: `e${index}`, namespace: 'default' } });
    small.clock.settle();
    expect(small.client.list('v1 Event')).toHaveLength(5000);
  });
});
