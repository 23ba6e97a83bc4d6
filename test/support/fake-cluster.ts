import { ForbiddenError, UserError } from '../../src/errors/errors.ts';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import type { ClusterReader, KindRef, ListOptions } from '../../src/kubernetes/watch/cluster-reader.ts';
import type { Snapshot } from '../../src/kubernetes/watch/snapshot.ts';

/** Plural and scope of the kinds that the steps and the checks name (Kubernetes API reference). */
const resources: { apiVersion: string; kind: string; plural: string; isNamespaced: boolean }[] = [
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', isNamespaced: false },
  { apiVersion: 'v1', kind: 'Node', plural: 'nodes', isNamespaced: false },
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true },
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', isNamespaced: true },
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', isNamespaced: true },
  { apiVersion: 'v1', kind: 'Service', plural: 'services', isNamespaced: true },
  { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', isNamespaced: true },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', isNamespaced: true },
  { apiVersion: 'v1', kind: 'PersistentVolume', plural: 'persistentvolumes', isNamespaced: false },
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', isNamespaced: true },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets', isNamespaced: true },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', plural: 'ingressclasses', isNamespaced: false },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', plural: 'storageclasses', isNamespaced: false },
];

/**
 * Objects in memory, with the parts of an API server that steps rely on: uid and resourceVersion, generation with each
 * change of the spec, server-side apply that leaves alone what it does not name, `AlreadyExists` and uid preconditions.
 * Its controllers are `react`: what a test wants to happen after a write.
 */
export class FakeCluster implements ClusterReader {
  /** `create Secret/backend`, `update …`, `delete …`: every change, in order. */
  readonly writes: string[] = [];
  /** Called with each object after it was written. */
  react: (object: KubernetesObject) => void = () => undefined;
  /** Kinds that the person may not read. */
  readonly forbidden = new Set<string>();
  /** Lines by `pod/container`. */
  readonly logLines: Record<string, string[]> = {};
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #listeners = new Set<() => void>();
  #version = 100;

