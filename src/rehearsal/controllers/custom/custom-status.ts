import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { StatusError } from '../../api/status-error.ts';
import type { Client, NewObject } from '../client.ts';
import { withCondition, type Condition } from '../conditions.ts';
import type { ControllerContext } from '../controller.ts';

interface CustomStatus {
  conditions?: readonly Condition[];
  [field: string]: unknown;
}

export const statusOf = (object: StoredObject) => (object['status'] ?? {}) as CustomStatus;

/** A condition with the generation that it is about. */
export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Writes conditions and other fields of the status; nothing when they are there already. Returns the object as it is then. */
export function writeStatus(
  { client, clock }: ControllerContext,
  object: StoredObject,
  conditions: readonly NewCondition[],
  fields: Record<string, unknown> = {},
  /** Most kinds say of each condition which generation it is about. */
  saysGeneration = true,
): StoredObject {
  const known = statusOf(object);
  const generation = saysGeneration ? object.metadata.generation : undefined;
  const next = conditions.reduce<readonly Condition[]>(
    (list, condition) =>
      withCondition(
        list,
        { ...condition, ...(generation === undefined ? {} : { observedGeneration: generation }) },
        clock.timestamp(),
      ),
    known.conditions ?? [],
  );
  const status = { ...known, ...fields, ...(next.length === 0 ? {} : { conditions: next }) };
  return isEqual(status, known) ? object : client.updateStatus({ ...object, status });
}

/** Without the condition, as operators take away one that no longer says anything. */
export function dropCondition({ client }: ControllerContext, object: StoredObject, type: string): StoredObject {
  const known = statusOf(object);
  const conditions = (known.conditions ?? []).filter((condition) => condition.type !== type);
  return conditions.length === (known.conditions ?? []).length
    ? object
    : client.updateStatus({ ...object, status: { ...known, conditions } });
}

/** Creates the object, or makes the fields of the one that is there like it. */
export function ensure(client: Client, object: NewObject): StoredObject {
  const { apiVersion, kind, metadata } = object;
  const found = client.get(`${apiVersion} ${kind}`, metadata.namespace, metadata.name ?? '');
  if (found === undefined) return client.create(object);
  const { metadata: _, ...content } = object;
  const { resourceVersion: __, uid: ___, ...wanted } = metadata;
  return client.update({ ...found, ...content, metadata: { ...found.metadata, ...wanted } } as StoredObject);
}

/** Creates the object unless it is there; what is there stays as it is. */
export function ensureOnce(client: Client, object: NewObject): StoredObject {
  const { apiVersion, kind, metadata } = object;
  const found = client.get(`${apiVersion} ${kind}`, metadata.namespace, metadata.name ?? '');
  if (found !== undefined) return found;
  try {
    return client.create(object);
  } catch (error) {
    const other = client.get(`${apiVersion} ${kind}`, metadata.namespace, metadata.name ?? '');
    if (error instanceof StatusError && other !== undefined) return other;
    throw error;
  }
}

export const base64 = (text: string) => Buffer.from(text).toString('base64');

/** One value of a Secret, as text; empty when it is not there. */
export const text = (secret: StoredObject, key: string): string =>
  Buffer.from((secret['data'] as Record<string, string> | undefined)?.[key] ?? '', 'base64').toString();
