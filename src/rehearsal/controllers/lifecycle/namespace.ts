import { StatusError } from '../../api/status-error.ts';
import type { Registry } from '../../api/registry.ts';
import type { Resource } from '../../api/resource.ts';
import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import { withCondition, type Condition } from '../conditions.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isPodTerminal, isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { deletableResources, kindNameOf } from './garbage-collector.ts';

/** Milliseconds before the contents of a deleted namespace are looked at (pkg/controller/namespace). */
const gracePeriod = 5000;
/** Seconds that objects with finalizers are thought to need. */
const finalizerEstimate = 15;

interface Remains {
  count: number;
  finalizers: Map<string, number>;
  /** Seconds; 0: unknown. */
  estimate: number;
  refusal?: string;
}

interface Options {
  registry: Registry;
  /** Writes `spec.finalizers` through the `finalize` subresource. */
  finalize?(namespace: StoredObject): void;
}

/** Empties a deleted namespace and lets it go: pkg/controller/namespace/deletion. */
export function namespaceController({ registry, finalize }: Options): Controller {
  return {
    name: 'namespace-controller',
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (key) => {
        const namespace = client.get('v1 Namespace', undefined, key);
        if (namespace === undefined || !isTerminating(namespace) || finalizersOf(namespace).length === 0) return;
        if (phaseOf(namespace) !== 'Terminating') {
          client.updateStatus({ ...namespace, status: { ...(namespace['status'] as object), phase: 'Terminating' } });
          return queue.addAfter(key, gracePeriod);
        }
        const wait = empty(context, registry, namespace);
        if (wait !== undefined) return queue.addAfter(key, wait);
        const latest = client.get('v1 Namespace', undefined, key);
        if (latest === undefined) return;
        const spec = {
          ...(latest['spec'] as object),
          finalizers: finalizersOf(latest).filter((finalizer) => finalizer !== 'kubernetes'),
        };
        (finalize ?? client.update)({ ...latest, spec });
      });
      client.watch('v1 Namespace', ({ object, type }) => {
        if (type === 'DELETED' || !isTerminating(object)) return;
        if (phaseOf(object) === 'Terminating') queue.addAfter(object.metadata.name, gracePeriod);
        else queue.add(object.metadata.name);
      });
    },
  };
}

const finalizersOf = (namespace: StoredObject) =>
  (namespace['spec'] as { finalizers?: string[] } | undefined)?.finalizers ?? [];
const phaseOf = (namespace: StoredObject) => (namespace['status'] as { phase?: string } | undefined)?.phase;

/** Deletes what is in the namespace, pods first. Milliseconds until the next look; undefined when it is empty. */
function empty({ client, clock }: ControllerContext, registry: Registry, namespace: StoredObject): number | undefined {
  const { name } = namespace.metadata;
  const resources = deletableResources(registry).filter(({ isNamespaced }) => isNamespaced);
  const remains = new Map<Resource, Remains>();
  const look = (resource: Resource) => {
    const left = deleteAll(client, resource, namespace, clock.now());
    if (left.count > 0 || left.refusal !== undefined) remains.set(resource, left);
  };
  const pods = resources.filter(({ storage }) => storage === '/pods');
  pods.forEach(look);
  const waitsForPods = remains.size > 0;
  if (!waitsForPods) resources.filter(({ storage }) => storage !== '/pods').forEach(look);
  const conditions = conditionsFor(remains, !waitsForPods);
  const latest = client.get('v1 Namespace', undefined, name);
  if (latest === undefined) return undefined;
  const status = (latest['status'] ?? {}) as { conditions?: Condition[] };
  const next = conditions.reduce<readonly Condition[]>(
    (known, condition) => withCondition(known, condition, clock.timestamp()),
    status.conditions ?? [],
  );
  client.updateStatus({ ...latest, status: { ...status, conditions: next } });
  if (remains.size === 0) return undefined;
  const estimate = Math.max(...[...remains.values()].map((left) => left.estimate));
  return (Math.floor(estimate / 2) + 1) * 1000;
}

function deleteAll(client: Client, resource: Resource, namespace: StoredObject, now: number): Remains {
  const { name } = namespace.metadata;
  const kind = kindNameOf(resource);
  const estimate = resource.storage === '/pods' ? graceOfPods(client, namespace, now) : 0;
  let refusal: string | undefined;
  for (const object of client.list(kind, { namespace: name })) {
    try {
      if (!isTerminating(object)) client.delete(object);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      refusal ??= error.message;
    }
  }
  const left = client.list(kind, { namespace: name });
  const finalizers = new Map<string, number>();
  for (const { metadata } of left)
    for (const finalizer of metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  const found = {
    count: left.length,
    finalizers,
    estimate: estimate === 0 && finalizers.size > 0 ? finalizerEstimate : estimate,
  };
  if (refusal !== undefined) return { ...found, count: 0, finalizers: new Map(), refusal };
  if (left.length === 0 || found.estimate > 0) return { ...found, estimate: left.length === 0 ? 0 : found.estimate };
  const { group, version, plural } = resource;
  return {
    ...found,
    refusal: `unexpected items still remain in namespace: ${name} for gvr: ${group}/${version}, Resource=${plural}`,
  };
}

/** Seconds that the pods may still take to end; 0 once that time is over. */
function graceOfPods(client: Client, { metadata }: StoredObject, now: number): number {
  const seconds = client
    .list('v1 Pod', { namespace: metadata.name })
    .filter((pod) => !isPodTerminal(pod))
    .map((pod) => (pod['spec'] as { terminationGracePeriodSeconds?: number }).terminationGracePeriodSeconds ?? 0);
  const most = Math.max(0, ...seconds);
  return now - Date.parse(metadata.deletionTimestamp ?? '') >= most * 1000 ? 0 : most;
}

function conditionsFor(remains: ReadonlyMap<Resource, Remains>, countsAll: boolean): Condition[] {
  const refusals = [...remains.values()].flatMap(({ refusal }) => refusal ?? []).sort();
  const counts = countsAll
    ? [...remains]
        .filter(([, { count }]) => count > 0)
        .map(([{ plural, group }, { count }]) => `${plural}.${group} has ${count} resource instances`)
    : [];
  const finalizers = new Map<string, number>();
  if (countsAll)
    for (const left of remains.values())
      for (const [finalizer, count] of left.finalizers)
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + count);
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const condition = (
    type: string,
    problem: [reason: string, message: string] | undefined,
    fine: [reason: string, message: string],
  ) => {
    const [reason, message] = problem ?? fine;
    return { type, status: problem === undefined ? ('False' as const) : ('True' as const), reason, message };
  };
  return [
    condition('NamespaceDeletionDiscoveryFailure', undefined, [
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ]),
    condition('NamespaceDeletionGroupVersionParsingFailure', undefined, [
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ]),
    condition(
      'NamespaceDeletionContentFailure',
      refusals.length === 0
        ? undefined
        : [
            'ContentDeletionFailed',
            `Failed to delete all resource types, ${refusals.length} remaining: ${refusals.join(', ')}`,
          ],
      ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    ),
    condition(
      'NamespaceContentRemaining',
      counts.length === 0
        ? undefined
        : ['SomeResourcesRemain', `Some resources are remaining: ${counts.sort().join(', ')}`],
      ['ContentRemoved', 'All content successfully removed'],
    ),
    condition(
      'NamespaceFinalizersRemaining',
      held.length === 0
        ? undefined
        : ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${held.sort().join(', ')}`],
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    ),
  ];
}