  constructor() {
    this.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'uid-of-the-cluster' } });
    this.writes.length = 0;
  }

  all(): KubernetesObject[] {
    return [...this.#objects.values()];
  }

  find(kind: string, name: string): KubernetesObject | undefined {
    return this.all().find((object) => object.kind === kind && object.metadata.name === name);
  }

  /** Stores an object as it is: what was there before, and what controllers write. */
  put(object: KubernetesObject): KubernetesObject {
    return this.#store(object, this.#objects.get(keyOf(object)));
  }

  /** Server-side apply by one manager: named fields are set, `data` and labels key by key. */
  apply(object: KubernetesObject): KubernetesObject {
    const old = this.#objects.get(keyOf(object));
    if (old === undefined) return this.#store(object, undefined);
    const merged: KubernetesObject = {
      ...old,
      ...object,
      metadata: {
        ...old.metadata,
        ...object.metadata,
        labels: { ...old.metadata.labels, ...object.metadata.labels },
        annotations: { ...old.metadata.annotations, ...object.metadata.annotations },
      },
      ...('data' in object ? { data: { ...old['data'], ...object['data'] } } : {}),
    };
    return JSON.stringify(merged) === JSON.stringify(old) ? old : this.#store(merged, old);
  }

  /** undefined: there is one already. */
  create(object: KubernetesObject): KubernetesObject | undefined {
    return this.#objects.has(keyOf(object)) ? undefined : this.#store(object, undefined);
  }

  remove(object: KubernetesObject): void {
    this.#objects.delete(keyOf(object));
    this.#changed(`delete ${object.kind}/${object.metadata.name}`);
  }

  /** The object behind a path of the API, the list of an API version, or undefined: 404. */
  atPath(path: string): unknown {
    if (path === '/version') return { gitVersion: 'v1.34.0' };
    if (path === '/apis')
      return { groups: [...new Set(resources.map(({ apiVersion }) => apiVersion))].flatMap(groupOf) };
    const group = /^\/(?:api|apis)\/([^/]+(?:\/v[^/]+)?)$/.exec(path)?.[1];
    const listed = resources.filter(({ apiVersion }) => apiVersion === group);
    if (listed.length > 0)
      return {
        resources: listed.map(({ kind, plural: name, isNamespaced: namespaced }) => ({ kind, name, namespaced })),
      };
    return this.all().find((object) => pathOf(object) === path);
  }

  async get({ apiVersion, kind }: KindRef, name: string, namespace?: string): Promise<KubernetesObject | undefined> {
    this.#allow('get', kind);
    const place = isNamespaced(kind) ? { name, ...(namespace === undefined ? {} : { namespace }) } : { name };
    return copied(this.#objects.get(keyOf({ apiVersion, kind, metadata: place })));
  }

  async list({ kind }: KindRef, { namespace, labelSelector }: ListOptions = {}): Promise<KubernetesObject[]> {
    this.#allow('list', kind);
    const [label, value] = labelSelector?.split('=') ?? [];
    return this.all().filter(
      (object) =>
        object.kind === kind &&
        (namespace === undefined || object.metadata.namespace === namespace) &&
        (label === undefined || object.metadata.labels?.[label] === value),
    );
  }

  async raw(path: string): Promise<unknown> {
    const found = this.atPath(path);
    if (found === undefined) throw new UserError(`${path} was not found`);
    return found;
  }

  async logs(_namespace: string, pod: string, container: string): Promise<string[] | undefined> {
    return this.logLines[`${pod}/${container}`];
  }

  view(kinds: KindRef[], namespace: string) {
    const of = (kind: string) =>
      kinds.some((ref) => ref.kind === kind)
        ? this.all().filter(({ kind: own, metadata }) => own === kind && metadata.namespace === namespace)
        : [];
    const snapshot: Snapshot = {
      objects: of,
      find: (kind, name) => of(kind).find(({ metadata }) => metadata.name === name),
      ownedBy: (uid, kind) =>
        of(kind).filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true),
      isComplete: true,
      forbidden: {},
      staleSince: undefined,
    };
    const own = new Set<() => void>();
    return {
      subscribe: (listener: (snapshot: Snapshot) => void) => {
        const changed = () => setImmediate(() => own.has(changed) && listener(snapshot));
        own.add(changed);
        this.#listeners.add(changed);
        changed();
        return () => void (own.delete(changed), this.#listeners.delete(changed));
      },
      snapshot: () => snapshot,
      close: () => {
        for (const changed of own) this.#listeners.delete(changed);
        own.clear();
      },
    };
  }

  async close(): Promise<void> {}

  #store(object: KubernetesObject, old: KubernetesObject | undefined): KubernetesObject {
    this.#version += 1;
    const isNewSpec = JSON.stringify(object['spec']) !== JSON.stringify(old?.['spec']);
    const stored = copied({
      ...object,
      metadata: {
        ...object.metadata,
        uid: old?.metadata.uid ?? object.metadata.uid ?? `uid-${this.#version}`,
        resourceVersion: String(this.#version),
        generation: (old?.metadata.generation ?? 0) + (isNewSpec ? 1 : 0),
      },
    });
    this.#objects.set(keyOf(stored), stored);
    this.#changed(`${old === undefined ? 'create' : 'update'} ${stored.kind}/${stored.metadata.name}`);
    this.react(stored);
    return this.#objects.get(keyOf(stored)) ?? stored;
  }

  #changed(what: string): void {
    this.writes.push(what);
    for (const changed of this.#listeners) changed();
  }

  #allow(verb: string, kind: string): void {
    if (this.forbidden.has(kind)) throw new ForbiddenError(`You may not ${verb} ${kind}`);
  }
}

/** What the controllers make of a StatefulSet or Deployment whose pods start well. */
export function becomesReady(object: KubernetesObject): KubernetesObject | undefined {
  const replicas = Number(object['spec']?.replicas ?? 1);
  const seen = object['status']?.observedGeneration === object.metadata.generation;
  if (!['Deployment', 'StatefulSet'].includes(object.kind) || seen) return undefined;
  const observedGeneration = object.metadata.generation;
  const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas };
  return { ...object, status: { observedGeneration, ...counts, currentRevision: 'r1', updateRevision: 'r1' } };
}

function isNamespaced(kind: string): boolean {
  return resources.find((resource) => resource.kind === kind)?.isNamespaced !== false;
}

function keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion} ${kind} ${isNamespaced(kind) ? (metadata.namespace ?? '') : ''} ${metadata.name}`;
}

function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string | undefined {
  const resource = resources.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (resource === undefined) return undefined;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${base}/${resource.isNamespaced ? `namespaces/${metadata.namespace}/` : ''}${resource.plural}/${metadata.name}`;
}

function groupOf(apiVersion: string) {
  return apiVersion.includes('/') ? [{ versions: [{ groupVersion: apiVersion }] }] : [];
}

function copied<T>(value: T): T {
  return value === undefined ? value : structuredClone(value);
}
