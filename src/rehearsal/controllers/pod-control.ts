import { StatusError } from '../api/status-error.ts';
import type { StoredObject } from '../objects.ts';
import type { Client, NewObject } from './client.ts';
import { controllerReference } from './owners.ts';
import type { PodTemplate } from './pods.ts';

/** A create that failed only because its namespace ends: every later one would fail as well. */
export const isNamespaceEnding = (error: unknown): boolean =>
  error instanceof StatusError &&
  (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');

/** The pod that a template asks for. Without a name the API server makes one out of the owner's. */
export function podFromTemplate(owner: StoredObject, { metadata, spec }: PodTemplate, name?: string): NewObject {
  const { labels, annotations, finalizers } = metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : { name }),
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  };
}

/** Creates a pod and says so, or why not, in an event about its owner (pkg/controller, RealPodControl). */
export function createPod(client: Client, owner: StoredObject, pod: NewObject): StoredObject {
  try {
    const created = client.create(pod);
    client.event(owner, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${created.metadata.name}`,
    });
    return created;
  } catch (error) {
    if (error instanceof StatusError && !isNamespaceEnding(error))
      client.event(owner, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` });
    throw error;
  }
}

export function deletePod(client: Client, owner: StoredObject, pod: StoredObject): void {
  try {
    client.delete(pod);
  } catch (error) {
    if (error instanceof StatusError)
      client.event(owner, { type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${error.message}` });
    throw error;
  }
  client.event(owner, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
}

/**
 * Calls `act` so many times in batches of 1, 2, 4..., and no further batch after one in which a call was refused
 * (pkg/controller/replicaset, slowStartBatch). Returns the first refusal.
 */
export function slowStart(count: number, act: (index: number) => void): StatusError | undefined {
  let index = 0;
  for (let batch = Math.min(count, 1); batch > 0; batch = Math.min(2 * batch, count - index)) {
    let refusal: StatusError | undefined;
    for (const end = index + batch; index < end; index += 1) {
      try {
        act(index);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        refusal ??= error;
      }
    }
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
