import type { Reader } from '../controllers/client.ts';
import type { Store } from '../store/store.ts';
import type { Registry } from './registry.ts';

/** Reads by kind, straight from the store. */
export function createReader({ store, registry }: { store: Store; registry: Registry }): Reader {
  return {
    resource: (kind) => registry.ofKind(kind),
    get(kind, namespace, name) {
      const resource = registry.ofKind(kind);
      return resource === undefined ? undefined : store.get(resource, namespace, name);
    },
    list(kind, { namespace, labels } = {}) {
      const resource = registry.ofKind(kind);
      if (resource === undefined) return [];
      const objects = store.list(resource, namespace);
      if (labels === undefined) return objects;
      const wanted = Object.entries(labels);
      return objects.filter(({ metadata }) => wanted.every(([name, value]) => metadata.labels?.[name] === value));
    },
    owned: (uid) => store.owned(uid),
  };
}
