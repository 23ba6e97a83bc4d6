import type { KindName } from '../controllers/client.ts';
import { keyOf, WorkQueue, type Controller } from '../controllers/controller.ts';
import type { StoredObject } from '../objects.ts';
import type { Faults } from './faults.ts';

/** Milliseconds after which it answers a change. */
const reaction = 200;

/** Kinds that it can be told to write, with their versions. */
const kinds: Readonly<Record<string, KindName>> = {
  Deployment: 'apps/v1 Deployment',
  StatefulSet: 'apps/v1 StatefulSet',
  Service: 'v1 Service',
  ConfigMap: 'v1 ConfigMap',
  Secret: 'v1 Secret',
  Ingress: 'networking.k8s.io/v1 Ingress',
};

/**
 * The fault `second-writer`: whenever its object has got a new wish from somebody else, it changes the same object under
 * its own name: one replica more where there are replicas, an annotation elsewhere. It answers each wish once.
 */
export function createSecondWriter(faults: Faults): Controller {
  return {
    name: 'second-writer',
    start({ client, clock }) {
      const own = new Map<string, string>();
      for (const kind of new Set(faults.secondWriterKinds())) {
        const full = kinds[kind];
        if (full === undefined) continue;
        const queue = new WorkQueue(clock, (key) => {
          const [namespace, name] = key.split('/') as [string, string];
          const object = client.get(full, namespace, name);
          if (object === undefined || own.get(object.metadata.uid) === wishOf(object)) return;
          if (!faults.hasSecondWriter(kind, name)) return;
          const written = client.update(changed(object));
          own.set(written.metadata.uid, wishOf(written));
        });
        client.watch(full, ({ type, object }) => {
          if (type !== 'DELETED') queue.addAfter(keyOf(object), reaction);
          else own.delete(object.metadata.uid);
        });
      }
    },
  };
}

/** What tells one wish from the next; status does not count. */
const wishOf = ({ metadata, spec, data }: StoredObject): string =>
  metadata.generation === undefined ? JSON.stringify([spec, data, metadata.annotations]) : String(metadata.generation);

function changed(object: StoredObject): StoredObject {
  const spec = object['spec'] as { replicas?: number } | undefined;
  if (spec?.replicas !== undefined) return { ...object, spec: { ...spec, replicas: spec.replicas + 1 } };
  const { annotations } = object.metadata;
  const mark = { 'second-writer.deploy-wizard.dev/was-here': object.metadata.resourceVersion };
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, ...mark } } };
}
