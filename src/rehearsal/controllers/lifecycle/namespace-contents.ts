import type { StoredObject } from '../../objects.ts';
import { StatusError } from '../../api/status-error.ts';
import type { Client, KindName, NewObject } from '../client.ts';
import type { Controller } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';

const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Every namespace has a ServiceAccount `default` (pkg/controller/serviceaccount). */
export const serviceAccountController = (): Controller =>
  inEveryNamespace('service-account-controller', 'v1 ServiceAccount', 'default', (namespace) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  }));

/** Every namespace has the certificate of the API server's authority (pkg/controller/certificates/rootcacertpublisher). */
export const rootCaPublisher = ({ rootCertificate }: { rootCertificate: string }): Controller =>
  inEveryNamespace(
    'root-ca-cert-publisher',
    'v1 ConfigMap',
    'kube-root-ca.crt',
    (namespace) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace, annotations: { 'kubernetes.io/description': description } },
      data: { 'ca.crt': rootCertificate },
    }),
    (object) => (object['data'] as Record<string, string> | undefined)?.['ca.crt'] === rootCertificate,
  );

/** Keeps one object in every namespace that is not about to end. */
function inEveryNamespace(
  name: string,
  kind: KindName,
  objectName: string,
  make: (namespace: string) => NewObject,
  isRight: (object: StoredObject) => boolean = () => true,
): Controller {
  return {
    name,
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) => {
        const namespace = client.get('v1 Namespace', undefined, key);
        if (namespace === undefined || isTerminating(namespace)) return;
        const found = client.get(kind, key, objectName);
        if (found === undefined) createUnlessEnding(client, make(key));
        else if (!isRight(found)) client.update({ ...found, ...withoutMetadata(make(key)) });
      });
      client.watch('v1 Namespace', ({ object, type }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name);
      });
      client.watch(kind, ({ object, type }) => {
        const isOurs = object.metadata.name === objectName && object.metadata.namespace !== undefined;
        if (isOurs && (type === 'DELETED' || !isRight(object))) queue.add(object.metadata.namespace ?? '');
      });
    },
  };
}

function withoutMetadata(object: NewObject): object {
  const { metadata: _, ...rest } = object;
  return rest;
}

/** A namespace that began to end in the meantime takes nothing more. */
function createUnlessEnding(client: Client, object: NewObject): void {
  try {
    client.create(object);
  } catch (error) {
    if (!(error instanceof StatusError) || (error.code !== 403 && error.code !== 404)) throw error;
  }
}
