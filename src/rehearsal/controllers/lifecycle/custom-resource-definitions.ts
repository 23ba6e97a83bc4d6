import { StatusError } from '../../api/status-error.ts';
import type { Registry } from '../../api/registry.ts';
import type { Resource } from '../../api/resource.ts';
import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import { conditionOf, hasCondition, withCondition, type Condition } from '../conditions.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { kindNameOf } from './garbage-collector.ts';

interface Names {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

interface Spec {
  group: string;
  names: Names;
  versions: { name: string; storage?: boolean }[];
}

interface Status {
  acceptedNames?: Partial<Names>;
  conditions?: readonly Condition[] | null;
  storedVersions?: string[];
}

interface Options {
  registry: Registry;
  /** The resources that a definition asks for, one for each served version. */
  customResource(definition: StoredObject): readonly Resource[];
}

const kind = 'apiextensions.k8s.io/v1 CustomResourceDefinition';
const finalizer = 'customresourcecleanup.apiextensions.k8s.io';
const specOf = (definition: StoredObject) => definition['spec'] as Spec;
const statusOf = (definition: StoredObject) => (definition['status'] ?? {}) as Status;

/**
 * Accepts the names of definitions, serves them, and removes their objects before they go:
 * apiextensions-apiserver/pkg/controller/{status,establish,finalizer}.
 */
export function customResourceDefinitionController(options: Options): Controller {
  const { registry } = options;
  return {
    name: 'crd-controller',
    start(context) {
      const { client, clock } = context;
      const served = new Map<string, { spec: unknown; resources: readonly Resource[] }>();
      const queue = new Reconciler(clock, (key) => {
        const definition = client.get(kind, undefined, key);
        if (definition === undefined) {
          // One that was deleted at once: its objects go as well.
          if (removeInstances(client, served.get(key)?.resources ?? [])) return queue.addAfter(key, 1000);
          registry.forget(key);
          served.delete(key);
          return;
        }
        if (isTerminating(definition)) return finalize(context, definition, served.get(key)?.resources ?? [], queue);
        const named = acceptNames(context, definition);
        if (!hasCondition(statusOf(named).conditions ?? [], 'NamesAccepted')) return;
        if (served.get(key)?.spec !== named['spec']) {
          const resources = options.customResource(named);
          registry.define(key, resources);
          served.set(key, { spec: named['spec'], resources });
        }
        establish(context, named);
      });
      client.watch(kind, ({ type, object, before }) => {
        queue.add(object.metadata.name);
        // A name that was given up or taken concerns every other definition of the group.
        if (
          type === 'MODIFIED' &&
          before !== undefined &&
          statusOf(before).acceptedNames === statusOf(object).acceptedNames
        )
          return;
        for (const other of client.list(kind))
          if (
            specOf(other).group === specOf(object).group &&
            !hasCondition(statusOf(other).conditions ?? [], 'NamesAccepted')
          )
            queue.add(other.metadata.name);
      });
    },
  };
}

function acceptNames({ client, clock }: ControllerContext, definition: StoredObject): StoredObject {
  const { group, names } = specOf(definition);
  const status = statusOf(definition);
  const own = status.acceptedNames ?? {};
  if (
    own.plural === names.plural &&
    own.kind === names.kind &&
    own.listKind === names.listKind &&
    String(own.shortNames) === String(names.shortNames)
  )
    return definition;
  const others = client
    .list(kind)
    .filter((other) => other !== definition && specOf(other).group === group)
    .map((other) => statusOf(other).acceptedNames ?? {});
  const resources = new Set(
    others.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]),
  );
  const kinds = new Set(others.flatMap(({ kind: taken, listKind }) => [taken, listKind]));
  const accepted: Partial<Names> = { ...own };
  let problem: [reason: string, message: string] | undefined;
  const accept = (
    field: 'plural' | 'singular' | 'kind' | 'listKind',
    taken: ReadonlySet<string | undefined>,
    reason: string,
  ) => {
    const name = names[field];
    if (name === undefined) return;
    if (own[field] !== name && taken.has(name)) problem = [reason, `"${name}" is already in use`];
    else accepted[field] = name;
  };
  accept('plural', resources, 'PluralConflict');
  accept('singular', resources, 'SingularConflict');
  const conflicts = (names.shortNames ?? []).filter(
    (name) => !(own.shortNames ?? []).includes(name) && resources.has(name),
  );
  if (conflicts.length > 0) {
    const texts = conflicts.map((name) => `"${name}" is already in use`);
    problem = ['ShortNamesConflict', texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`];
  } else if (names.shortNames !== undefined) accepted.shortNames = names.shortNames;
  accept('kind', kinds, 'KindConflict');
  accept('listKind', kinds, 'ListKindConflict');
  if (names.categories !== undefined) accepted.categories = names.categories;
  const time = clock.timestamp();
  const [reason, message] = problem ?? ['NoConflicts', 'no conflicts found'];
  let conditions = withCondition(
    status.conditions ?? [],
    { type: 'NamesAccepted', status: problem === undefined ? 'True' : 'False', reason, message },
    time,
  );
  if (!hasCondition(conditions, 'Established'))
    conditions = withCondition(
      conditions,
      problem === undefined
        ? {
            type: 'Established',
            status: 'False',
            reason: 'Installing',
            message: 'the initial names have been accepted',
          }
        : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
      time,
    );
  return client.updateStatus({
    ...definition,
    status: { ...status, conditions, acceptedNames: { plural: '', kind: '', ...accepted } },
  });
}

function establish({ client, clock }: ControllerContext, definition: StoredObject): void {
  const status = statusOf(definition);
  const storage = specOf(definition).versions.find((version) => version.storage === true)?.name;
  const stored = status.storedVersions ?? [];
  const storedVersions = storage === undefined || stored.includes(storage) ? stored : [...stored, storage];
  const conditions = withCondition(
    status.conditions ?? [],
    {
      type: 'Established',
      status: 'True',
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
    },
    clock.timestamp(),
  );
  if (conditions !== status.conditions || storedVersions !== stored)
    client.updateStatus({ ...definition, status: { ...status, conditions, storedVersions } });
}

/** Removes the objects of a definition that is being deleted, then lets it go. */
function finalize(
  { client, clock }: ControllerContext,
  definition: StoredObject,
  resources: readonly Resource[],
  queue: Reconciler,
): void {
  if (!(definition.metadata.finalizers ?? []).includes(finalizer)) return;
  const note = (known: StoredObject, reason: string, message: string, isTrue: boolean) => {
    const status = statusOf(known);
    const conditions = withCondition(
      status.conditions ?? [],
      { type: 'Terminating', status: isTrue ? 'True' : 'False', reason, message },
      clock.timestamp(),
    );
    return conditions === status.conditions
      ? known
      : client.updateStatus({ ...known, status: { ...status, conditions } });
  };
  const isServed = conditionOf(statusOf(definition).conditions ?? [], 'Established')?.status === 'True';
  const noted = note(definition, 'InstanceDeletionInProgress', 'CustomResource deletion is in progress', true);
  if (isServed && removeInstances(client, resources)) return queue.addAfter(definition.metadata.name, 5000);
  const finalizers = (noted.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  client.update({ ...noted, metadata: { ...noted.metadata, finalizers } });
}

/** Deletes every object of the definition. True while some are left. */
function removeInstances(client: Client, resources: readonly Resource[]): boolean {
  const [resource] = resources;
  if (resource === undefined) return false;
  for (const instance of client.list(kindNameOf(resource))) {
    try {
      if (!isTerminating(instance)) client.delete(instance);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }
  return client.list(kindNameOf(resource)).length > 0;
}
