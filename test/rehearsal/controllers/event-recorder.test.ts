import { expect, it } from 'vitest';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { deployment, wholeCluster } from '../support/whole-cluster.ts';

it('an event that a component records is stored as one that a client creates', () => {
  const { cluster, clock, create } = wholeCluster();
  create(deployment('web', 3));
  clock.advance(30_000);
  const { api } = cluster;
  const resource = api.registry.ofKind('v1 Event');
  const events = api.reader.list('v1 Event');
  const forms = new Set(events.map((event) => `${event['reason'] as string} ${String(event['source'])}`));
  expect(forms.size).toBeGreaterThan(4);
  for (const event of events) {
    const { managedFields, uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = event.metadata;
    const by = { user: 'a', fieldManager: managedFields?.[0]?.manager ?? '', isDryRun: true };
    const sent: NewObject = { ...event, metadata: { ...metadata, name: 'another' } };
    if (resource === undefined) throw new TypeError('no events');
    const asClient = api.create(resource, metadata.namespace, sent, by);
    expect(comparable(event)).toEqual(comparable(asClient));
  }
});

function comparable({ metadata, ...event }: StoredObject): object {
  return {
    ...event,
    namespace: metadata.namespace,
    fields: metadata.managedFields?.map((entry) => ({ ...entry, time: '' })),
    metadata: Object.keys(metadata)
      .filter((field) => field !== 'resourceVersion')
      .sort(),
  };
}
