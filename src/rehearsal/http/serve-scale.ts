import type { Shape } from '../api/shape.ts';
import type { Target } from '../api/requests.ts';
import type { Resource } from '../api/resource.ts';
import { StatusError } from '../api/status-error.ts';
import type { JsonObject, StoredObject } from '../objects.ts';
import { readAgain } from './read-again.ts';
import { validationOf, valueIn } from './body.ts';
import { requesterOf } from './requester.ts';
import type { RestParts } from './rest-parts.ts';
import { patcherOf, requirePatchType } from './serve-patch.ts';
import { methodNotAllowed, type NamedRequest } from './serve-resource.ts';

/** Where a kind keeps what a Scale shows: JSON paths as a CustomResourceDefinition writes them. */
interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string | undefined;
}

const builtIn: ScalePaths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const;
const scaleShape: Shape = { type: 'object', ref: 'autoscaling.v1.Scale' };

/** The `scale` subresource: an autoscaling/v1 Scale made from the object, and the number of replicas written back. */
export async function serveScale(
  { exchange, resource, namespace, name }: NamedRequest,
  parts: RestParts,
): Promise<void> {
  const paths = resource.custom === undefined ? builtIn : resource.custom.scale;
  if (paths === undefined) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  const target: Target = { resource, namespace, name, subresource: 'scale' };
  if (exchange.method === 'GET') return exchange.json(200, scaleOf(parts.api.read(target), resource, paths));
  if (exchange.method !== 'PUT' && exchange.method !== 'PATCH') throw methodNotAllowed(exchange.method);
  const by = requesterOf(exchange);
  const sent = exchange.method === 'PUT' ? await valueIn(exchange, scale) : undefined;
  const change = exchange.method === 'PATCH' ? await patchOf(exchange) : () => sent ?? {};
  const validation = validationOf(exchange);
  const updated = parts.api.update(target, by, (latest) => {
    const live = latest as StoredObject;
    const shown = scaleOf(live, resource, paths) as JsonObject;
    const { object: wanted, warnings } = readAgain(change(shown), { ...scale, shape: scaleShape }, validation);
    for (const warning of warnings) exchange.warn(warning);
    const replicas = (wanted['spec'] as { replicas?: number } | undefined)?.replicas ?? 0;
    if (!Number.isInteger(replicas) || replicas < 0)
      throw new StatusError(
        422,
        'Invalid',
        `Scale.autoscaling "${name}" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`,
        {
          name,
          group: 'autoscaling',
          kind: 'Scale',
          causes: [
            {
              reason: 'FieldValueInvalid',
              message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
              field: 'spec.replicas',
            },
          ],
        },
      );
    const version = (wanted['metadata'] as { resourceVersion?: string } | undefined)?.resourceVersion;
    const object = withValue(live, keysOf(paths.specReplicasPath), replicas);
    return {
      object:
        version === undefined || version === ''
          ? object
          : { ...object, metadata: { ...object.metadata, resourceVersion: version } },
    };
  });
  exchange.json(200, scaleOf(updated, resource, paths));
}

async function patchOf(exchange: NamedRequest['exchange']): Promise<(shown: JsonObject) => JsonObject> {
  const type = requirePatchType(exchange, false);
  return patcherOf(type, await exchange.body(), { shape: scaleShape });
}

function scaleOf(object: StoredObject, { custom }: Resource, paths: ScalePaths): object {
  const { metadata } = object;
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
    spec: { replicas: valueAt(object, keysOf(paths.specReplicasPath)) ?? 0 },
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
