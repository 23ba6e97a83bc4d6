import type { Resource } from './resource.ts';

/** Kinds without `metadata.generation`: their strategies do not set it (observed on a 1.34 API server). */
const without = new Set([
  '/configmaps',
  '/secrets',
  '/services',
  '/namespaces',
  '/nodes',
  '/events',
  '/endpoints',
  '/serviceaccounts',
  '/persistentvolumes',
  '/persistentvolumeclaims',
  '/resourcequotas',
  '/limitranges',
  'apps/controllerrevisions',
  'autoscaling/horizontalpodautoscalers',
  'coordination.k8s.io/leases',
  'node.k8s.io/runtimeclasses',
  'rbac.authorization.k8s.io/roles',
  'rbac.authorization.k8s.io/rolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/csistoragecapacities',
  'storage.k8s.io/volumeattachments',
  'certificates.k8s.io/certificatesigningrequests',
  'apiregistration.k8s.io/apiservices',
  'networking.k8s.io/ipaddresses',
  'networking.k8s.io/servicecidrs',
]);

export function hasGeneration({ storage }: Pick<Resource, 'storage'>): boolean {
  return !without.has(storage);
}
