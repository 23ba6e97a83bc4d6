import type { Client, KindName, NewObject } from '../../../../src/rehearsal/controllers/client.ts';
import type { StoredObject } from '../../../../src/rehearsal/objects.ts';
import type { SmallCluster } from '../../support/small-cluster.ts';

type Fields = Record<string, unknown>;

/** With the defaults that the API server would fill in. */
export const deployment = (name: string, spec: Fields = {}, image = 'web:1'): NewObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: template(name, image),
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
  },
});

export const template = (name: string, image: string) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'main', image }] },
});

export const specOf = (object: StoredObject | undefined) => object?.['spec'] as Fields;
export const statusOf = (object: StoredObject | undefined) =>
  (object?.['status'] ?? {}) as Fields & {
    conditions?: { type: string; status: string; reason: string; message: string }[];
  };

/** What the cluster has now; fails when it is not there. `null`: a kind without namespaces. */
export function find(client: Client, kind: KindName, name: string, namespace: string | null = 'default'): StoredObject {
  const found = client.get(kind, namespace ?? undefined, name);
  if (found === undefined) throw new Error(`${kind} ${name} is not there`);
  return found;
}

/** `Type=Status Reason: message` of each condition, in order. */
export const conditionsOf = (object: StoredObject | undefined) =>
  (statusOf(object).conditions ?? []).map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
  );

/** `Reason: message` of the events about an object, in the order in which they were written. */
export const eventsOf = ({ client }: SmallCluster, name: string) =>
  client
    .list('v1 Event')
    .filter((event) => (event['involvedObject'] as { name: string }).name.startsWith(name))
    .sort((one, other) => Number(one.metadata.resourceVersion) - Number(other.metadata.resourceVersion))
    .map((event) => `${event['reason'] as string}: ${event['message'] as string}`);

export const pods = ({ client }: SmallCluster) => client.list('v1 Pod', { namespace: 'default' });

/** Changes the spec of an object as a person would. */
export function change(client: Client, object: StoredObject, spec: Fields): StoredObject {
  return client.update({ ...object, spec: { ...specOf(object), ...spec } });
}
