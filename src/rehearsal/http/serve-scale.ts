import type { Requester, Target } from '../api/requests.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import type { Shape } from '../api/shape.ts';
import { invalid, StatusError } from '../api/status-error.ts';
import { builtInType } from '../api/types.ts';
import type { JsonObject, ManagedFieldsEntry, StoredObject } from '../objects.ts';
import { applyPatch } from '../patch/apply.ts';
import { trackUpdate } from '../patch/managed-fields.ts';
import { parentEntries, scaleEntries } from '../patch/scale-fields.ts';
import { readRaw } from '../schema/body.ts';
import { scaleTable } from '../tables/scale-table.ts';
import { validationOf, valueIn } from './body.ts';
import type { Exchange } from './exchange.ts';
import { isTrue } from './list-options.ts';
import { acceptedOf } from './negotiation.ts';
import { readAgain } from './read-again.ts';
import { invalidOption, requesterOf } from './requester.ts';
import type { RestParts } from './rest-parts.ts';
import { patcherOf, patchTypes, requirePatchType } from './serve-patch.ts';
import { methodNotAllowed, type NamedRequest } from './resource-request.ts';

/** Where a kind keeps what a Scale shows: JSON paths as a CustomResourceDefinition writes them. */
interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string | undefined;
}

const builtIn: ScalePaths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const;
const scaleShape: Shape = { type: 'object', ref: 'autoscaling.v1.Scale' };

/** The `scale` subresource: an autoscaling/v1 Scale made from the object, and the number of replicas written back. */
export async function serveScale(request: NamedRequest, parts: RestParts): Promise<void> {
  const { exchange, resource, namespace, name } = request;
  const paths = resource.custom === undefined ? builtIn : resource.custom.scale;
  if (paths === undefined) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  const target: Target = { resource, namespace, name, subresource: 'scale' };
  const terms = { apiVersion: apiVersionOf(resource), replicasPath: paths.specReplicasPath };
  const shown = (object: StoredObject) => scaleOf(object, resource, paths);
  if (exchange.method === 'GET') {
    const scale = shown(parts.api.read(target));
    const isTable = acceptedOf(exchange.header('accept'))?.as === 'Table';
    return exchange.json(200, isTable ? scaleTable(scale, parts.api.clock.now()) : scale);
  }
  if (exchange.method !== 'PUT' && exchange.method !== 'PATCH') throw methodNotAllowed();
  const by = requesterOf(exchange);
  const write = await writeOf(exchange, by, parts);
  const updated = parts.api.update(target, by, (latest) => {
    const live = latest as StoredObject;
    const before = withFields(shown(live), scaleEntries(live.metadata.managedFields, terms));
    const { scale: wanted, managedFields } = write(before);
    const replicas = (wanted['spec'] as { replicas?: number } | undefined)?.replicas ?? 0;
    requireCount(replicas, name);
    const version = (wanted['metadata'] as { resourceVersion?: string } | undefined)?.resourceVersion;
    const object = withValue(live, keysOf(paths.specReplicasPath), replicas);
    return {
      object:
        version === undefined || version === ''
          ? object
          : { ...object, metadata: { ...object.metadata, resourceVersion: version } },
      managedFields: parentEntries(live.metadata.managedFields, managedFields, terms),
    };
  });
  exchange.json(200, shown(updated));
}

interface WrittenScale {
  scale: JsonObject;
  managedFields: ManagedFieldsEntry[] | undefined;
}

/** What a PUT or PATCH makes of the Scale that is there, and who manages it then. */
async function writeOf(
  exchange: Exchange,
  by: Requester,
  { api }: RestParts,
): Promise<(before: StoredObject) => WrittenScale> {
  const validation = validationOf(exchange);
  const read = (value: JsonObject): JsonObject => {
    const { object, warnings } = readAgain(value, { ...scaleKind, shape: scaleShape }, validation);
    for (const warning of warnings) exchange.warn(warning);
    return object;
  };
  const time = api.clock.timestamp();
  const common = {
    apiVersion: 'autoscaling/v1',
    time,
    shape: scaleShape,
    lookup: builtInType,
    subresource: 'scale',
  } as const;
  const type = exchange.method === 'PUT' ? 'put' : requirePatchType(exchange, false);
  if (type === patchTypes.apply) {
    const manager = exchange.query.get('fieldManager') ?? '';
    if (manager === '') throw invalidOption(exchange, 'fieldManager', 'Required value: is required for apply patch');
    const patch = read(readRaw(await exchange.body(), 'application/yaml', scaleKind).value);
    return (before) => {
      const force = isTrue(exchange.query.get('force'));
      const applied = applyPatch({ ...common, kind: 'Scale', live: before, patch, manager, force });
      return { scale: applied.object, managedFields: applied.managedFields };
    };
  }
  const change = await changeOf(exchange, type);
  return (before) => {
    const scale = read(change(before as unknown as JsonObject));
    const managedFields = trackUpdate({ ...common, before, after: scale, manager: by.fieldManager });
    return { scale, managedFields };
  };
}

async function changeOf(exchange: Exchange, type: string): Promise<(before: JsonObject) => JsonObject> {
  if (type !== 'put') return patcherOf(type, await exchange.body(), { shape: scaleShape });
  const sent = (await valueIn(exchange, scaleKind)) ?? {};
  return () => sent;
}

function requireCount(replicas: number, name: string): void {
  if (replicas >= 0) return;
  throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
    {
      reason: 'FieldValueInvalid',
      field: 'spec.replicas',
      detail: `Invalid value: ${replicas}: must be greater than or equal to 0`,
    },
  ]);
}

function withFields(scale: StoredObject, managedFields: ManagedFieldsEntry[] | undefined): StoredObject {
  return managedFields === undefined ? scale : { ...scale, metadata: { ...scale.metadata, managedFields } };
}

function scaleOf(object: StoredObject, { custom }: Resource, paths: ScalePaths): StoredObject {
  const { metadata } = object;
  const replicas = (valueAt(object, keysOf(paths.specReplicasPath)) as number | undefined) ?? 0;
  const selector =
    custom === undefined
      ? selectorText((object['spec'] as { selector?: unknown } | undefined)?.selector)
      : valueAt(object, keysOf(paths.labelSelectorPath ?? ''));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      creationTimestamp: metadata.creationTimestamp,
    },
    // Zero is not written: nobody manages it either.
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: valueAt(object, keysOf(paths.statusReplicasPath)) ?? 0,
      ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
    },
  };
}

/** A LabelSelector as text, or the map of a ReplicationController. */
function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions = [] } = (selector ?? {}) as {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values?: string[] }[];
  };
  const words: Record<string, (key: string, values: string) => string> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  };
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => words[operator]?.(key, values.join(',')) ?? key),
  ]
    .sort()
    .join(',');
}

const keysOf = (path: string) => path.split('.').filter((key) => key !== '');

function valueAt(object: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

function withValue<Value extends object>(object: Value, [key, ...rest]: readonly string[], value: unknown): Value {
  if (key === undefined) return object;
  const inner = (object as Record<string, unknown>)[key];
  return {
    ...object,
    [key]: rest.length === 0 ? value : withValue((inner ?? {}) as object, rest, value),
  };
}
