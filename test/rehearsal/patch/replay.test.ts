import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Shape } from '../../../src/rehearsal/api/shape.ts';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import { builtInShape, builtInType } from '../../../src/rehearsal/api/types.ts';
import type { Json, JsonObject, ManagedFieldsEntry, StoredObject } from '../../../src/rehearsal/objects.ts';
import { applyPatch } from '../../../src/rehearsal/patch/apply.ts';
import type { VersionConversion } from '../../../src/rehearsal/patch/field-owners.ts';
import { applyJsonPatch } from '../../../src/rehearsal/patch/json-patch.ts';
import { trackUpdate, unlessOnlyTimesDiffer } from '../../../src/rehearsal/patch/managed-fields.ts';
import { applyMergePatch } from '../../../src/rehearsal/patch/merge-patch.ts';
import { resetFilter } from '../../../src/rehearsal/patch/reset-fields.ts';
import { parentEntries, scaleEntries } from '../../../src/rehearsal/patch/scale-fields.ts';
import { applyStrategicMerge } from '../../../src/rehearsal/patch/strategic-merge.ts';
import { normalized } from '../../../src/rehearsal/patch/normalize.ts';
import { autoscalerVersions } from './autoscaler-versions.ts';
import { customShapes } from './definitions.ts';
import { group, type Step } from './scenarios/step.ts';

type Operation = Omit<Step, 'body'> & {
  apiVersion: string;
  kind: string;
  plural: string;
  request: Json;
  before?: StoredObject | string;
  code: number;
  answer: StoredObject | JsonObject;
  /** For a Scale: the object that it is of, afterwards. */
  stored?: StoredObject;
};

const { source, operations } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'recorded/operations.json'), 'utf8'),
) as { source: { server: string }; operations: Operation[][] };

const shapeOf = ({ apiVersion, kind }: Operation): Shape =>
  builtInShape(apiVersion, kind) ?? customShapes[kind] ?? expect.fail(`no shape of ${kind}`);

const resourceOf = ({ apiVersion, plural, kind }: Operation) => {
  const [first = '', version] = apiVersion.split('/');
  const status = { name: 'status', group: '', version: 'v1', kind: '', verbs: [] };
  return {
    group: version === undefined ? '' : first,
    plural,
    subresources: ['ConfigMap', 'Secret'].includes(kind) ? [] : [status],
    ...(first === group ? { custom: { schema: {}, hasStatus: kind === 'Gadget', columns: [] } } : {}),
  };
};

/** The time that the server wrote is that of its newest entry. */
function timeOf(answer: { metadata?: { managedFields?: ManagedFieldsEntry[] } }): string {
  const times = (answer.metadata?.managedFields ?? []).map(({ time }) => time ?? '');
  return times.sort().at(-1) ?? '2026-01-01T00:00:00Z';
}

function patched(operation: Operation, before: StoredObject | undefined): JsonObject {
  const { type, request } = operation;
  const document = (before ?? {}) as JsonObject;
  switch (type) {
    case 'json':
      return request as JsonObject;
    case 'json-patch':
      return applyJsonPatch(document, request) as JsonObject;
    case 'merge-patch':
      return applyMergePatch(document, request);
    case 'strategic-merge-patch':
      return applyStrategicMerge(document, request, shapeOf(operation), builtInType);
    case 'apply-patch':
      return expect.fail('an apply is no patch of this kind');
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the request says, and for the rest what the server has filled in by itself. */
function withDefaults(asked: Json, answered: Json | undefined): Json {
  if (answered === undefined) return asked;
  if (isObject(asked) && isObject(answered)) {
    const result: JsonObject = { ...answered };
    for (const [field, value] of Object.entries(asked)) result[field] = withDefaults(value, answered[field]);
    return result;
  }
  if (Array.isArray(asked) && Array.isArray(answered) && asked.length === answered.length)
    return asked.map((item, index) => withDefaults(item, answered[index]));
  return asked;
}

function without(object: JsonObject, path: string): JsonObject {
  const [field = '', ...rest] = path.split('.');
  const { [field]: value, ...others } = object;
  if (rest.length === 0) return others;
  return isObject(value) ? { ...object, [field]: without(value, rest.join('.')) } : object;
}

/** What a write does not say about the object itself. */
const comparable = (object: JsonObject): JsonObject =>
  ['resourceVersion', 'generation', 'managedFields', 'uid', 'creationTimestamp'].reduce(
    (rest, field) => without(rest, `metadata.${field}`),
    object,
  );

/** What the strategies of kinds leave of a write: the main resource keeps the status, the status the rest. */
function stored(next: JsonObject, before: StoredObject | undefined, operation: Operation): JsonObject {
  if (before === undefined) return next;
  const live = before as JsonObject;
  if (operation.subresource === 'status') return { ...live, status: next['status'] ?? {} };
  const { hasStatus } = resourceOf(operation).custom ?? { hasStatus: resourceOf(operation).subresources.length > 0 };
  if (!hasStatus) return next;
  const { status: _, ...rest } = next;
  return live['status'] === undefined ? rest : { ...rest, status: live['status'] };
}

function withEntries(object: StoredObject, managedFields: ManagedFieldsEntry[] | undefined): StoredObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } };
}

/** The server has no order for the causes of a conflict. */
function ordered(status: unknown): unknown {
  const { details, ...rest } = status as { details?: { causes?: { field: string }[] } };
  if (details?.causes === undefined) return status;
  return { ...rest, details: { ...details, causes: details.causes.toSorted((a, b) => (a.field < b.field ? -1 : 1)) } };
}

/** Also the order of the fields. */
const written = (entries: ManagedFieldsEntry[] | undefined): string =>
  JSON.stringify((entries ?? []).map(({ fieldsV1 }) => fieldsV1));

