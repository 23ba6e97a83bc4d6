import { forbidden, notFound } from '../api/status-error.ts';
import type { AdmissionPlugin } from './admission.ts';

const immortal = ['default', 'kube-system', 'kube-public'];
const namespaces = { group: '', plural: 'namespaces' };

/** Nothing is made in a namespace that is not there or that ends (apiserver/pkg/admission/plugin/namespace/lifecycle). */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  mutate({ operation, resource, namespace, name, object }, reader) {
    if (namespace === undefined || operation === 'DELETE') return object;
    const found = reader.get('v1 Namespace', undefined, namespace);
    if (found === undefined) throw notFound(namespaces, namespace);
    const { phase } = (found['status'] ?? {}) as { phase?: string };
    if (operation === 'CREATE' && phase === 'Terminating')
      throw forbidden(
        resource,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      );
    return object;
  },
  validate({ operation, resource, name, subresource }) {
    if (
      operation === 'DELETE' &&
      subresource === undefined &&
      resource.storage === '/namespaces' &&
      immortal.includes(name)
    )
      throw forbidden(namespaces, name, 'this namespace may not be deleted');
  },
};
