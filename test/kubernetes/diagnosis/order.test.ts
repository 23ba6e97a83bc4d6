import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verdict } from '../../../src/kubernetes/diagnosis/index.ts';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { kindStore } from '../../../src/kubernetes/watch/kind-store.ts';
import { snapshotOf } from '../../../src/kubernetes/watch/live-view.ts';
import { recorded } from '../support/recorded.ts';

/** What a watch of one kind tells of each object: it is made, then it gets its status. */
function eventsOf(objects: KubernetesObject[]): KubernetesObject[] {
  const made = objects.map(({ status: _status, ...object }): KubernetesObject => object as KubernetesObject);
  return [...made, ...objects];
}

const states = [
  'ready-deployment',
  'image-not-found',
  'crash-exit-1',
  'pvc-no-class',
  'quota-exceeded',
  'rollout-with-old-pods',
  'readiness-failing',
  'unschedulable-anti-affinity',
  'database-refuses-password',
];

/** Each watch keeps its own order; which watch speaks next is chance. */
test.each(states)('%s: any order of events of different kinds ends in the same verdict', (name) => {
  const { objects, now, logs, find } = recorded(name);
  const deployment = find('Deployment', 'app');
  const read = logs(deployment);
  const kinds = [...new Set(objects.map(({ kind }) => kind))];
  const streams = kinds.map((kind) => eventsOf(objects.filter((object) => object.kind === kind)));
  const total = streams.reduce((sum, stream) => sum + stream.length, 0);
  const expected = verdict(deployment, recorded(name).snapshot, now, read);

  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: total, maxLength: total }), (choices) => {
      const stores = kinds.map((kind) => ({
        ref: { apiVersion: '', kind },
        store: kindStore(),
        state: { isComplete: true, forbidden: undefined, staleSince: undefined },
      }));
      const snapshot = snapshotOf(stores);
      const left = streams.map((stream) => [...stream]);
      for (const choice of choices) {
        const speaking = left.flatMap((stream, index) => (stream.length > 0 ? [index] : []));
        const index = speaking[choice % speaking.length] ?? 0;
        const event = left[index]?.shift();
        if (event !== undefined) stores[index]?.store.put(event);
        // Half-told states must be bearable too.
        const half = snapshot.find('Deployment', 'app');
        if (half !== undefined) verdict(half, snapshot, now, read);
      }
      expect(verdict(deployment, snapshot, now, read)).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});