/** A custom resource does not keep null where its schema has a field that may not be null. */
function withoutNulls(object: Json, shape: Shape): Json {
  if (!isObject(object) || shape.type !== 'object' || shape.fields === undefined) return object;
  const fields = Object.entries(object).filter(
    ([field, value]) => value !== null || shape.fields?.[field] === undefined,
  );
  return Object.fromEntries(
    fields.map(([field, value]) => [field, withoutNulls(value, shape.fields?.[field] ?? { type: 'any' })]),
  );
}

const statusOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { reason, ...status } = error.status;
    return reason === '' ? status : error.status;
  }
  return undefined;
};

function termsOf(operation: Operation) {
  const resource = resourceOf(operation);
  const convert: VersionConversion | undefined =
    operation.kind === 'HorizontalPodAutoscaler' ? autoscalerVersions : undefined;
  return {
    apiVersion: operation.apiVersion,
    shape: shapeOf(operation),
    lookup: builtInType,
    reset: resetFilter(resource, operation.subresource),
    convert,
    subresource: operation.subresource,
    manager: operation.manager,
  };
}

/** The Scale of an object, without what the tracking of its fields does not look at. */
function scaleOf(object: StoredObject, managedFields: ManagedFieldsEntry[] | undefined): StoredObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const metadata = {
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    ...(managedFields && { managedFields }),
  };
  const { replicas } = object['spec'] as { replicas: number };
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: metadata as StoredObject['metadata'],
    // Zero is not written.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: 0 },
  };
}

/** The controller may have reported before the object behind a Scale was read. */
const withoutController = (entries: ManagedFieldsEntry[] | undefined) =>
  entries?.filter(({ manager }) => manager !== 'kube-controller-manager');

function scaled(operation: Operation, parent: StoredObject | undefined, time: string) {
  if (parent === undefined) return expect.fail('nothing to scale');
  const terms = { apiVersion: 'apps/v1', replicasPath: '.spec.replicas' };
  const before = scaleOf(parent, scaleEntries(parent.metadata.managedFields, terms));
  const common = {
    apiVersion: 'autoscaling/v1',
    shape: builtInShape('autoscaling/v1', 'Scale') ?? expect.fail('no shape of a scale'),
    lookup: builtInType,
    manager: operation.manager,
    subresource: 'scale',
    time,
  };
  const { force = false, type, request } = operation;
  const patch = request as JsonObject;
  if (type === 'apply-patch') {
    const { managedFields } = applyPatch({ ...common, kind: 'Scale', live: before, patch, force });
    return parentEntries(parent.metadata.managedFields, managedFields, terms);
  }
  const after = applyMergePatch(before as JsonObject, patch);
  const { replicas } = after['spec'] as { replicas?: number };
  const written = replicas === 0 ? { ...after, spec: {} } : after;
  return parentEntries(parent.metadata.managedFields, trackUpdate({ ...common, before, after: written }), terms);
}

function perform(operation: Operation, before: StoredObject | undefined, time: string) {
  if (operation.subresource === 'scale') return { object: {}, managedFields: scaled(operation, before, time) };
  const terms = termsOf(operation);
  if (operation.type === 'apply-patch') {
    const { kind, force = false } = operation;
    const patch = operation.request as JsonObject;
    return applyPatch({ ...terms, kind, live: before, patch, force, time });
  }
  const asked = patched(operation, before);
  const answered = operation.answer as JsonObject;
  const full = operation.hasDefaults === true ? withDefaults(asked, answered) : asked;
  const given = (operation.assigned ?? []).reduce(without, full as JsonObject);
  const after = normalized(given, terms.shape, builtInType);
  return { object: after, managedFields: trackUpdate({ ...terms, before, after, time }) };
}

describe.each(operations)('what a real API server does with a $kind', (first, ...rest) => {
  let last: StoredObject | undefined;
  for (const operation of [first, ...rest]) {
    const { name, code, before: recorded } = operation;
    const before = typeof recorded === 'string' ? last : recorded;
    const answer = operation.answer as StoredObject;
    last = code < 300 ? (operation.stored ?? answer) : before;
    if (code >= 300) {
      test(`refuses: ${name}`, () => {
        expect(ordered(statusOf(() => perform(operation, before, '')))).toEqual(ordered(answer));
      });
      continue;
    }
    if (operation.stored !== undefined) {
      const { metadata } = operation.stored;
      test(name, () => {
        const found = scaled(operation, before, timeOf({ metadata }));
        expect(withoutController(found)).toEqual(withoutController(metadata.managedFields));
      });
      continue;
    }
    test(name, () => {
      const { object, managedFields } = perform(operation, before, timeOf(answer));
      const next = stored(withoutNulls(object, shapeOf(operation)) as JsonObject, before, operation);
      const full = operation.hasDefaults === true ? (withDefaults(next, answer as JsonObject) as JsonObject) : next;
      expect(comparable(full)).toEqual(comparable(answer as JsonObject));
      const kept =
        before === undefined
          ? withEntries(answer, managedFields)
          : unlessOnlyTimesDiffer(
              before,
              withEntries(
                { ...answer, metadata: { ...answer.metadata, resourceVersion: before.metadata.resourceVersion } },
                managedFields,
              ),
            );
      expect(kept.metadata.managedFields).toEqual(answer.metadata.managedFields);
      expect(written(kept.metadata.managedFields)).toBe(written(answer.metadata.managedFields));
    });
  }
});

test('the recording is of the version that is rehearsed', () => {
  expect(source.server).toMatch(/^v1\.34\./);
  expect(operations.flat().length).toBeGreaterThan(100);
});
