import type { Shape, TypeLookup } from '../api/shape.ts';
import type { JsonObject, StoredObject } from '../objects.ts';
import { compare } from './compare.ts';
import type { Claim } from './field-owners.ts';
import { difference, isEmpty, type FieldSet } from './field-set.ts';
import { goJson } from './go-format.ts';
import { isObject } from './structure.ts';
import { fieldsOfValue } from './value-fields.ts';

/** Where `kubectl apply` keeps what it applied. */
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The field manager of `kubectl apply --server-side`, which takes over from client-side apply. */
export const takesOver = (manager: string): boolean => manager === 'kubectl';

/** Bytes that all annotations of an object may have together. */
const maxAnnotations = 256 * 1024;

/**
 * Claims that stand against one who takes over from client-side apply: fields that client-side apply had written, and
 * that still hold what it wrote, are no conflict (managedfields/internal/lastappliedmanager.go).
 */
export function remainingClaims(
  claims: readonly Claim[],
  live: StoredObject,
  terms: { apiVersion: string; shape: Shape; lookup: TypeLookup },
): Claim[] {
  const allowed = lastAppliedFields(live, terms);
  if (allowed === undefined) return [...claims];
  return claims
    .map(({ manager, fields }) => ({ manager, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmpty(fields));
}

function lastAppliedFields(
  live: StoredObject,
  { apiVersion, shape, lookup }: { apiVersion: string; shape: Shape; lookup: TypeLookup },
): FieldSet | undefined {
  const applied = parsed(live.metadata.annotations?.[annotation]);
  if (applied?.['apiVersion'] !== apiVersion) return undefined;
  const { changed, removed } = compare(applied, live as JsonObject, shape, lookup);
  return difference(difference(fieldsOfValue(applied, shape, lookup), changed), removed);
}

function parsed(text: string | undefined): JsonObject | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const value = JSON.parse(text) as JsonObject;
    return isObject(value) ? value : undefined;
  } catch {
    // Written by somebody else than kubectl: it says nothing.
    return undefined;
  }
}

/** The object with the annotation, when it has one, saying what has been applied now (lastappliedupdater.go). */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const metadata = object['metadata'] as JsonObject;
  const annotations = metadata['annotations'] as Record<string, string> | undefined;
  const known = annotations?.[annotation];
  if (annotations === undefined || known === undefined || known === '') return object;
  const text = `${goJson(withoutAnnotation(applied))}\n`;
  if (text === known) return object;
  const next: Record<string, string> = { ...annotations, [annotation]: text };
  const size = Object.entries(next).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > maxAnnotations) delete next[annotation];
  return { ...object, metadata: { ...metadata, annotations: next } };
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const metadata = applied['metadata'];
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return applied;
  const { [annotation]: _, ...annotations } = metadata['annotations'];
  return { ...applied, metadata: { ...metadata, annotations } };
}
