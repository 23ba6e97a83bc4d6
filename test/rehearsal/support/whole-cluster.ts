import { createCluster, type Cluster } from '../../../src/rehearsal/cluster.ts';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';

/** The whole cluster in this process, without HTTP, with time that moves when it is told to. */
export interface WholeCluster {
  cluster: Cluster;
  clock: ManualClock;
  /** As a person creates it. */
  create(object: NewObject): StoredObject;
}

export function wholeCluster({ nodes = 1, seed = 'test' } = {}): WholeCluster {
  const clock = new ManualClock(Date.UTC(2026, 0, 5, 10));
  const cluster = createCluster({
    seed,
    faults: [],
    nodes,
    opensPorts: false,
    clock,
    bug(error) {
      throw error;
    },
  });
  cluster.start('');
  clock.advance(60_000);
  const by = { user: 'kubernetes-admin', fieldManager: 'kubectl' };
  return {
    cluster,
    clock,
    create(object) {
      const resource = cluster.api.registry.ofKind(`${object.apiVersion} ${object.kind}`);
      if (resource === undefined) throw new TypeError(`no kind ${object.apiVersion} ${object.kind}`);
      return cluster.api.create(resource, object.metadata.namespace, object, by);
    },
  };
}

/** A Deployment of so many pods that need nothing. */
export function deployment(name: string, replicas: number): NewObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'nginx:1.27',
              ports: [{ containerPort: 80 }],
              resources: { requests: { cpu: '10m', memory: '16Mi' } },
            },
          ],
        },
      },
    },
  };
}
