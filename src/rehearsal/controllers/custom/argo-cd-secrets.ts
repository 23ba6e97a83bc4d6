import type { StoredObject } from '../../objects.ts';
import type { Controller } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { base64, ensureOnce } from './custom-status.ts';

interface Container {
  name: string;
  command?: string[];
}

/** What Argo CD's programs write themselves: `argocd admin redis-initial-password` and the first start of the server. */
export const argoCdSecrets = (): Controller => ({
  name: 'argocd-secrets',
  start({ client, clock, chance }) {
    const write = (namespace: string | undefined, name: string, data: Record<string, string>) =>
      ensureOnce(client, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        type: 'Opaque',
        data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
      });
    const queue = new Reconciler(clock, (key) => {
      const [namespace, name = ''] = key.split('/');
      const pod = client.get('v1 Pod', namespace, name);
      if (pod === undefined || isTerminating(pod)) return;
      if (hasBegun(pod, 'argocd admin redis-initial-password'))
        write(namespace, 'argocd-redis', { auth: chance.suffix(16) });
      if (hasBegun(pod, '/usr/local/bin/argocd-server'))
        write(namespace, 'argocd-initial-admin-secret', { password: chance.suffix(16) });
    });
    client.watch('v1 Pod', ({ type, object }) => {
      if (type !== 'DELETED' && isArgoCd(object)) queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
    });
  },
});

const isArgoCd = ({ metadata }: StoredObject) =>
  metadata.labels?.['app.kubernetes.io/name']?.startsWith('argocd-') === true;

/** Whether a container with this command runs or has run. */
function hasBegun({ spec, status }: StoredObject, command: string): boolean {
  const { containers, initContainers = [] } = spec as {
    containers: ({ args?: string[] } & Container)[];
    initContainers?: Container[];
  };
  const { containerStatuses = [], initContainerStatuses = [] } = (status ?? {}) as Record<
    string,
    { name: string; state?: { running?: object; terminated?: object } }[] | undefined
  >;
  const begun = [...containerStatuses, ...initContainerStatuses].filter(
    ({ state }) => state?.running !== undefined || state?.terminated !== undefined,
  );
  return [...initContainers, ...containers.map(({ args, ...one }) => ({ command: args, ...one }))].some(
    (container) =>
      container.command?.join(' ').startsWith(command) === true && begun.some(({ name }) => name === container.name),
  );
}
