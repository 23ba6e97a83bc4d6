import type { Api } from '../api/api.ts';
import type { Requester, Target } from '../api/requests.ts';
import type { Resource } from '../api/resource.ts';
import { notFound, StatusError } from '../api/status-error.ts';
import type { StoredObject } from '../objects.ts';
import type { Client } from './client.ts';
import { createEventRecorder, type EventSource } from './event-recorder.ts';

/** How one component of the control plane is known: to admission, in managedFields and in its events. */
export interface Component {
  /** `system:serviceaccount:kube-system:replicaset-controller`, `system:node:NAME` */
  user: string;
  /** `kube-controller-manager`, `kubelet` */
  fieldManager: string;
  events: EventSource;
}

/** The API as one component uses it; all writes go the way that a client's go. */
export function createComponentClient(api: Api, component: Component): Client {
  const by: Requester = { user: component.user, fieldManager: component.fieldManager };
  const record = createEventRecorder(api, by, component.events);
  const targetOf = ({ apiVersion, kind, metadata }: StoredObject, subresource?: string): Target => ({
    resource: resourceOf(api, `${apiVersion} ${kind}`),
    namespace: metadata.namespace,
    name: metadata.name,
    subresource,
  });
  return {
    ...api.reader,
    create(object) {
      const resource = resourceOf(api, `${object.apiVersion} ${object.kind}`);
      return api.create(resource, object.metadata.namespace, object, by);
    },
    update: (object) => api.update(targetOf(object), by, () => ({ object })),
    updateStatus: (object) => api.update(targetOf(object, 'status'), by, () => ({ object })),
    delete(object, options = {}) {
      try {
        api.delete(targetOf(object), { propagationPolicy: 'Background', ...options }, by);
      } catch (error) {
        if (!(error instanceof StatusError) || error.code !== 404) throw error;
      }
    },
    bind(pod, node) {
      return api.update(targetOf(pod, 'binding'), by, (latest) => ({
        object: bound(latest ?? pod, node, api.clock.timestamp()),
        // Nobody is written down as the manager of what a binding sets.
        managedFields: (latest ?? pod).metadata.managedFields,
      }));
    },
    evict: (pod) => api.evict(targetOf(pod, 'eviction'), {}, by),
    event: record,
    watch(kind, listener) {
      const resource = resourceOf(api, kind);
      for (const object of api.store.list(resource)) listener({ type: 'ADDED', object });
      return api.store.watch(resource, listener);
    },
  };
}

function resourceOf(api: Api, kind: string): Resource {
  const resource = api.registry.ofKind(kind);
  if (resource === undefined) {
    const [apiVersion = '', name = ''] = kind.split(' ');
    throw notFound({ group: apiVersion, plural: name }, '');
  }
  return resource;
}

/** What the `binding` subresource writes: pkg/registry/core/pod/storage, assignPod. */
function bound(pod: StoredObject, node: string, time: string): StoredObject {
  const status = (pod['status'] ?? {}) as { conditions?: { type: string }[] };
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  return {
    ...pod,
    spec: { ...(pod['spec'] as object), nodeName: node },
    status: {
      ...status,
      conditions: [
        ...others,
        {
          type: 'PodScheduled',
          status: 'True',
          lastProbeTime: null,
          lastTransitionTime: time,
        },
      ],
    },
  };
}
