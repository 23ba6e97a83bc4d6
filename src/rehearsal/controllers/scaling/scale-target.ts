import { notFound, StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import type { Client, KindName } from '../client.ts';

/** The object behind a reference, with what its `scale` subresource says. Throws as reading that would. */
export function readScale(
  client: Client,
  namespace: string | undefined,
  { apiVersion, kind, name }: { apiVersion: string; kind: string; name: string },
): { target: StoredObject; replicas: number } {
  const resource = client.resource(`${apiVersion} ${kind}`);
  if (resource === undefined) {
    const text = `no matches for kind "${kind}" in group "${apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''}"`;
    throw new StatusError(404, 'NotFound', text);
  }
  const target = client.get(`${apiVersion} ${kind}`, namespace, name);
  if (target === undefined) throw notFound(resource, name);
  return { target, replicas: (target['spec'] as { replicas?: number } | undefined)?.replicas ?? 0 };
}

export const withReplicas = (target: StoredObject, replicas: number): StoredObject => ({
  ...target,
  spec: { ...(target['spec'] as object), replicas },
});

/** Kinds whose `scale` tells how many pods there are to be. */
export const scalableKinds: readonly KindName[] = [
  'apps/v1 Deployment',
  'apps/v1 ReplicaSet',
  'apps/v1 StatefulSet',
  'v1 ReplicationController',
];
