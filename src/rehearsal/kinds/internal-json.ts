import { builtInType } from '../api/types.ts';
import type { Shape } from '../api/shape.ts';
import recorded from './recorded/internal-types.json' with { type: 'json' };
import type { Fields } from './sharing.ts';

interface Field {
  go: string;
  json: string;
  zero: unknown;
}

const types = recorded.types as Record<string, Field[]>;

/** Fields of a pod that the server's internal type keeps in its security context. */
const hostFields = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

/**
 * A value as the server prints it when it prints its internal types: names of Go fields in their order, with what is not
 * set. Types and empty values are recorded from a real server (test/rehearsal/kinds/record-internal.ts).
 */
function internalValue(shape: Shape | undefined, value: unknown): unknown {
  if (shape?.type === 'list' && Array.isArray(value))
    return value.length === 0 ? null : value.map((element) => internalValue(shape.items, element));
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (shape?.ref !== undefined) return internalObject(shape.ref, value as Fields);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, element]) => [name, internalValue(shape?.values, element)]),
  );
}

function internalObject(ref: string, value: Fields): Fields {
  const shapes = builtInType(ref)?.fields ?? {};
  const isMeta = ref.startsWith('meta.v1.');
  const result: Fields = {};
  if (shapes['metadata'] !== undefined) Object.assign(result, metadataOf(value['metadata']));
  for (const { go, json, zero } of types[ref] ?? []) {
    const own = ref === 'core.v1.PodSpec' && go === 'SecurityContext' ? withHostFields(value) : value[json];
    if (own !== undefined && own !== null && !isEmptyMap(own, shapes[json]))
      result[go] = internalValue(shapes[json], own);
    else if (!isMeta || zero !== null) result[go] = zero;
  }
  return result;
}

/** An empty map or list is written like none. */
const isEmptyMap = (value: unknown, shape: Shape | undefined) =>
  (shape?.type === 'map' || shape?.type === 'list') && Object.keys(value as object).length === 0;

function withHostFields(spec: Fields): Fields {
  const own = Object.fromEntries(
    hostFields.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]]])),
  );
  return { ...own, ...(spec['securityContext'] as Fields | undefined) };
}

/** Metadata stands among the fields of the object that has it. */
function metadataOf(metadata: unknown): Fields {
  const { labels, annotations, name, namespace } = (metadata ?? {}) as Fields;
  const result: Fields = {};
  for (const [field, value] of Object.entries({ name, namespace, labels, annotations }))
    if (value !== undefined && Object.keys(value as object).length > 0)
      result[field] = internalValue({ type: 'map' }, value);
  return result;
}

const shapeOf = (ref: string): Shape => ({ type: 'object', ref });

/** `core.v1.PodTemplateSpec` on one line. */
export const internalJson = (ref: string, value: object): string =>
  JSON.stringify(internalValue(shapeOf(ref), value)).replace(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );

/** Over many lines, as `diff.Diff` compares objects (k8s.io/apimachinery/pkg/util/diff). */
export const internalText = (ref: string, value: object): string =>
  JSON.stringify(internalValue(shapeOf(ref), value), undefined, 1);
